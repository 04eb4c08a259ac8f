//! What the exporters promise, one module each, on the real runtime.
#![allow(missing_docs, unreachable_pub, reason = "tests")]
#![allow(clippy::needless_for_each, clippy::maybe_infinite_iter, reason = "tests read better that way")]

mod bridge;
mod chrome;
mod console;
mod exemplars;
mod flamegraph;
mod functions;
mod json;
mod json_files;
mod memory;
mod page;
mod protobuf;
mod report;
mod server;
mod support;

/// What the facade is to a user of the attributes.
mod obs {
    pub use obs_macros::{Classify, budget, counted, profiled, traced};
    pub use obs_runtime::expand as __private;
}

/// Counts what functions allocate.
#[global_allocator]
static ALLOCATOR: obs_runtime::Alloc = obs_runtime::Alloc::system();
