//! One running call of a function that is not async.
//!
//! Made when the call begins; its end, in whatever way, is the end of the guard. It stays on the thread and in
//! the function that made it.
//!
//! What the expansion calls is inlined only where the compiler optimises: without that, each inlined body keeps room of
//! its own in the frame of the annotated function, 3 KiB in all.

use std::marker::PhantomData;

use crate::call::{Call, Mode, begin};
use crate::callsite::Callsite;
use crate::control_word::Control;
use crate::field_set::{FieldSet, Kept};
use crate::fields::Fields;
use crate::labels::LabelSet;
use crate::outcome::Outcome;
use crate::probe::Seen;
use crate::registry;
use crate::span_part::SpanPart;
use crate::start::Start;

/// One running call.
///
/// Ends with [`Guard::finish`]; dropped before that, the call unwound. What the end needs is handed on by value, so
/// that a guard that is finished in the function that made it lives in registers.
#[must_use = "the call ends when the guard is dropped"]
pub struct Guard<M: Mode, K: Kept = ()> {
    call: Call<M>,
    pub(crate) kept: K,
    /// A guard belongs to a stack frame.
    _stays_on_its_thread: PhantomData<*const ()>,
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
    pub(crate) fn take(&mut self) -> Call<M> {
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
