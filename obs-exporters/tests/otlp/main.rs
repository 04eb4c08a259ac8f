//! What is written as OTLP's protobuf, read back with the types that are generated from its definition; and what JSON says
//! of the same.
#![allow(missing_docs, unreachable_pub, reason = "tests")]

mod functions;
mod json;
mod logs;
mod metrics;
mod read;
mod traces;

/// What the facade is to a user of the attributes.
mod obs {
    pub use obs_macros::{counted, profiled, traced};
    pub use obs_runtime::expand as __private;
}
