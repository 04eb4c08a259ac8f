//! Exporters of `obs`: they take spans and totals out of the process.
//!
//! Each exporter is an [`obs_runtime::Exporter`] behind a feature of its own; [`Memory`] and [`Null`] need none.
//! An encoder is a pure function from a snapshot or a batch into a buffer; files and sockets are elsewhere.
//!
//! | exporter | feature | takes | out |
//! |---|---|---|---|
//! | [`Memory`] | – | spans, events, snapshots | kept for a test |
//! | [`Null`] | – | spans, snapshots | counted |
//! | `Chrome` | `chrome` | spans, events | a trace for Perfetto and `chrome://tracing` |
//! | `Flamegraph` | `flamegraph` | spans | folded stacks, or a flame graph as SVG |
//! | `Console` | `console` | the last snapshot; spans, events | a table at exit; trees of spans as they end |
//! | `JsonLines` | `json` | spans, events, snapshots | `traces.jsonl`, `logs.jsonl`, `metrics.jsonl` (OTLP/JSON) |
//! | `Otlp` | `otlp`, `otlp-grpc` | spans, events, snapshots | everything that speaks OTLP, Jaeger too |
//! | `Prometheus` | `prometheus` | scrapes | text, `OpenMetrics` and protobuf with native histograms |
//! | `Zipkin` | `zipkin` | spans | JSON of Zipkin's version 2 over HTTP |
//! | `Influx` | `influx` | snapshots | line protocol over HTTP |
//! | `RemoteWrite` | `remote-write` | snapshots | remote write 1.0 over HTTP |
//! | `MetricsOut` | `metrics` | snapshots | the recorder of the `metrics` crate |
//!
//! The other way round, `MetricsRecorder` (feature `metrics`) brings what crates record through `metrics` into
//! every snapshot, so that all of the above show it.

mod memory;
mod null;

#[cfg(any(feature = "json", feature = "otlp", feature = "zipkin", feature = "chrome", feature = "console"))]
#[cfg_attr(
    not(all(feature = "json", feature = "chrome")),
    allow(dead_code, reason = "each exporter says a part of it")
)]
mod attributes;
#[cfg(any(feature = "json", feature = "otlp", feature = "prometheus", feature = "metrics", feature = "influx"))]
#[cfg_attr(
    not(all(feature = "json", feature = "prometheus", feature = "metrics", feature = "influx", feature = "otlp")),
    allow(dead_code, unreachable_pub, unused_imports, reason = "each exporter uses a part of it")
)]
mod families;
#[cfg(any(feature = "influx", feature = "remote-write"))]
mod instance;
#[cfg(any(feature = "json", feature = "otlp"))]
#[cfg_attr(
    not(feature = "json"),
    allow(dead_code, unreachable_pub, unused_imports, reason = "only `JsonLines` shows it")
)]
mod otlp_json;

#[cfg(any(feature = "prometheus", feature = "metrics", feature = "influx"))]
#[cfg_attr(not(feature = "prometheus"), allow(unreachable_pub, reason = "only the Prometheus page shows it"))]
mod name;
#[cfg(feature = "push")]
#[allow(dead_code, unused_imports, unused_macros, reason = "each exporter that pushes uses a part of it")]
mod transport;

#[cfg(any(feature = "chrome", feature = "flamegraph"))]
#[cfg_attr(
    not(all(feature = "chrome", feature = "flamegraph")),
    allow(dead_code, reason = "each exporter counts its own")
)]
mod given_up;
#[cfg(any(feature = "json", feature = "otlp", feature = "zipkin", feature = "chrome"))]
#[cfg_attr(
    not(all(feature = "json", feature = "chrome")),
    allow(dead_code, reason = "each exporter writes a part of it")
)]
mod json_writer;
#[cfg(any(feature = "chrome", feature = "console", feature = "flamegraph"))]
#[cfg_attr(
    not(all(feature = "chrome", feature = "console", feature = "flamegraph")),
    allow(dead_code, reason = "each exporter uses a part of it")
)]
mod recent;
#[cfg(any(feature = "prometheus", feature = "otlp"))]
#[cfg_attr(
    not(all(feature = "prometheus", feature = "otlp")),
    allow(dead_code, reason = "each exporter writes a part of it")
)]
mod wire;

#[cfg(feature = "chrome")]
pub mod chrome;
#[cfg(feature = "console")]
pub mod console;
#[cfg(feature = "flamegraph")]
pub mod flamegraph;
#[cfg(fuzzing)]
pub mod fuzz;
#[cfg(feature = "influx")]
pub mod influx;
#[cfg(feature = "json")]
pub mod json;
#[cfg(feature = "otlp")]
pub mod otlp;
#[cfg(feature = "prometheus")]
pub mod prometheus;
#[cfg(feature = "zipkin")]
pub mod zipkin;

#[cfg(feature = "metrics")]
pub mod bridge;

#[cfg(feature = "metrics")]
pub use bridge::{InstallError, MetricsOut, MetricsRecorder};
#[cfg(feature = "chrome")]
pub use chrome::Chrome;
#[cfg(feature = "console")]
pub use console::Console;
#[cfg(feature = "flamegraph")]
pub use flamegraph::Flamegraph;
#[cfg(feature = "influx")]
pub use influx::Influx;
#[cfg(feature = "json")]
pub use json::{JsonLines, report_json};
pub use memory::Memory;
pub use null::Null;
#[cfg(feature = "otlp")]
pub use otlp::Otlp;
#[cfg(feature = "prometheus")]
pub use prometheus::Prometheus;
#[cfg(feature = "remote-write")]
pub use prometheus::RemoteWrite;
#[cfg(feature = "push")]
pub use transport::SendError;
#[cfg(feature = "zipkin")]
pub use zipkin::Zipkin;
