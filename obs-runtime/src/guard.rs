//! One running call of a function that is not async.
//!
//! Made when the call begins; its end, in whatever way, is the end of the guard. It stays on the thread and in
//! the function that made it.
//!
//! What the expansion calls is inlined only where the compiler optimises: without that, each inlined body keeps room of
//! its own in the frame of the annotated function, 3 KiB in all.

use std::cell::Cell;
use std::marker::PhantomData;

use crate::callsite::Callsite;
use crate::clock;
use crate::control_word::Control;
use crate::ended::Ended;
use crate::error_name::ErrorName;
use crate::field_set::{FieldSet, Kept};
use crate::fields::Fields;
use crate::frame::{self, Frame};
use crate::labels::LabelSet;
use crate::live;
use crate::mirror::{self, MirroredEnd};
use crate::outcome::Outcome;
use crate::probe::Seen;
use crate::quick;
use crate::record;
use crate::registry;
use crate::span::OpenSpan;
use crate::span_part::{End, SpanPart};
use crate::start::Start;
use crate::valgrind;

/// What a function's attributes need of a call, known when it is compiled.
///
/// What is small is inlined into the annotated function; a span is not: its two calls cost some two nanoseconds, and
/// inlined it would make a program of many annotated functions compile several times as long.
pub trait Mode: Sized {
    /// The span, or nothing.
    type Span: SpanPart;
    /// Whether a clock may be read.
    const TIMES: bool;
    /// The flags under which there is more to a call than a count, a time and a span.
    #[doc(hidden)]
    const SEEN: u32 = Control::IN_FLIGHT | Control::FRAME | Control::LIMITS;

    /// Begins a call; one that `waits` for its fields does not look at the clock yet.
    #[doc(hidden)]
    #[inline(always)]
    fn open(callsite: &'static Callsite, word: u32, waits: bool) -> Call<Self> {
        Call::open(callsite, Control::from_word(word), waits)
    }

    /// Ends a call well.
    #[doc(hidden)]
    #[inline(always)]
    fn close_ok(call: Call<Self>) {
        call.close(Outcome::Ok, None, None, None);
    }

    /// Ends a call that ended well, if all it needs is at hand; says whether it did.
    #[doc(hidden)]
    #[inline(always)]
    fn close_quickly(_: &Call<Self>, _: &Fields) -> bool {
        false
    }
}

/// Calls are counted.
#[derive(Clone, Copy, Debug)]
pub struct Count;

/// Calls are counted and timed.
#[derive(Clone, Copy, Debug)]
pub struct Time;

/// Calls are counted, timed if asked for, and become spans.
#[derive(Clone, Copy, Debug)]
pub struct Trace;

impl Mode for Count {
    type Span = ();
    const TIMES: bool = false;
}

impl Mode for Time {
    type Span = ();
    const TIMES: bool = true;
}

impl Mode for Trace {
    type Span = OpenSpan;
    const TIMES: bool = true;
    const SEEN: u32 = <Count as Mode>::SEEN | Control::MIRROR;

    #[inline(always)]
    fn open(callsite: &'static Callsite, word: u32, waits: bool) -> Call<Self> {
        let control = Control::from_word(word);
        if OpenSpan::is_dropped_here() && !control.has(Control::TIME | Self::SEEN) {
            return Call { word: word.into(), ..Call::off(callsite) };
        }
        open_trace(callsite, control, waits)
    }

    #[inline(always)]
    fn close_ok(call: Call<Self>) {
        if call.span.is_none() && !call.is_timed() && !call.control().has(Self::SEEN) {
            record::ended(call.callsite, call.control(), Outcome::Ok, None, None);
        } else {
            // One by one, so that they go in registers.
            close_trace(call.callsite, call.word, call.start, call.span);
        }
    }

    #[inline(always)]
    fn close_quickly(call: &Call<Self>, fields: &Fields) -> bool {
        let Call { callsite, word, start, span } = *call;
        fields.dropped() == 0 && quick::close(callsite, word, start, span, fields.words()).is_some()
    }
}

/// The common case here and in [`close_trace`] calls nothing, so that no register has to be saved for it.
#[inline(never)]
fn open_trace(callsite: &'static Callsite, control: Control, waits: bool) -> Call<Trace> {
    match quick::open(control, waits) {
        Some((span, start)) => Call { callsite, word: control.word().into(), start, span },
        None => open_root_trace(callsite, control, waits),
    }
}

#[inline(never)]
fn open_root_trace(callsite: &'static Callsite, control: Control, waits: bool) -> Call<Trace> {
    match quick::open_root(control, waits) {
        Some((span, start)) => Call { callsite, word: control.word().into(), start, span },
        None => open_trace_slowly(callsite, control, waits),
    }
}

