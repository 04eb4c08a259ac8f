//! Bridges of `obs`: they join our traces with crates that others use.
//!
//! Each is behind a feature of its own, and names only the runtime.

#[cfg(any(feature = "tower", feature = "reqwest"))]
mod call;
#[cfg(feature = "http")]
pub mod http;
#[cfg(feature = "log")]
pub mod log;
#[cfg(all(unix, feature = "pprof"))]
pub mod pprof;
#[cfg(feature = "reqwest")]
pub mod reqwest;
#[cfg(feature = "tower")]
pub mod tower;
#[cfg(feature = "tracing")]
pub mod tracing;
