//! A running call's place in its trace, and its record in the ring when it ends.
//!
//! Opened by [`crate::call`], [`crate::guard`] and [`crate::task`], closed by the first and the last of them and by
//! [`crate::ended`]; the record is read back by [`crate::collector`].

use crate::baggage_fields;
use crate::callsite::Callsite;
use crate::context::{Context, attached_trace_state};
use crate::control_word::Control;
use crate::entries::{self, Entry};
use crate::fields::Fields;
use crate::mirror::MirroredSpan;
use crate::note;
use crate::origin::Origin;
use crate::registry;
use crate::sampler::{self, Remote};
use crate::shard::{Current, Faults, Local, Shard, TraceInfo, Tracing, local, with_shard};
use crate::span_memory::MEMORY;
use crate::span_part::{End, SpanPart};
use crate::span_record::Record;
use crate::start::Start;
use crate::strays;
use crate::sync::add;
use crate::trace_state::TraceState;
use crate::wanted;

/// The key under which an error's text travels.
pub(crate) const MESSAGE: &str = "exception.message";

/// A running call's place in its trace. The trace's id stays on the thread.
///
/// Two words, so that a guard keeps them in registers: with a `bool` beside them compilers move it through memory
/// byte by byte, which costs a call that is not recorded ten nanoseconds.
#[derive(Clone, Copy, Debug)]
pub struct OpenSpan {
    /// 0 when the span is not recorded.
    span: u64,
    /// The span that was running before; 0 for a root; [`Self::ENTRY`] and above where more has to be known.
    parent: u64,
}

/// What few calls have beside their span: one word in a future, whatever it is.
pub enum Beside {
    /// Where the span begins.
    Start(Start),
    /// What a mirror made of the call.
    Shown(Box<dyn MirroredSpan>),
}

impl SpanPart for OpenSpan {
    type Place = Current;
    type Beside = Option<Box<Beside>>;
    const NONE: Self = Self { span: 0, parent: 0 };
    const NOWHERE: Current = Current::NONE;

    #[inline(always)]
    fn open(callsite: &'static Callsite, control: u32) -> Self {
        let control = Control::from_word(control);
        if !control.has(Control::TRACE) {
            return Self::NONE;
        }
        let info = local(|local| local.info.get());
        if info.is(Tracing::Recorded) {
            if control.has(Control::TRACE_SOME) && !is_chosen(callsite) {
                return Self::NONE;
            }
            Self::open_child()
        } else if info.is(Tracing::Dropped) {
            Self::NONE
        } else {
            Self::open_root(callsite, control)
        }
    }

    fn begin_at(start: Start) -> Option<Box<Beside>> {
        Some(Box::new(Beside::Start(start)))
    }

    fn shown(span: Option<Box<dyn MirroredSpan>>) -> Option<Box<Beside>> {
        span.map(|span| Box::new(Beside::Shown(span)))
    }

    fn mirrored(beside: &mut Option<Box<Beside>>) -> Option<&mut dyn MirroredSpan> {
        match beside.as_deref_mut() {
            Some(Beside::Shown(span)) => Some(&mut **span),
            _ => None,
        }
    }

    #[inline]
    fn open_at(callsite: &'static Callsite, control: u32, beside: Option<Box<Beside>>) -> Self {
        // By value: where there is nothing, nothing is dropped.
        match beside {
            None => Self::open(callsite, control),
            Some(beside) => Self::open_beside(callsite, control, *beside),
        }
    }

    #[inline(always)]
    fn here() -> Current {
        local(Local::current)
    }

    #[inline(always)]
    fn swap(place: Current) -> Current {
        let before = local(Local::current);
        local(|local| local.set_current(place));
        before
    }

    #[inline(always)]
    fn leave(self) {
        if self.span != 0 && self.has_plain_parent() {
            local(|local| local.span.set(self.parent));
        } else if !self.is_none() {
            self.leave_root();
        }
    }

    #[inline(always)]
    fn is_recorded(self) -> bool {
        self.span != 0
    }