#[inline(never)]
fn open_trace_slowly(callsite: &'static Callsite, control: Control, waits: bool) -> Call<Trace> {
    Call::open(callsite, control, waits)
}

#[inline(never)]
fn close_trace(callsite: &'static Callsite, word: u64, start: u64, span: OpenSpan) {
    if quick::close(callsite, word, start, span, &[]).is_none() {
        close_trace_slowly(callsite, word, start, span);
    }
}

#[inline(never)]
fn close_trace_slowly(callsite: &'static Callsite, word: u64, start: u64, span: OpenSpan) {
    Call::<Trace> { callsite, word, start, span }.close(Outcome::Ok, None, None, None);
}

/// Counts the start of a call where that is asked for, and decides whether it is timed: without `Control::TIME` in
/// the word that comes back, it is not.
#[inline(always)]
pub(crate) fn begin<M: Mode>(callsite: &'static Callsite, control: Control) -> Control {
    if control.has(Control::IN_FLIGHT) {
        record::entered(control);
    }
    if M::TIMES && control.has(Control::TIME_SOME) && !record::is_turn(callsite, control) {
        return control.without(Control::TIME);
    }
    control
}

/// Nanoseconds between two readings; 0, and counted, when the clock went backwards.
#[inline(always)]
pub(crate) fn between(start: u64, end: u64) -> u64 {
    if end < start {
        record::clock_backwards();
        return 0;
    }
    end - start
}

/// One running call.
///
/// Ends with [`Guard::finish`]; dropped before that, the call unwound. What the end needs is handed on by value, so
/// that a guard that is finished in the function that made it lives in registers.
#[must_use = "the call ends when the guard is dropped"]
pub struct Guard<M: Mode, K: Kept = ()> {
    call: Call<M>,
    kept: K,
    /// A guard belongs to a stack frame.
    _stays_on_its_thread: PhantomData<*const ()>,
}

/// What a running call has to remember.
///
/// All of it in whole words: where a compiler moves it through memory, what was written in parts and is read as
/// a whole would wait for the writes (ten nanoseconds).
#[derive(Debug)]
pub struct Call<M: Mode> {
    callsite: &'static Callsite,
    /// The control word, and above it the key of the call's frame, or where it may have none the number under which it is
    /// listed as running. Off once the call has ended. Without `Control::TIME` when it is not this call's turn to be timed.
    word: u64,
    start: u64,
    span: M::Span,
}

impl<M: Mode> Guard<M> {
    /// Begins a call.
    ///
    /// # Cost
    /// Switched off: one load and one branch.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn enter<L: LabelSet, F: FieldSet>(callsite: &'static Callsite, labels: L, fields: F) -> Guard<M, F::Kept> {
        let control = registry::control_of(callsite);
        let mut call = Call::off(callsite);
        if control.is_on() {
            call = M::open(callsite, labels.choose(callsite, control.word()), F::Kept::HOLDS);
        }
        // Not earlier: what a call that may unwind has to drop is in memory, and nothing before this needs to be.
        let mut guard = Guard { call, kept: F::nothing(), _stays_on_its_thread: PhantomData };
        if F::Kept::HOLDS {
            if guard.call.wants_fields() {
                fields.capture(&mut guard.kept);
            }
            guard.call.show(guard.kept.fields());
            guard.call.start();
        }
        guard
    }

    /// Begins a call whose span does not simply hang on the running one; `start` is asked only when it is traced.
    ///
    /// # Cost
    /// That of [`Guard::enter`], and some twenty nanoseconds.
    pub fn enter_at<L: LabelSet, F: FieldSet>(
        callsite: &'static Callsite,
        labels: L,
        fields: F,
        start: impl FnOnce() -> Start,
    ) -> Guard<M, F::Kept> {
        let control = registry::control_of(callsite);
        let mut call = Call::off(callsite);
        if control.is_on() {
            let control = Control::from_word(labels.choose(callsite, control.word()));
            // Before the call begins: what the user wrote may panic.
            let begins_at = control.has(Control::TRACE).then(|| M::Span::begin_at(start()));
            call.set_control(begin::<M>(callsite, control));
            if let Some(begins_at) = begins_at {
                call.span = M::Span::open_at(callsite, control.word(), begins_at);
            }
        }
        let mut guard: Guard<M, F::Kept> = Guard { call, kept: F::nothing(), _stays_on_its_thread: PhantomData };
        if guard.call.wants_fields() {
            fields.capture(&mut guard.kept);
        }
        guard.call.show(guard.kept.fields());
        guard.call.start();
        guard
    }
}

