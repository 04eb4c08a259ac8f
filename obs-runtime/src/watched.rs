//! A guard for a body that leaves in places of its own.
//!
//! Under `#[track_caller]`, and for spans and timers that are opened by hand: it is dropped where its scope ends, and knows
//! what was returned last. Made of a [`crate::guard`].

use std::cell::Cell;

use crate::call::Mode;
use crate::error_name::ErrorName;
use crate::field_set::Kept;
use crate::fields::Fields;
use crate::guard::Guard;
use crate::probe::Seen;

/// A guard for a body that leaves in places of its own: it is dropped there, and knows what was returned last.
#[must_use = "the call ends when the guard is dropped"]
pub struct Watched<M: Mode, K: Kept = ()> {
    guard: Guard<M, K>,
    seen: Cell<Option<ErrorName>>,
    /// The thread was unwinding before the call: that panic is not this call's.
    unwinding: bool,
}

impl<M: Mode, K: Kept> Guard<M, K> {
    /// A guard for a body that leaves in places of its own.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn watched(self) -> Watched<M, K> {
        Watched { guard: self, seen: Cell::new(None), unwinding: std::thread::panicking() }
    }
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