    #[inline(always)]
    fn settle(self) -> (Self, Origin) {
        if self.has_plain_parent() || self.is_none() {
            return (self, Origin::Child);
        }
        self.settle_root()
    }

    fn ids(self) -> Option<[u64; 2]> {
        (self.span != 0).then(|| [self.span, self.parent().0])
    }

    #[inline(always)]
    fn current(place: Current) -> Current {
        place
    }

    #[inline(always)]
    fn record(self, place: Current, origin: Option<Origin>, end: End<'_>) {
        if self.span != 0 && !wanted::spans_are_for_tests_alone() {
            match local(Local::shard) {
                Some(shard) => self.push(place, origin, &end, shard),
                None => self.push_cold(place, origin, end),
            }
        }
    }
}

impl OpenSpan {
    /// The parent of a span that left an [`Entry`]; it is recorded.
    const ENTRY: u64 = u64::MAX - 2;
    /// The parent of one that is not recorded: something was put on the thread, and must be taken away.
    const DROPPED_ENTRY: u64 = u64::MAX - 1;
    /// The parent of a root that is not recorded, with nothing before it.
    const DROPPED_ROOT: u64 = u64::MAX;

    /// A recorded span, under the one that was running before.
    #[inline(always)]
    pub(crate) const fn child(span: u64, parent: u64) -> Self {
        Self { span, parent }
    }

    /// The id of a recorded span and that of its parent, 0 for a root; `None` where there is more to it.
    #[inline(always)]
    pub(crate) const fn plain_ids(self) -> Option<(u64, u64)> {
        if self.span != 0 && self.parent < Self::ENTRY { Some((self.span, self.parent)) } else { None }
    }

    /// Whether the trace that runs on this thread is not recorded: a span in it is none.
    #[inline(always)]
    pub(crate) fn is_dropped_here() -> bool {
        local(|local| local.info.get()).is(Tracing::Dropped)
    }

    /// Whether nothing was put on the thread, and nothing will be recorded.
    #[inline(always)]
    pub(crate) const fn is_none(self) -> bool {
        self.span | self.parent == 0
    }

    /// Whether the parent is the span that was running before. An id that looks like one of the marks comes up once in
    /// 2^62 spans, and costs that span its parent.
    #[inline(always)]
    const fn has_plain_parent(self) -> bool {
        self.parent.wrapping_sub(1) < Self::ENTRY - 1
    }

    #[cold]
    fn open_beside(callsite: &'static Callsite, control: u32, beside: Beside) -> Self {
        match beside {
            Beside::Start(start) => Self::open_start(callsite, control, &start),
            Beside::Shown(_) => Self::open(callsite, control),
        }
    }

    #[cold]
    fn open_start(callsite: &'static Callsite, control: u32, start: &Start) -> Self {
        let span = match start.parent() {
            Some(parent) => Self::open_under(callsite, control, parent),
            None => Self::open(callsite, control),
        };
        if span.is_recorded() {
            let here = local(Local::current);
            start.links().iter().for_each(|link| note::link(here, link));
        }
        span
    }

    /// Opens a span under a place that was named.
    fn open_under(callsite: &'static Callsite, control: u32, context: &Context) -> Self {
        if !Control::from_word(control).has(Control::TRACE) {
            return Self::NONE;
        }
        let parent = context.place();
        let span = match parent.info.tracing() {
            Tracing::Recorded if is_chosen(callsite) => Self::enter(parent, true, local(Local::random), Origin::Child),
            Tracing::Recorded => Self::NONE,
            Tracing::Dropped => Self::enter(parent, false, local(Local::random), Origin::Child),
            Tracing::RemoteRecorded | Tracing::RemoteDropped | Tracing::RemoteDeferred => {
                Self::open_remote(callsite, parent, context.trace_state())
            }
            Tracing::Nothing => {
                let place = Self::new_trace(callsite);
                Self::enter(place, place.info.tracing() == Tracing::Recorded, place.span, Origin::Root)
            }
        };
        // `root` names no place: what is attached to the thread still is.
        let is_nowhere = parent.info.is(Tracing::Nothing) && context.baggage().is_empty();
        span.with_baggage((!is_nowhere).then_some(context))
    }

