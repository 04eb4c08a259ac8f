//! Put an attribute on a function: see, measure and bound what it does.
//!
//! ```
//! use obs::{budget, counted, profiled, traced};
//!
//! #[traced]                 // a span, with how the call ended
//! #[profiled]               // wall time, as a histogram
//! #[counted]                // calls by outcome
//! #[budget(ms = 10)]        // a promise: calls that take longer are counted
//! fn checkout(items: u32) -> Result<u32, String> {
//!     if items == 0 { Err("the cart is empty".to_owned()) } else { Ok(items * 3) }
//! }
//!
//! checkout(2).unwrap();
//! checkout(0).unwrap_err();
//!
//! let snapshot = obs::snapshot();
//! let checkout = snapshot.callsite("checkout").unwrap();
//! assert_eq!((checkout.calls(), checkout.outcomes().error), (2, 1));
//! ```
//!
//! An error says what sort of error it is, and is counted by it:
//!
//! ```
//! #[derive(Debug, obs::Classify)]
//! enum PayError {
//!     #[class(transient)]
//!     Timeout,
//!     #[class("quota", severity = high)]
//!     Limit,
//! }
//!
//! #[obs::counted(name = "shop::pay")]
//! fn pay(amount: u32) -> Result<u32, PayError> {
//!     if amount > 100 { Err(PayError::Limit) } else { Err(PayError::Timeout) }
//! }
//!
//! for amount in [50, 70, 200] {
//!     pay(amount).unwrap_err();
//! }
//! let errors = obs::errors();
//! let classes: Vec<_> = errors.by_class().iter().map(|class| (class.name(), class.count())).collect();
//! assert_eq!(classes, [("transient", 2), ("quota", 1)]);
//! ```
//!
//! [`init`] starts the exporters that the features and the environment ask for; [`builder`] starts those you name;
//! [`init_with`] both.
//! Functions are counted and timed from the first call on, with or without either.
//! [`profile`] keeps who calls whom, and [`report()`] tells where the time and the memory went.
//!
//! # Features
//! - `enabled` (default): without it every attribute leaves the function as written and [`init`] starts nothing.
//!   A library annotates with `default-features = false`; the application turns it on for all.
//! - `console` (default): the report at exit. `json`, `chrome`, `flamegraph`, `prometheus`: the other exporters.
//! - `stream`: streams in a context, and streams as spans.
//! - `otlp`: spans, totals and events to everything that speaks OTLP over HTTP, Jaeger too; `otlp-grpc`: over gRPC.
//! - `zipkin`: spans to Zipkin. `influx`: totals to `InfluxDB`. `remote-write`: totals to Prometheus and what takes the same.
//! - `metrics`: what other crates record through `metrics` leaves through our exporters, and the other way round.
//! - `tracing`: spans and events of crates that use `tracing` become ours. `log`: records become events.
//! - `pprof`: statistical profiling by signals, on Unix.

mod by_hand;
mod environment;
mod init;
#[cfg(not(all(
    feature = "console",
    feature = "prometheus",
    feature = "json",
    feature = "chrome",
    feature = "flamegraph",
    feature = "otlp",
    feature = "zipkin",
    feature = "influx",
    feature = "remote-write"
)))]
mod not_built;
#[cfg(feature = "otlp")]
mod otlp;
mod push;
mod service;
/// Records what runs in a test, and holds it against the budgets.
#[cfg(feature = "testing")]
pub mod testing;

pub use init::{init, init_with};
pub use obs_macros::{Classify, budget, counted, profiled, skip, test, traced};
pub use obs_runtime::{
    Alloc, ArrayElement, AsContext, AsLinks, Baggage, Batch, Budget, BudgetStatus, Budgets, Builder, CallCosts,
    CallEdge, Callsite, CallsiteCost, CallsiteSnapshot, ClassCount, Classify, ClockChoice, ClockSource, Context,
    CurrentSpan, ErrorClass, ErrorCount, Errors, Event, EventSource, Exemplar, Exporter, ExporterReport, FieldValue,
    Fields, Flame, FlushReport, FunctionReport, FutureExt, Health, Histogram, InContext, InFlight, KeptCalls,
    KeptLimit, LabelValue, Labels, Level, Limit, LimitKind, LimitTotals, LimitUnit, Link, ManualClock, Memory, Meta,
    Metric, MetricSource, Name, OnExceed, Outcome, Outcomes, Overhead, ParseFilterError, ParseLevelError,
    ParseProfileModeError, Point, PointValue, Polls, Preset, ProfileMode, Reader, Redact, Redactor, Report, Resource,
    Sampler, ScopedContext, ScopedSpan, Sensitive, Series, Severity, Snapshot, Span, SpanId, SpanKind, Spent,
    StartError, TailSampler, Telemetry, TraceId, TraceState, Traced, TurnedDown, Value, Violation, Wants, budgets,
    builder, callsites, control, current, errors, in_flight, memory, overhead, profile, profile_mode, register_source,
    report, set_enabled, snapshot,
};

pub use obs_runtime::propagation;
#[cfg(feature = "stream")]
pub use obs_runtime::{StreamExt, TracedStream};

/// What takes spans and totals out of the process; one feature each.
pub use obs_exporters as exporters;

/// What joins our traces with crates that others use; one feature each.
#[cfg(any(feature = "http", feature = "log", feature = "tracing", feature = "pprof"))]
pub use obs_bridges as bridges;

/// What `service!` expands into.
#[doc(hidden)]
pub use service::__service;

/// What the attributes expand into. Not for use by hand: it changes with the macros.
#[doc(hidden)]
pub use obs_runtime::expand as __private;

/// The attributes, for a `use obs::prelude::*`.
pub mod prelude {
    pub use crate::FutureExt as _;
    #[cfg(feature = "stream")]
    pub use crate::StreamExt as _;
    pub use crate::{Classify, budget, counted, profiled, traced};
}
