//! Exporters that push, against servers that misbehave: nothing blocks, memory is bounded, every span is accounted for,
//! recovery is automatic, and what happened is told once.
#![allow(missing_docs, unreachable_pub, reason = "tests")]

mod grpc;
mod grpc_server;
mod otlp;
mod server;
mod signals;
mod support;
mod tls;
mod totals;
mod zipkin;

/// What the facade is to a user of the attributes.
mod obs {
    pub use obs_macros::{counted, traced};
    pub use obs_runtime::expand as __private;
}
