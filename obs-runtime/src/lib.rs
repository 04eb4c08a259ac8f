//! The runtime of `obs`: callsites, guards, shards, rings, the collector and its snapshots.
//!
//! Users depend on the facade `obs`, which re-exports what is public here. Data flows from `callsite` -> `guard`, `task`,
//! `driven` -> `call`, `ended` -> `record`, `span` -> `shard`, `ring` -> `collector`, `totals` -> `snapshot`, `batch` ->
//! exporters; no module imports in a loop (`cargo xtask layers`).

#[expect(unsafe_code, reason = "an allocator in front of another")]
mod alloc;
mod baggage;
mod baggage_fields;
mod batch;
mod bottlenecks;
mod bounds;
mod budget_history;
mod budgets;
mod builder;
mod cache;
mod calibration;
mod call;
mod call_costs;
mod callees;
mod callsite;
mod class_number;
mod clock;
mod collector;
mod context;
mod control;
mod control_word;
mod costs;
mod current;
mod detached;
#[expect(unsafe_code, reason = "pin projection")]
mod driven;
mod dynamic;
mod ended;
mod entries;
mod error_class;
mod error_count;
mod error_history;
mod error_name;
mod errors;
mod event;
mod event_site;
mod exemplars;
#[doc(hidden)]
pub mod expand;
mod exporter;
mod failure_key;
mod field_array;
#[expect(unsafe_code, reason = "a key travels as address and length")]
mod field_reader;
mod field_set;
mod field_value;
mod fields;
mod finish;
mod frame;
#[expect(unsafe_code, reason = "pin projection")]
mod future_ext;
mod governor;
mod guard;
mod heads;
mod health;
mod health_counters;
mod histogram;
mod ids;
#[expect(unsafe_code, reason = "pin projection")]
mod in_context;
mod labels;
mod ledger;
mod level;
mod limit;
mod link;
mod live;
mod meter;
mod metric;
mod mirror;
mod name;
mod note;
mod origin;
mod outcome;
mod overhead;
mod own_cpu;
mod paths;
mod place;
mod policy;
#[doc(hidden)]
pub mod probe;
mod profile_mode;
pub mod propagation;
mod quick;
mod record;
mod recording;
mod redact;
mod redactor;
mod registry;
mod report;
mod resource;
mod ring;
mod sampler;
mod scoped_span;
#[expect(unsafe_code, reason = "the linker's section, named by both its ends")]
mod section;
mod sensitive;
mod shard;
mod shared_history;
mod snapshot;
mod span;
mod span_memory;
mod span_part;
mod span_record;
mod spent;
mod start;
mod start_error;
#[expect(unsafe_code, reason = "null or a reference, behind an atomic")]
mod static_ptr;
mod strays;
#[cfg(feature = "stream")]
#[expect(unsafe_code, reason = "pin projection")]
mod stream_ext;
mod symbols;
mod sync;
mod tail_sampler;
mod task;
mod telemetry;
mod telling;
pub mod testing;
#[doc(hidden)]
pub mod text;
mod totals;
mod trace_state;
mod uuid;
#[expect(unsafe_code, reason = "a sequence of instructions that valgrind looks for")]
mod valgrind;
mod value;
mod wanted;
mod watched;
mod window;

/// Whether anything is recorded at all: the feature `enabled`.
#[doc(hidden)]
pub const IS_ENABLED: bool = cfg!(feature = "enabled");

pub use alloc::{Alloc, Memory, memory};
pub use baggage::Baggage;
pub use batch::{Batch, Span};
pub use bottlenecks::{CallEdge, Flame, FunctionReport, KeptCalls, Report, report};
pub use budgets::{BudgetStatus, Budgets, KeptLimit, budgets};
pub use builder::{Builder, Preset};
pub use call_costs::CallCosts;
pub use callsite::{Budget, Callsite, Meta, Name, OnExceed, Violation};
pub use clock::{ClockChoice, ClockSource, ManualClock};
pub use context::{Context, ScopedContext};
pub use control::{builder, callsites, control, profile, profile_mode, set_enabled};
pub use current::{CurrentSpan, current};
pub use detached::DetachedSpan;
#[doc(hidden)]
pub use dynamic::{CallsiteKey, callsite_for, callsite_of, event_site_of};
pub use error_class::{Classify, ErrorClass, Severity};
pub use error_count::{ClassCount, ErrorCount};
pub use errors::{Errors, errors};
pub use event::{Event, EventSource};
#[doc(hidden)]
pub use event_site::is_event_wanted_anywhere;
pub use exemplars::Exemplar;
pub use exporter::{Exporter, Reader, Wants};
pub use field_array::ArrayElement;
#[doc(hidden)]
pub use field_reader::values_of;
pub use field_value::FieldValue;
pub use fields::Fields;
pub use future_ext::{FutureExt, Traced};
pub use health::Health;
pub use histogram::Histogram;
pub use ids::{SpanId, TraceId};
pub use in_context::InContext;
pub use labels::{LabelValue, Labels};
pub use level::{Level, ParseLevelError, SpanKind};
pub use limit::{Limit, LimitKind, LimitUnit};
pub use link::Link;
pub use live::{InFlight, in_flight};
pub use metric::{Metric, MetricSource, Point, PointValue};
#[doc(hidden)]
pub use mirror::{Mirror, MirroredEnd, MirroredSpan, set_mirror};
#[doc(hidden)]
pub use note::{event_at, is_wanted};
pub use outcome::{Outcome, Outcomes};
pub use overhead::{CallsiteCost, Overhead, overhead};
pub use place::Place;
pub use policy::{ParseFilterError, TurnedDown};
pub use profile_mode::{ParseProfileModeError, ProfileMode};
pub use redact::Redact;
pub use redactor::Redactor;
#[doc(hidden)]
pub use registry::on_policy_change;
pub use report::{ExporterReport, FlushReport};
pub use resource::Resource;
pub use sampler::Sampler;
pub use scoped_span::ScopedSpan;
pub use sensitive::Sensitive;
pub use snapshot::{CallsiteSnapshot, Polls, Series, Snapshot};
pub use spent::{LimitTotals, Spent};
pub use start::{AsContext, AsLinks};
pub use start_error::StartError;
#[cfg(feature = "stream")]
pub use stream_ext::{StreamExt, TracedStream};
#[doc(hidden)]
pub use symbols::Symbols;
pub use tail_sampler::TailSampler;
pub use telemetry::Telemetry;
#[doc(hidden)]
pub use telling::config_warning;
pub use totals::{register_source, snapshot};
pub use trace_state::TraceState;
pub use value::Value;
