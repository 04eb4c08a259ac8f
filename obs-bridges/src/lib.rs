//! Bridges of `obs`: they join our traces with crates that others use.
//!
//! Each is behind a feature of its own, and names only the runtime.

#[cfg(feature = "log")]
pub mod log;
#[cfg(feature = "tracing")]
pub mod tracing;
