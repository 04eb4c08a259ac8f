//! One running call of a function that returns a future.
//!
//! The call begins with the first poll and ends when the future is ready, unwinds or is dropped. Each poll makes
//! its span the running one and takes the time; between polls nothing of it is left on the thread, so the
//! future may move to another. Polled by [`crate::driven`].

use crate::call::{Mode, begin, between};
use crate::callsite::Callsite;
use crate::clock;
use crate::control_word::Control;
use crate::ended::Ended;
use crate::error_name::ErrorName;
use crate::field_set::{FieldSet, Kept};
use crate::fields::Fields;
use crate::frame::{self, Ran};
use crate::labels::LabelSet;
use crate::ledger::Ledger;
use crate::live;
use crate::mirror::{self, MirroredEnd, MirroredSpan};
use crate::origin::Origin;
use crate::outcome::Outcome;
use crate::probe::Seen;
use crate::record;
use crate::registry;
use crate::span_part::{End, SpanPart};
use crate::start::Start;

/// One call of a function that returns a future.
///
/// In whole words, as a guard is, and for the same reason.
#[must_use = "the call is driven by the future that `drive` gives"]
pub struct Task<M: Mode, K: Kept = ()> {
    pub(crate) callsite: &'static Callsite,
    /// The control word, and above it the number of a call that is listed as running and has no ledger. Off once the call
    /// has ended.
    word: u64,
    pub(crate) state: State,
    pub(crate) polls: u64,
    pub(crate) start: u64,
    /// The last moment a poll returned.
    pub(crate) end: u64,
    pub(crate) busy: u64,
    pub(crate) longest: u64,
    span: M::Span,
    origin: Origin,
    /// What is on the thread while the future is polled.
    pub(crate) place: <M::Span as SpanPart>::Place,
    /// Where the span begins, until it does; then who is shown it.
    beside: <M::Span as SpanPart>::Beside,
    /// Between polls, where the call has one.
    pub(crate) ledger: Option<Box<Ledger>>,
    kept: K,
}

/// How far a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub(crate) enum State {
    New,
    Begun,
    /// It unwound inside a poll; dropped while something else unwinds, it is merely cancelled.
    Panicked,
}

impl<M: Mode> Task<M> {
    /// Prepares a call. It begins with the first poll.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn new<L: LabelSet, F: FieldSet>(callsite: &'static Callsite, labels: L, fields: F) -> Task<M, F::Kept> {
        let mut control = registry::control_of(callsite);
        let mut kept = F::nothing();
        if control.is_on() {
            control = Control::from_word(labels.choose(callsite, control.word()));
            if control.has(Control::TRACE | M::SEEN & Control::MIRROR) {
                fields.capture(&mut kept);
            }
        }
        Task {
            callsite,
            word: control.word().into(),
            state: State::New,
            polls: 0,
            start: 0,
            end: 0,
            busy: 0,
            longest: 0,
            span: M::Span::NONE,
            origin: Origin::Child,
            place: M::Span::NOWHERE,
            beside: Default::default(),
            ledger: None,
            kept,
        }
    }

    /// Prepares a call whose span does not simply hang on what runs when it begins; `start` is asked now, and only when
    /// the call is traced.
    pub fn new_at<L: LabelSet, F: FieldSet>(
        callsite: &'static Callsite,
        labels: L,
        fields: F,
        start: impl FnOnce() -> Start,
    ) -> Task<M, F::Kept> {
        let mut task = Self::new(callsite, labels, fields);
        if task.control().has(Control::TRACE) {
            task.beside = M::Span::begin_at(start());
        }
        task
    }
}

impl<M: Mode, K: Kept> Task<M, K> {
    /// Whether the call becomes a span, or is shown as one.
    #[inline(always)]
    pub fn is_recorded(&self) -> bool {
        self.control().is_on() && (self.span.is_recorded() || self.is_mirrored())
    }

