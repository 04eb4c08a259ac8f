//! Spans, events and totals as OTLP/JSON, one message a line.
//!
//! The encoders are pure functions; `exporter` appends their lines to files.

mod exporter;

pub use crate::otlp_json::{encode_logs, encode_metrics, encode_traces};
pub use exporter::{FileError, JsonLines};
