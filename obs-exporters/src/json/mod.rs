//! Spans, events and totals as OTLP/JSON, one message a line.
//!
//! The encoders are pure functions; `file` is a file that grows by lines and is put aside, `exporter` is what puts batches
//! and snapshots into files. The way back: `lines` takes files apart, `parse` takes JSON apart, `record` is what comes out.
//! `error` says what can go wrong. `report` stands alone: a report of bottlenecks, as an object of its own.

mod error;

mod file;

mod parse;

mod record;

mod lines;

mod exporter;

mod report;

pub use crate::otlp_json::{encode_logs, encode_metrics, encode_traces};
pub use error::{FileError, ReadError};
pub use exporter::JsonLines;
pub use lines::Lines;
#[cfg(fuzzing)]
pub(crate) use lines::read_line;
pub use record::{
    EventRecord, ExemplarRecord, HistogramRecord, LinkRecord, MetricRecord, PointRecord, Record, Resource,
    SpanEventRecord, SpanRecord, ValueRecord,
};
pub use report::report_json;
