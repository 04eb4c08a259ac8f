//! Spans and totals as OTLP/JSON, one message a line.
//!
//! `common` writes what both signals share, `traces` and `metrics` encode a batch and a snapshot as
//! pure functions, `exporter` appends the lines to files.

mod common;

mod traces;

mod metrics;

mod exporter;

pub use exporter::{FileError, JsonLines};
pub use metrics::encode as encode_metrics;
pub use traces::encode as encode_traces;
