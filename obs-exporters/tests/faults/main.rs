//! Exporters that push, against servers that misbehave: nothing blocks, memory is bounded, every span is accounted for,
//! recovery is automatic, and what happened is told once.
#![allow(missing_docs, unreachable_pub, reason = "tests")]

mod otlp;
mod server;
mod support;
mod totals;
mod zipkin;

/// What the facade is to a user of the attributes.
mod obs {
    pub use obs_macros::traced;
    pub use obs_runtime::expand as __private;
}
