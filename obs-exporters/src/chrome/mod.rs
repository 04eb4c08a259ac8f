//! Spans as trace events, for Perfetto and `chrome://tracing`.
//!
//! `place` is where a span lies on its thread's line, `ties` finds the other ends of arrows and keeps nested spans nested,
//! `encode` writes spans and events as JSON, `exporter` puts them into a file.

mod place;

mod ties;

mod encode;

mod exporter;

pub use encode::encode;
pub use exporter::{Chrome, ChromeError};