impl<M: Mode, K: Kept> Guard<M, K> {
    /// Whether the call becomes a span, or is shown as one.
    #[inline(always)]
    pub fn is_recorded(&self) -> bool {
        self.call.control().is_on() && self.call.wants_fields()
    }

    /// A guard for a body that leaves in places of its own.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn watched(self) -> Watched<M, K> {
        Watched { guard: self, seen: Cell::new(None), unwinding: std::thread::panicking() }
    }

    /// Ends the call well.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn finish_ok(self) {
        self.finish(Seen::Ok);
    }

    /// Ends the call with what its value told.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn finish(mut self, seen: Seen) {
        let call = self.take();
        if K::HOLDS {
            call.end(seen, self.kept.fields(), None);
        } else {
            // Nothing is left to be dropped, also not by a budget that panics, so the guard need not be in memory.
            std::mem::forget(self);
            call.end(seen, None, None);
        }
    }

    /// Ends the call with what its value told, and more fields.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn finish_with(mut self, seen: Seen, extra: &Fields) {
        self.take().end(seen, self.kept.fields(), Some(extra));
    }

    /// The call, leaving one that is off.
    #[inline(always)]
    fn take(&mut self) -> Call<M> {
        let Call { callsite, word, start, span } = self.call;
        self.call.set_control(Control::OFF);
        Call { callsite, word, start, span }
    }
}

impl<M: Mode, K: Kept> Drop for Guard<M, K> {
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn drop(&mut self) {
        if self.call.control().is_on() {
            abandoned(self.take(), self.kept.fields());
        }
    }
}

/// A guard was dropped before its call was finished: it unwound, or left through a `return` that a macro hides.
#[cold]
#[inline(never)]
fn abandoned<M: Mode>(call: Call<M>, fields: Option<&Fields>) {
    let outcome = if std::thread::panicking() { Outcome::Panic } else { Outcome::Ok };
    call.close(outcome, None, fields, None);
}

impl<M: Mode> Call<M> {
    #[inline(always)]
    fn off(callsite: &'static Callsite) -> Self {
        Self { callsite, word: Control::OFF.word().into(), start: 0, span: M::Span::NONE }
    }

    #[inline(always)]
    fn open(callsite: &'static Callsite, control: Control, waits: bool) -> Self {
        let mut call = Self::off(callsite);
        call.set_control(begin::<M>(callsite, control));
        call.span = M::Span::open(callsite, control.word());
        if !waits {
            call.show(None);
            call.start();
        }
        call
    }

    /// Shows the call to those who look at what runs, and makes its frame. What it is found by stays above the control
    /// word.
    #[inline(always)]
    fn show(&mut self, fields: Option<&Fields>) {
        if self.control().has(M::SEEN) {
            self.word = Self::shown(self.callsite, self.word, fields);
        }
    }

    #[cold]
    #[inline(never)]
    #[expect(clippy::cast_possible_truncation, reason = "the low half")]
    fn shown(callsite: &'static Callsite, mut word: u64, fields: Option<&Fields>) -> u64 {
        let control = Control::from_word(word as u32);
        let live = if control.has(Control::IN_FLIGHT) { live::enter(callsite) } else { 0 };
        let is_timed = M::TIMES && control.has(Control::TIME);
        let number = if control.has(Control::FRAME) { frame::enter(callsite, live, is_timed) } else { live };
        word |= u64::from(number) << 32;
        if control.has(M::SEEN & Control::MIRROR) {
            mirror::enter(callsite, fields);
        }
        word
    }

    /// Whether somebody is told the fields.
    #[inline(always)]
    fn wants_fields(&self) -> bool {
        self.span.is_recorded() || self.control().has(M::SEEN & Control::MIRROR)
    }