    /// Adds what the builder wants of the baggage: that of the context that was named, or that of the thread.
    #[inline(always)]
    fn with_baggage(self, parent: Option<&Context>) -> Self {
        if baggage_fields::are_wanted() && self.is_recorded() {
            baggage_fields::add(parent);
        }
        self
    }

    /// Begins a trace here, recorded or not, where none runs.
    #[inline(never)]
    fn open_root(callsite: &'static Callsite, control: Control) -> Self {
        let here = strays::settled();
        match here.info.tracing() {
            Tracing::Nothing => {}
            Tracing::Recorded if control.has(Control::TRACE_SOME) && !is_chosen(callsite) => return Self::NONE,
            Tracing::Recorded => return Self::open_child(),
            Tracing::Dropped => return Self::NONE,
            Tracing::RemoteRecorded | Tracing::RemoteDropped | Tracing::RemoteDeferred => {
                return Self::open_remote(callsite, here, attached_trace_state()).with_baggage(None);
            }
        }
        let place = Self::new_trace(callsite);
        local(|local| local.set_current(place));
        if place.info.is(Tracing::Recorded) {
            Self { span: place.span, parent: 0 }.with_baggage(None)
        } else {
            Self { span: 0, parent: Self::DROPPED_ROOT }
        }
    }

    /// Opens a span under the recorded one that runs.
    #[inline(always)]
    fn open_child() -> Self {
        let span = local(Local::random);
        Self { span, parent: local(|local| local.span.replace(span)) }
    }

    /// A place at the beginning of a new trace.
    #[inline(always)]
    fn new_trace(callsite: &'static Callsite) -> Current {
        local(|local| {
            let (span, trace) = (local.random(), [local.random(), local.random()]);
            let (recorded, head) = sampler::decide(trace, callsite.meta().trace_ratio, None);
            count_trace(local, recorded);
            let tracing = if recorded { Tracing::Recorded } else { Tracing::Dropped };
            let info = TraceInfo::new(tracing, true, head).recorded_as(local.info.get());
            Current { trace, span, info }
        })
    }

    /// Goes on here with a trace of another process.
    #[cold]
    fn open_remote(callsite: &'static Callsite, parent: Current, state: TraceState) -> Self {
        let recorded = match parent.info.tracing() {
            Tracing::RemoteRecorded => Some(true),
            Tracing::RemoteDropped => Some(false),
            _ => None,
        };
        // A decision may come in alone, without a trace: the trace begins here.
        let is_alone = parent.trace == [0; 2];
        let (trace, is_random, origin) = if is_alone {
            (local(|local| [local.random(), local.random()]), true, Origin::Root)
        } else {
            (parent.trace, parent.info.is_random(), Origin::Remote)
        };
        let remote = Remote { recorded, state };
        let (recorded, head) = sampler::decide(trace, callsite.meta().trace_ratio, Some(&remote));
        local(|local| count_trace(local, recorded));
        let tracing = if recorded { Tracing::Recorded } else { Tracing::Dropped };
        let info = TraceInfo::new(tracing, is_random, head).debug_as(parent.info);
        Self::enter(Current { trace, span: parent.span, info }, recorded, local(Local::random), origin)
    }

    /// Puts a span under another place than the thread's, which is kept beside.
    #[cold]
    fn enter(parent: Current, recorded: bool, span: u64, origin: Origin) -> Self {
        let before = local(Local::current);
        let info = parent.info.recorded_as(before.info);
        local(|local| local.set_current(Current { span, info, ..parent }));
        let parent = if origin == Origin::Root { 0 } else { parent.span };
        entries::push(Entry { key: span, before, parent, origin });
        if recorded { Self { span, parent: Self::ENTRY } } else { Self { span: 0, parent: Self::DROPPED_ENTRY } }
    }

