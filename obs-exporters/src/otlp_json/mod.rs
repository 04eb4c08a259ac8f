//! Batches and snapshots as OTLP/JSON: pure functions into a string.
//!
//! `common` writes what the signals share, `traces`, `logs` and `metrics` write one message each. Read by what appends
//! them to files and by what posts them.

mod common;

mod traces;

mod logs;

mod metrics;

pub use logs::encode as encode_logs;
pub use metrics::encode as encode_metrics;
pub use traces::encode as encode_traces;

#[cfg(feature = "otlp")]
pub(crate) use logs::write as logs;
#[cfg(feature = "otlp")]
pub(crate) use metrics::write as metrics;
#[cfg(feature = "otlp")]
pub(crate) use traces::write as traces;