    /// Takes the time, if anybody wants to know it.
    #[inline(always)]
    fn start(&mut self) {
        if self.is_timed() || self.span.is_recorded() {
            self.start = clock::now();
        }
    }

    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "it was widened by `set_control`")]
    fn control(&self) -> Control {
        Control::from_word(self.word as u32)
    }

    #[inline(always)]
    fn set_control(&mut self, control: Control) {
        self.word = control.word().into();
    }

    #[inline(always)]
    fn is_timed(&self) -> bool {
        M::TIMES && self.control().has(Control::TIME)
    }

    #[inline(always)]
    fn end(self, seen: Seen, fields: Option<&Fields>, extra: Option<&Fields>) {
        if !self.control().is_on() {
            return;
        }
        match (seen, fields, extra) {
            (Seen::Ok, None, None) => M::close_ok(self),
            (Seen::Ok, ..) => self.close_with(fields, extra),
            (Seen::Err(name), ..) => self.close_cold(&name, fields, extra),
        }
    }

    #[inline(never)]
    fn close_with(self, fields: Option<&Fields>, extra: Option<&Fields>) {
        match (fields, extra) {
            (Some(fields), None) if M::close_quickly(&self, fields) => {}
            _ => self.close_slowly(fields, extra),
        }
    }

    #[inline(never)]
    fn close_slowly(self, fields: Option<&Fields>, extra: Option<&Fields>) {
        self.close(Outcome::Ok, None, fields, extra);
    }

    #[cold]
    #[inline(never)]
    fn close_cold(self, error: &ErrorName, fields: Option<&Fields>, extra: Option<&Fields>) {
        self.close(Outcome::Error, Some(error), fields, extra);
    }

    #[inline(always)]
    fn close(self, outcome: Outcome, error: Option<&ErrorName>, fields: Option<&Fields>, extra: Option<&Fields>) {
        if self.control().has(M::SEEN) {
            return self.close_seen(outcome, error, fields, extra);
        }
        let (timed, control, Self { callsite, start, span, word }) = (self.is_timed(), self.control(), self);
        let nanos = if timed || span.is_recorded() { between(start, clock::now()) } else { 0 };
        if timed && nanos > callsite.limit() {
            return Self { callsite, word, start, span }.settle(nanos, None, outcome, error, fields, extra);
        }
        let series = record::ended(callsite, control, outcome, error, timed.then_some(nanos));
        if span.is_recorded() {
            let (over_budget, is_timed, polls) = (false, timed, &[][..]);
            let end = End { callsite, series, outcome, start, nanos, is_timed, over_budget, polls, fields, extra };
            span.record(M::Span::here(), None, end);
        }
        span.leave();
    }

    /// Ends a call that somebody looks at.
    #[cold]
    #[inline(never)]
    #[expect(clippy::cast_possible_truncation, reason = "the high half")]
    fn close_seen(self, outcome: Outcome, error: Option<&ErrorName>, fields: Option<&Fields>, extra: Option<&Fields>) {
        if valgrind::counts(self.callsite) {
            valgrind::end();
        }
        let (timed, control, number) = (self.is_timed(), self.control(), (self.word >> 32) as u32);
        let nanos = if timed || self.span.is_recorded() { between(self.start, clock::now()) } else { 0 };
        let has_frame = control.has(Control::FRAME);
        let frame = has_frame.then(|| frame::pop(number, timed.then_some(nanos))).flatten();
        if control.has(Control::IN_FLIGHT) {
            live::leave(if has_frame { frame.as_ref().map_or(0, |frame| frame.live) } else { number });
        }
        if control.has(M::SEEN & Control::MIRROR) {
            mirror::leave(self.callsite, &MirroredEnd::new(outcome, error, extra));
        }
        self.settle(nanos, frame, outcome, error, fields, extra);
    }

    /// Ends a call that has more to it than a count, a time and a span.
    #[cold]
    #[inline(never)]
    fn settle(
        self,
        nanos: u64,
        frame: Option<Box<Frame>>,
        outcome: Outcome,
        error: Option<&ErrorName>,
        fields: Option<&Fields>,
        extra: Option<&Fields>,
    ) {
        let (is_timed, control, Self { callsite, start, span, .. }) = (self.is_timed(), self.control(), self);
        let (place, origin, polls) = (M::Span::here(), None, &[][..]);
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
            frame,
        };
        let told = ended.settle();
        span.leave();
        told.act(outcome);
    }
}

/// A guard for a body that leaves in places of its own: it is dropped there, and knows what was returned last.
#[must_use = "the call ends when the guard is dropped"]
pub struct Watched<M: Mode, K: Kept = ()> {
    guard: Guard<M, K>,
    seen: Cell<Option<ErrorName>>,
    /// The thread was unwinding before the call: that panic is not this call's.
    unwinding: bool,
}

impl<M: Mode> Watched<M, Fields> {
    /// Adds a field to the span, if it is recorded.
    pub(crate) fn add(&mut self, add: impl FnOnce(&mut Fields)) {
        if self.guard.is_recorded() {
            add(&mut self.guard.kept);
        }
    }
}

impl<M: Mode, K: Kept> Watched<M, K> {
    /// Notes what the function is about to return.
    #[inline(always)]
    pub fn observe(&self, seen: Seen) {
        self.seen.set(match seen {
            Seen::Ok => None,
            Seen::Err(name) => Some(name),
        });
    }
}

impl<M: Mode, K: Kept> Drop for Watched<M, K> {
    #[inline]
    fn drop(&mut self) {
        if std::thread::panicking() && !self.unwinding {
            return;
        }
        let seen = self.seen.take().map_or(Seen::Ok, Seen::Err);
        let call = self.guard.take();
        call.end(seen, self.guard.kept.fields(), None);
    }
}
