//! The page that Prometheus scrapes.
//!
//! `number` writes numbers as Prometheus does, `classic` cuts classic buckets out of exponential histograms and at limits, `page`
//! collects the families of a scrape (`info` and `process` add what only this page has), `exemplar` finds the recorded call
//! beside a bucket, `native` cuts the recorded buckets into spans, `text` and `protobuf` encode them, `accept` chooses the
//! encoding and `render` puts these together. `server` and `request` speak HTTP, and
//! `exporter` puts it into the telemetry. For programs that
//! cannot be scraped `write_request` encodes the page for remote write, and `remote_write` posts it.
//!
//! # Names
//! A family has the name that Prometheus gives our OTLP metric ([`prom_name`]), so one dashboard serves both paths.
//! # Histograms
//! In protobuf a histogram is native: its buckets are those that were recorded (schema 4), halved in resolution
//! until 160 suffice. Classic buckets are beside them, and alone in the two text formats: their bounds are powers of
//! four seconds from 2^-20 to 2^4, which are bounds of recorded buckets too, so their counts are exact.
//!
//! Each limit on wall time adds a classic bucket to its function, counted exactly: the calls within `#[budget(ms = 10)]` are
//! those at `le="0.01"`. Native buckets cannot end there, and `obs_budget_violations_total` has the calls past it. In a sum over
//! functions such a bound counts only those that have it: sum over functions with the same limits, or use native histograms.
//! # Doc comments
//! All functions share their families, so HELP is about the family; each function's own doc comment, file and line
//! are labels of `obs_function_info`, which joins on `code_function_name`.

mod number;

mod classic;

mod info;

mod process;

mod page;

mod exemplar;

mod native;

mod text;

mod protobuf;

mod accept;

mod render;

mod request;

mod server;

mod exporter;

#[cfg(feature = "remote-write")]
mod write_request;

#[cfg(feature = "remote-write")]
mod remote_write;

pub use crate::name::{MetricKind, prom_name};
pub use accept::Format;
pub use exporter::{Address, BindError, Handle, Prometheus};
#[cfg(feature = "remote-write")]
pub use remote_write::RemoteWrite;
pub use render::render;
#[cfg(fuzzing)]
pub(crate) use request::parse as parse_head;
#[cfg(feature = "remote-write")]
pub use write_request::{Histograms, encode_write_requests};
