//! One running call of a function that is not async.
//!
//! Made when the call begins; its end, in whatever way, is the end of the guard. It stays on the thread and in
//! the function that made it.

use std::cell::Cell;
use std::marker::PhantomData;

use crate::callsite::{Callsite, Control};
use crate::clock;
use crate::fields::{FieldSet, Fields, Kept};
use crate::labels::LabelSet;
use crate::outcome::Outcome;
use crate::probe::{ErrorName, Seen};
use crate::record::{self, Measured};
use crate::span::{End, OpenSpan, SpanPart};

/// What a function's attributes need of a call, known when it is compiled.
pub trait Mode {
    /// The span, or nothing.
    type Span: SpanPart;
    /// Whether a clock may be read.
    const TIMES: bool;
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
}

/// The start of a call that no clock was read for.
pub(crate) const UNTIMED: u64 = u64::MAX;

/// Whether a call goes into the histogram.
#[inline(always)]
pub(crate) fn is_timed<M: Mode>(callsite: &'static Callsite, control: Control) -> bool {
    M::TIMES
        && control.has(Control::TIME)
        && (!control.has(Control::TIME_SOME) || record::is_turn(callsite, control))
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
#[must_use = "the call ends when the guard is dropped"]
pub struct Guard<M: Mode, K: Kept = ()> {
    callsite: &'static Callsite,
    /// Off once the call has ended.
    control: Control,
    timed: bool,
    /// The thread was unwinding before the call: that panic is not this call's.
    unwinding: bool,
    start: u64,
    span: M::Span,
    kept: K,
    seen: Cell<Option<ErrorName>>,
    /// A guard belongs to a stack frame.
    _stays_on_its_thread: PhantomData<*const ()>,
}

impl<M: Mode> Guard<M> {
    /// Begins a call.
    ///
    /// # Cost
    /// Switched off: one load and one branch.
    #[inline(always)]
    pub fn enter<L: LabelSet, F: FieldSet>(callsite: &'static Callsite, labels: L, fields: F) -> Guard<M, F::Kept> {
        let mut control = callsite.control().registered(callsite);
        let mut guard = Guard::<M, F::Kept> {
            callsite,
            control,
            timed: false,
            unwinding: false,
            start: UNTIMED,
            span: M::Span::NONE,
            kept: F::nothing(),
            seen: Cell::new(None),
            _stays_on_its_thread: PhantomData,
        };
        if control.is_on() {
            control = Control::from_word(labels.choose(callsite, control.word()));
            guard.control = control;
            guard.unwinding = std::thread::panicking();
            if control.has(Control::IN_FLIGHT) {
                record::entered(control);
            }
            guard.timed = is_timed::<M>(callsite, control);
            guard.span = M::Span::open(callsite, control.word());
            if guard.span.is_recorded() {
                guard.kept = fields.capture();
            }
            if guard.timed || guard.span.is_recorded() {
                guard.start = clock::now();
            }
        }
        guard
    }
}

impl<M: Mode, K: Kept> Guard<M, K> {
    /// Whether the call becomes a span.
    #[inline(always)]
    pub fn is_recorded(&self) -> bool {
        self.control.is_on() && self.span.is_recorded()
    }

    /// Notes what the function is about to return, where the value cannot be held back until [`Self::finish`].
    #[inline(always)]
    pub fn observe(&self, seen: Seen) {
        self.seen.set(match seen {
            Seen::Ok => None,
            Seen::Err(name) => Some(name),
        });
    }

    /// Ends the call with what its value told.
    #[inline(always)]
    pub fn finish(mut self, seen: Seen) {
        self.end(seen, None);
    }

    /// Ends the call with what its value told, and more fields.
    #[inline(always)]
    pub fn finish_with(mut self, seen: Seen, extra: &Fields) {
        self.end(seen, Some(extra));
    }

    #[inline(always)]
    fn end(&mut self, seen: Seen, extra: Option<&Fields>) {
        match seen {
            Seen::Ok => self.close(Outcome::Ok, None, extra),
            Seen::Err(name) => self.close_cold(Outcome::Error, Some(&name), extra),
        }
    }

    #[cold]
    #[inline(never)]
    fn close_cold(&mut self, outcome: Outcome, error: Option<&ErrorName>, extra: Option<&Fields>) {
        self.close(outcome, error, extra);
    }

    #[inline(always)]
    fn close(&mut self, outcome: Outcome, error: Option<&ErrorName>, extra: Option<&Fields>) {
        let control = std::mem::replace(&mut self.control, Control::OFF);
        if !control.is_on() {
            return;
        }
        let nanos = if self.start == UNTIMED { 0 } else { between(self.start, clock::now()) };
        let measured = Measured { nanos: self.timed.then_some(nanos), polls: None };
        let series = if outcome == Outcome::Ok {
            record::ok(control, measured);
            control.series()
        } else {
            record::failed(self.callsite, control, outcome, error, measured)
        };
        self.span.leave();
        let (callsite, start, fields) = (self.callsite, self.start, self.kept.fields());
        self.span.record(&End { callsite, series, outcome, start, nanos, polls: &[], fields, extra });
        if self.timed && nanos > self.callsite.limit() {
            record::over_budget(self.callsite, series, nanos);
        }
    }

    #[cold]
    #[inline(never)]
    fn unwound(&mut self) {
        let outcome = if std::thread::panicking() && !self.unwinding { Outcome::Panic } else { Outcome::Ok };
        self.close(outcome, None, None);
    }
}

impl<M: Mode, K: Kept> Drop for Guard<M, K> {
    #[inline(always)]
    fn drop(&mut self) {
        if !self.control.is_on() {
            return;
        }
        if std::thread::panicking() {
            return self.unwound();
        }
        match self.seen.take() {
            None => self.close(Outcome::Ok, None, None),
            Some(name) => self.close_cold(Outcome::Error, Some(&name), None),
        }
    }
}

/// Asks a returned value for its outcome, ends the call with it, and gives the value back.
#[doc(hidden)]
#[macro_export]
macro_rules! __finish {
    ($call:expr, $value:expr) => {{
        let (call, value) = ($call, $value);
        call.finish($crate::__seen!(&value));
        value
    }};
    ($call:expr, $value:expr $(, ret: $ret:ident)? $(, err: $err:ident)?) => {{
        let (call, value) = ($call, $value);
        let mut extra = $crate::expand::Fields::empty();
        if call.is_recorded() {
            $(extra.$ret("return", &value);)?
            $($crate::__finish!(@error extra, $err, &value);)?
        }
        call.finish_with($crate::__seen!(&value), &extra);
        value
    }};
    (@error $extra:ident, $err:ident, $value:expr) => {
        if let ::core::option::Option::Some(error) = $crate::expand::probe::HasError::error($value) {
            $extra.$err("exception.message", error);
        }
    };
}

/// What a returned value tells.
#[doc(hidden)]
#[macro_export]
macro_rules! __seen {
    ($value:expr) => {{
        #[allow(unused_imports)]
        use $crate::expand::probe::{SeesError as _, SeesValue as _, SeesVariant as _};
        (&&&$crate::expand::probe::Probe::of($value)).seen()
    }};
}