    /// Ends the call with what its value told.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn finish(&mut self, seen: Seen) {
        self.end(seen, None);
    }

    /// Ends the call with what its value told, and more fields.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn finish_with(&mut self, seen: Seen, extra: &Fields) {
        self.end(seen, Some(extra));
    }

    #[inline(always)]
    fn end(&mut self, seen: Seen, extra: Option<&Fields>) {
        match seen {
            Seen::Ok => self.close(Outcome::Ok, None, extra),
            Seen::Err(name) => self.close_cold(Outcome::Error, Some(&name), extra),
        }
    }

    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "it was widened by `new` and `set_control`")]
    fn control(&self) -> Control {
        Control::from_word(self.word as u32)
    }

    fn set_control(&mut self, control: Control) {
        self.word = control.word().into();
    }

    pub(crate) fn begin(&mut self) {
        self.state = State::Begun;
        if !self.control().is_on() {
            return;
        }
        self.set_control(begin::<M>(self.callsite, self.control()));
        let before = M::Span::here();
        let beside = std::mem::take(&mut self.beside);
        let span = M::Span::open_at(self.callsite, self.control().word(), beside);
        (self.span, self.origin) = span.settle();
        let control = self.control();
        if control.has(Control::IN_FLIGHT | Control::FRAME) {
            self.begin_frame(control);
        }
        if control.has(M::SEEN & Control::MIRROR) {
            self.beside = M::Span::shown(mirror::open(self.callsite, self.kept.fields()));
        }
        // `open` made the span the running one; each poll does that by itself.
        self.place = M::Span::swap(before);
    }

    #[cold]
    #[inline(never)]
    fn begin_frame(&mut self, control: Control) {
        let live = if control.has(Control::IN_FLIGHT) { live::enter(self.callsite) } else { 0 };
        if control.has(Control::FRAME) {
            self.ledger = frame::begin(self.callsite, live, self.is_timed());
        }
        if self.ledger.is_none() {
            self.word |= u64::from(live) << 32;
        }
    }

    /// Begins the call without a poll, for what has none.
    pub(crate) fn begin_now(&mut self, start: Option<Start>) {
        if let Some(start) = start.filter(|_| self.is_traced()) {
            self.beside = M::Span::begin_at(start);
        }
        // What came in is not shown to the mirror.
        self.set_control(self.control().without(Control::MIRROR));
        self.begin();
        // None of its time is that of this thread: it is as between two polls.
        if let Some(ledger) = &mut self.ledger {
            ledger.poll();
        }
        if self.reads_clock() {
            self.start = clock::now();
        }
    }

    /// Ends a call that was begun without a poll.
    pub(crate) fn end_now(&mut self, outcome: Outcome) {
        if self.reads_clock() {
            self.end = clock::now();
        }
        self.close_with([], outcome, None, None);
    }

    /// What is on the thread while the call runs.
    #[inline]
    pub(crate) const fn place(&self) -> <M::Span as SpanPart>::Place {
        self.place
    }

    /// Whether the call has a place of its own in a trace, recorded or not.
    #[inline]
    pub(crate) fn is_traced(&self) -> bool {
        self.control().has(Control::TRACE)
    }

    /// The fields, while they will be recorded.
    #[inline]
    pub(crate) fn recorded_fields(&mut self) -> Option<&mut K> {
        if self.is_recorded() { Some(&mut self.kept) } else { None }
    }

    #[inline(always)]
    pub(crate) fn is_mirrored(&self) -> bool {
        self.control().has(M::SEEN & Control::MIRROR)
    }

    /// Shows the mirror one end of a poll, or of the call.
    #[cold]
    #[inline(never)]
    pub(crate) fn mirror(&mut self, show: impl FnOnce(&mut dyn MirroredSpan)) {
        if let Some(span) = M::Span::mirrored(&mut self.beside) {
            show(span);
        }
    }

    /// By value: what is referred to here could not be kept in registers elsewhere (fifty instructions).
    #[cold]
    #[inline(never)]
    fn mirror_end(&mut self, end: MirroredEnd<'_>) {
        if let Some(span) = M::Span::mirrored(&mut self.beside) {
            span.close(&end);
        }
    }

    #[inline(always)]
    pub(crate) fn is_timed(&self) -> bool {
        M::TIMES && self.control().has(Control::TIME)
    }

    #[inline(always)]
    pub(crate) fn reads_clock(&self) -> bool {
        self.control().is_on() && (self.is_timed() || self.span.is_recorded())
    }

    #[cold]
    #[inline(never)]
    fn close_cold(&mut self, outcome: Outcome, error: Option<&ErrorName>, extra: Option<&Fields>) {
        self.close(outcome, error, extra);
    }

    fn close(&mut self, outcome: Outcome, error: Option<&ErrorName>, extra: Option<&Fields>) {
        self.close_with([self.polls, self.busy, self.longest], outcome, error, extra);
    }

    /// Ends the call; `polls` are as many as [`End`] says. How many is known when this is compiled, so that their record
    /// is written without loops.
    #[inline(always)]
    fn close_with<const N: usize>(
        &mut self,
        polls: [u64; N],
        outcome: Outcome,
        error: Option<&ErrorName>,
        extra: Option<&Fields>,
    ) {
        let (timed, control) = (self.is_timed(), self.control());
        if !control.is_on() {
            return;
        }
        let nanos = between(self.start, self.end);
        if control.has(M::SEEN) || timed && nanos > self.callsite.ceilings().wall {
            return self.settle(nanos, &polls, outcome, error, extra);
        }
        self.set_control(Control::OFF);
        let series = record::ended(self.callsite, control, outcome, error, timed.then_some(nanos));
        if let (true, &[polls, busy, longest]) = (timed, &polls[..]) {
            record::polled(series, [polls, busy, longest]);
        }
        let (callsite, start, fields) = (self.callsite, self.start, self.kept.fields());
        let (over_budget, is_timed, polls) = (false, timed, &polls[..]);
        let end = End { callsite, series, outcome, start, nanos, is_timed, over_budget, polls, fields, extra };
        self.span.record(self.place, Some(self.origin), end);
    }

    /// Ends a call that has more to it than a count, a time and a span.
    #[cold]
    #[inline(never)]
    fn settle(
        &mut self,
        nanos: u64,
        polls: &[u64],
        outcome: Outcome,
        error: Option<&ErrorName>,
        extra: Option<&Fields>,
    ) {
        let (is_timed, control, mut ran) = (self.is_timed(), self.control(), self.ledger.take().map(Ran::from));
        if control.has(Control::IN_FLIGHT) {
            live::leave(ran.as_ref().map_or((self.word >> 32) as u32, |ran| ran.live));
        }
        if control.has(M::SEEN & Control::MIRROR) {
            self.mirror_end(MirroredEnd::new(outcome, error, extra));
        }
        self.set_control(Control::OFF);
        let (origin, fields) = (Some(self.origin), self.kept.fields());
        let Self { callsite, start, span, place, .. } = *self;
        let ended = Ended {
            callsite,
            control,
            outcome,
            error,
            start,
            nanos,
            is_timed,
            polls,
            span,
            place,
            origin,
            fields,
            extra,
            ran: ran.as_ref(),
        };
        let told = ended.settle();
        if let Some(ran) = &mut ran {
            ran.leave();
        }
        told.act(outcome);
    }

    /// The future was dropped before it was ready, or it unwound.
    #[cold]
    #[inline(never)]
    fn abandoned(&mut self) {
        let panicked = self.state == State::Panicked;
        let outcome = if panicked { Outcome::Panic } else { Outcome::Cancelled };
        if self.reads_clock() && !panicked {
            self.end = clock::now();
        }
        self.close(outcome, None, None);
    }
}

impl<M: Mode, K: Kept> Drop for Task<M, K> {
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn drop(&mut self) {
        if self.state != State::New && self.control().is_on() {
            self.abandoned();
        }
    }
}
