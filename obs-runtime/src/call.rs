//! What a running call has to remember, and its two ends.
//!
//! A [`Mode`] says what a function's attributes need of it, known when the function is compiled. Held by [`crate::guard`];
//! what is common with futures is used by [`crate::task`], too. Calls that have more to them than a count, a time, a span and
//! a frame end in [`crate::ended`].

use crate::bounds::Took;
use crate::callsite::Callsite;
use crate::clock;
use crate::control_word::Control;
use crate::ended::Ended;
use crate::error_name::ErrorName;
use crate::fields::Fields;
use crate::frame::{self, Ran};
use crate::live;
use crate::mirror::{self, MirroredEnd};
use crate::outcome::Outcome;
use crate::probe::Seen;
use crate::quick;
use crate::record;
use crate::span::OpenSpan;
use crate::span_part::{End, SpanPart};
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

/// What a running call has to remember.
///
/// All of it in whole words: where a compiler moves it through memory, what was written in parts and is read as
/// a whole would wait for the writes (ten nanoseconds).
#[derive(Debug)]
pub struct Call<M: Mode> {
    pub(crate) callsite: &'static Callsite,
    /// The control word, and above it the key of the call's frame, or where it may have none the number under which it is
    /// listed as running. Off once the call has ended. Without `Control::TIME` when it is not this call's turn to be timed.
    pub(crate) word: u64,
    pub(crate) start: u64,
    pub(crate) span: M::Span,
}

impl<M: Mode> Call<M> {
    #[inline(always)]
    pub(crate) fn off(callsite: &'static Callsite) -> Self {
        Self { callsite, word: Control::OFF.word().into(), start: 0, span: M::Span::NONE }
    }

    #[inline(always)]
    pub(crate) fn open(callsite: &'static Callsite, control: Control, waits: bool) -> Self {
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
    pub(crate) fn show(&mut self, fields: Option<&Fields>) {
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
    pub(crate) fn wants_fields(&self) -> bool {
        self.span.is_recorded() || self.control().has(M::SEEN & Control::MIRROR)
    }

    /// Takes the time, if anybody wants to know it.
    #[inline(always)]
    pub(crate) fn start(&mut self) {
        if self.is_timed() || self.span.is_recorded() {
            self.start = clock::now();
        }
    }

    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "it was widened by `set_control`")]
    pub(crate) fn control(&self) -> Control {
        Control::from_word(self.word as u32)
    }

    #[inline(always)]
    pub(crate) fn set_control(&mut self, control: Control) {
        self.word = control.word().into();
    }

    #[inline(always)]
    pub(crate) fn is_timed(&self) -> bool {
        M::TIMES && self.control().has(Control::TIME)
    }

    #[inline(always)]
    pub(crate) fn end(self, seen: Seen, fields: Option<&Fields>, extra: Option<&Fields>) {
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
    pub(crate) fn close(
        self,
        outcome: Outcome,
        error: Option<&ErrorName>,
        fields: Option<&Fields>,
        extra: Option<&Fields>,
    ) {
        let (timed, control, Self { callsite, word, start, span }) = (self.is_timed(), self.control(), self);
        // Only the cold ends need it in memory.
        let how = || How { outcome, error, fields, extra };
        // One by one, so that they go in registers: what is moved as a whole is kept ready over the user's body.
        if control.has(M::SEEN) {
            return Self::close_seen(callsite, word, start, span, &how());
        }
        let nanos = if timed || span.is_recorded() { between(start, clock::now()) } else { 0 };
        if timed && nanos > callsite.ceilings().wall {
            return Self::close_late(callsite, word, start, span, nanos, &how());
        }
        Self { callsite, word, start, span }.write(timed, nanos, how());
    }

    /// Writes down a call that has no more to it than a count, a time and a span; gives the series it was counted in.
    #[inline(always)]
    fn write(self, is_timed: bool, nanos: u64, how: How<'_>) -> u32 {
        let (control, Self { callsite, start, span, .. }) = (self.control(), self);
        let How { outcome, error, fields, extra } = how;
        let series = record::ended(callsite, control, outcome, error, is_timed.then_some(nanos));
        if span.is_recorded() {
            let (over_budget, polls) = (false, &[][..]);
            let end = End { callsite, series, outcome, start, nanos, is_timed, over_budget, polls, fields, extra };
            span.record(M::Span::here(), None, end);
        }
        span.leave();
        series
    }

    /// Ends a call that somebody looks at.
    #[cold]
    #[inline(never)]
    fn close_seen(callsite: &'static Callsite, word: u64, start: u64, span: M::Span, how: &How<'_>) {
        if valgrind::counts(callsite) {
            valgrind::end();
        }
        let call = Self { callsite, word, start, span };
        let (timed, control, number) = (call.is_timed(), call.control(), (word >> 32) as u32);
        let nanos = if timed || span.is_recorded() { between(start, clock::now()) } else { 0 };
        let has_frame = control.has(Control::FRAME);
        let mut ran = if has_frame { frame::pop(number, timed.then_some(nanos)) } else { None };
        if control.has(Control::IN_FLIGHT) {
            live::leave(if has_frame { ran.as_ref().map_or(0, |ran| ran.live) } else { number });
        }
        if control.has(M::SEEN & Control::MIRROR) {
            mirror::leave(callsite, &MirroredEnd::new(how.outcome, how.error, how.extra));
        }
        // Of a call that kept its limits, and has no ledger, nothing is left but what it took.
        let took = Took { nanos: timed.then_some(nanos), polls: None, ran: ran.as_ref() };
        if ran.as_ref().is_some_and(|ran| ran.ledger.is_some()) || !took.is_under(callsite.ceilings()) {
            return call.settle(nanos, ran.as_mut(), how);
        }
        let series = call.write(timed, nanos, *how);
        if let Some(ran) = &ran {
            record::costs(callsite, series, ran);
        }
    }

    /// Ends a call past the limit on its wall time.
    #[cold]
    #[inline(never)]
    fn close_late(callsite: &'static Callsite, word: u64, start: u64, span: M::Span, nanos: u64, how: &How<'_>) {
        Self { callsite, word, start, span }.settle(nanos, None, how);
    }

    /// Ends a call that has more to it than a count, a time, a span and a frame.
    #[cold]
    fn settle(self, nanos: u64, ran: Option<&mut Ran>, how: &How<'_>) {
        let (is_timed, control, Self { callsite, start, span, .. }) = (self.is_timed(), self.control(), self);
        let (place, origin, polls) = (M::Span::here(), None, &[][..]);
        let How { outcome, error, fields, extra } = *how;
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
            ran: ran.as_deref(),
        };
        let told = ended.settle();
        span.leave();
        if let Some(ran) = ran {
            ran.leave();
        }
        told.act(outcome);
    }
}

/// How a call ended, and what was said of it.
#[derive(Clone, Copy)]
struct How<'a> {
    outcome: Outcome,
    error: Option<&'a ErrorName>,
    fields: Option<&'a Fields>,
    extra: Option<&'a Fields>,
}
