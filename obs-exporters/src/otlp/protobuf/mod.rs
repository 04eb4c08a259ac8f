//! Spans, totals and events as OTLP's protobuf: pure functions into a buffer that is used again.
//!
//! One pass, and no memory of its own for a span. `common` writes what all signals share.
//!
//! # Source
//! `opentelemetry/proto` 1.x; the numbers of the fields are beside each use, and the tests read what is written with the
//! types that are generated from there.

mod common;

mod traces;

mod metrics;

mod logs;

pub use logs::encode as encode_logs;
pub use metrics::encode as encode_metrics;
pub use traces::encode as encode_traces;

pub(super) use logs::write as write_logs;
pub(super) use metrics::write as write_metrics;
pub(super) use traces::write as write_traces;
