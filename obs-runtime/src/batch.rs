//! Finished spans on their way to an exporter.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::callsite::Callsite;
use crate::ids::{SpanId, TraceId};
use crate::level::{Level, SpanKind};
use crate::outcome::Outcome;
use crate::resource::Resource;
use crate::snapshot::Polls;
use crate::value::Value;

/// Spans handed to exporters, oldest first within each thread.
#[derive(Clone, Debug)]
pub struct Batch {
    pub(crate) resource: Arc<Resource>,
    pub(crate) spans: Vec<Span>,
}

impl Batch {
    /// Who is speaking.
    pub fn resource(&self) -> &Resource {
        &self.resource
    }

    /// The finished spans.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }
}

/// One finished call, as plain data.
#[derive(Clone, Debug)]
#[expect(clippy::struct_field_names, reason = "`span_id` is the field's name everywhere")]
pub struct Span {
    pub(crate) trace_id: TraceId,
    pub(crate) span_id: SpanId,
    pub(crate) parent: Option<SpanId>,
    pub(crate) callsite: &'static Callsite,
    /// Nanoseconds since 1970.
    pub(crate) start: u64,
    pub(crate) nanos: u64,
    pub(crate) outcome: Outcome,
    pub(crate) error_type: Option<&'static str>,
    pub(crate) message: Option<Box<str>>,
    pub(crate) polls: Option<Box<Polls>>,
    pub(crate) thread: u32,
    pub(crate) fields: Vec<(&'static str, Value)>,
    pub(crate) dropped_fields: u32,
}

impl Span {
    /// The trace it belongs to.
    pub const fn trace_id(&self) -> TraceId {
        self.trace_id
    }

    /// Its own id.
    pub const fn span_id(&self) -> SpanId {
        self.span_id
    }

    /// The span it ran in; `None` for a root.
    pub const fn parent(&self) -> Option<SpanId> {
        self.parent
    }

    /// The function that was called.
    pub const fn callsite(&self) -> &'static Callsite {
        self.callsite
    }

    /// The function's qualified name.
    pub fn name(&self) -> &'static str {
        self.callsite.name()
    }

    /// Its role between services.
    pub fn kind(&self) -> SpanKind {
        self.callsite.meta().kind
    }

    /// How important it is.
    pub fn level(&self) -> Level {
        self.callsite.meta().level
    }

    /// When it began.
    pub fn start(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_nanos(self.start)
    }

    /// How long it took, wall time.
    pub const fn duration(&self) -> Duration {
        Duration::from_nanos(self.nanos)
    }

    /// How it ended.
    pub const fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// The value of `error.type`; the same as on the metric.
    pub const fn error_type(&self) -> Option<&'static str> {
        self.error_type
    }

    /// The error's text; only under `#[traced(err)]`.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// How the future was driven; `None` for functions that are not async.
    pub fn polls(&self) -> Option<Polls> {
        self.polls.as_deref().copied()
    }

    /// The number of the shard (small, reused) of the thread it ended on.
    pub const fn thread(&self) -> u32 {
        self.thread
    }

    /// The captured fields in the order of capture.
    pub fn fields(&self) -> &[(&'static str, Value)] {
        &self.fields
    }

    /// One field's value.
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.fields.iter().find_map(|(known, value)| (*known == name).then_some(value))
    }

    /// Fields that did not fit.
    pub const fn dropped_fields(&self) -> u32 {
        self.dropped_fields
    }
}