    #[inline(never)]
    fn leave_root(self) {
        let before = match self.parent {
            Self::ENTRY => entries::take(self.span).map(|entry| entry.before),
            Self::DROPPED_ENTRY => entries::take(local(|local| local.span.get())).map(|entry| entry.before),
            _ => None,
        };
        let here = local(|local| local.info.get());
        let nowhere = Current { info: TraceInfo::NOTHING.recorded_as(here), ..Current::NONE };
        local(|local| local.set_current(strays::marked(before.unwrap_or(nowhere))));
    }

    #[cold]
    fn settle_root(self) -> (Self, Origin) {
        match self.parent {
            Self::ENTRY => {
                let entry = entries::take(self.span);
                let (parent, origin) = entry.map_or((0, Origin::Root), |entry| (entry.parent, entry.origin));
                (Self { span: self.span, parent }, origin)
            }
            Self::DROPPED_ENTRY => {
                entries::take(local(|local| local.span.get()));
                (Self::NONE, Origin::Child)
            }
            Self::DROPPED_ROOT => (Self::NONE, Origin::Child),
            _ => (self, Origin::Root),
        }
    }

    /// The parent's id and where it is, as the record says it.
    #[inline(always)]
    fn parent(self) -> (u64, Origin) {
        if self.has_plain_parent() {
            return (self.parent, Origin::Child);
        }
        match self.parent {
            Self::ENTRY => entries::find(self.span).map_or((0, Origin::Root), |entry| (entry.parent, entry.origin)),
            _ => (0, Origin::Root),
        }
    }

    #[cold]
    #[inline(never)]
    fn push_cold(self, place: Current, origin: Option<Origin>, end: End<'_>) {
        // By value: what a call that is not inlined may refer to would have to be in memory from the start.
        with_shard(|shard| self.push(place, origin, &end, shard));
    }

    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "fields are bounded far below")]
    fn push(self, place: Current, origin: Option<Origin>, end: &End<'_>, shard: &'static Shard) {
        let fields = end.fields.map_or(&[][..], Fields::words);
        let extra = end.extra.map_or(&[][..], Fields::words);
        let dropped = end.fields.map_or(0, Fields::dropped) + end.extra.map_or(0, Fields::dropped);
        let (parent, origin) = origin.map_or_else(|| self.parent(), |origin| (self.parent, origin));
        let record = Record {
            trace: place.trace,
            span: self.span,
            parent,
            start: end.start,
            nanos: end.nanos,
            series: end.series,
            callsite: registry::series_of(end.callsite),
            head: place.info.head(),
            outcome: end.outcome,
            origin,
            has_polls: !end.polls.is_empty(),
            is_timed: end.is_timed,
            over_budget: end.over_budget,
            is_random: place.info.is_random(),
            dropped: u16::try_from(dropped).unwrap_or(u16::MAX),
            payload: (end.polls.len() + fields.len() + extra.len()) as u32,
        };
        add(&shard.faults.spans_finished, 1);
        if dropped > 0 {
            add(&shard.faults.fields_truncated, u64::from(dropped));
        }
        if shard.ring.push(&MEMORY, record.words(), &[end.polls, fields, extra]).is_err() {
            add(&shard.faults.ring_full, 1);
        }
    }
}

/// Counts the decision about a trace.
fn count_trace(local: &Local, recorded: bool) {
    let count = |faults: &Faults| add(if recorded { &faults.traces_sampled } else { &faults.traces_not_sampled }, 1);
    match local.shard() {
        Some(shard) => count(&shard.faults),
        None => with_shard(|shard| count(&shard.faults)),
    }
}

/// Whether this call is in the share that `#[traced(sample = ..)]` wants.
fn is_chosen(callsite: &'static Callsite) -> bool {
    let ratio = callsite.meta().trace_ratio;
    let chosen = ratio >= 1.0 || local(|local| (local.random() >> 11) as f64 / (1_u64 << 53) as f64) < ratio;
    if !chosen {
        with_shard(|shard| add(&shard.faults.spans_not_sampled, 1));
    }
    chosen
}
