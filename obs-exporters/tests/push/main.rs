//! What exporters that push put on the wire, on the real runtime, read back by someone else's parser.
#![allow(missing_docs, unreachable_pub, reason = "tests")]
#![allow(clippy::float_cmp, reason = "what is written is read back exactly")]

mod functions;
mod influx;
mod line_protocol;
mod remote_write;
mod support;
mod zipkin;

/// What the facade is to a user of the attributes.
mod obs {
    pub use obs_macros::{Classify, budget, counted, profiled, traced};
    pub use obs_runtime::expand as __private;
}

/// Counts what functions allocate.
#[global_allocator]
static ALLOCATOR: obs_runtime::Alloc = obs_runtime::Alloc::system();
