//! Finished spans and events on their way to an exporter.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::callsite::Callsite;
use crate::error_class::ErrorClass;
use crate::event::Event;
use crate::ids::{SpanId, TraceId};
use crate::level::{Level, SpanKind};
use crate::link::Link;
use crate::origin::Origin;
use crate::outcome::Outcome;
use crate::resource::Resource;
use crate::snapshot::Polls;
use crate::trace_state::TraceState;
use crate::value::{self, Value};

/// Spans and events handed to exporters, oldest first within each thread.
#[derive(Clone, Debug)]
pub struct Batch {
    pub(crate) resource: Arc<Resource>,
    pub(crate) spans: Vec<Span>,
    pub(crate) events: Vec<Arc<Event>>,
    bytes: usize,
}

impl Batch {
    pub(crate) fn new(resource: Arc<Resource>, spans: Vec<Span>, events: Vec<Arc<Event>>) -> Self {
        let of_events = events.iter().map(|event| event.bytes()).sum::<usize>();
        let bytes = spans.iter().map(Span::bytes).sum::<usize>() + of_events;
        Self { resource, spans, events, bytes }
    }

    /// What it takes in memory, about.
    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Spans and events.
    pub(crate) fn records(&self) -> usize {
        self.spans.len() + self.events.len()
    }

    /// Who is speaking.
    pub fn resource(&self) -> &Resource {
        &self.resource
    }

    /// The finished spans.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// What happened, inside spans and outside. What happened inside a span also hangs on it: [`Span::events`].
    pub fn events(&self) -> &[Arc<Event>] {
        &self.events
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
    pub(crate) error_class: Option<ErrorClass>,
    pub(crate) message: Option<Box<str>>,
    pub(crate) polls: Option<Box<Polls>>,
    pub(crate) thread: u32,
    pub(crate) fields: Vec<(&'static str, Value)>,
    pub(crate) dropped_fields: u32,
    /// The series it was counted in, and whether it was timed there.
    pub(crate) series: u32,
    pub(crate) is_timed: bool,
    pub(crate) origin: Origin,
    pub(crate) is_random: bool,
    pub(crate) over_budget: bool,
    pub(crate) trace_state: TraceState,
    /// Events and links; `None` for most spans.
    pub(crate) notes: Option<Box<Notes>>,
}

/// What was added to a span while it ran.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    pub(crate) events: Vec<Arc<Event>>,
    pub(crate) links: Vec<Link>,
    pub(crate) dropped_events: u32,
    pub(crate) dropped_links: u32,
}

impl Span {
    /// What it takes in memory, about; its events, which it shares with their batch, are not in it.
    fn bytes(&self) -> usize {
        size_of::<Self>() + value::bytes_of(&self.fields) + self.message.as_ref().map_or(0, |text| text.len())
    }

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

    /// The class of the error, where its type says one ([`Classify`](crate::Classify)); the same as on the metric.
    pub const fn error_class(&self) -> Option<ErrorClass> {
        self.error_class
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

    /// Whether it is the first span of its trace in this process: it has no parent, or one in another process.
    pub fn is_local_root(&self) -> bool {
        self.origin != Origin::Child
    }

    /// Whether its parent belongs to another process.
    pub fn has_remote_parent(&self) -> bool {
        self.origin == Origin::Remote
    }

    /// W3C trace flags: bit 0 (sampled) is always set, bit 1 when the trace's id is random.
    pub const fn trace_flags(&self) -> u8 {
        1 | (self.is_random as u8) << 1
    }

    /// What systems on the way had to say of the trace.
    pub const fn trace_state(&self) -> &TraceState {
        &self.trace_state
    }

    /// Whether the call took longer than its budget allows.
    pub const fn is_over_budget(&self) -> bool {
        self.over_budget
    }

    /// What happened while it ran, at most 128 events.
    pub fn events(&self) -> &[Arc<Event>] {
        self.notes.as_ref().map_or(&[], |notes| &notes.events)
    }

    /// Spans it is tied to beside its parent, at most 128.
    pub fn links(&self) -> &[Link] {
        self.notes.as_ref().map_or(&[], |notes| &notes.links)
    }

    /// Events past the limit.
    pub fn dropped_events(&self) -> u32 {
        self.notes.as_ref().map_or(0, |notes| notes.dropped_events)
    }

    /// Links past the limit.
    pub fn dropped_links(&self) -> u32 {
        self.notes.as_ref().map_or(0, |notes| notes.dropped_links)
    }
}
