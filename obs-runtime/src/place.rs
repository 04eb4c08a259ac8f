//! What is on a thread while a span runs there: for those who put it there by hand.

use crate::context::Context;
use crate::shard::{Current, local};
use crate::strays;

/// A place in a trace, without baggage: what is swapped when a span is entered. Four words.
#[derive(Clone, Copy, Debug)]
pub struct Place(Current);

impl Place {
    /// No trace.
    pub const NONE: Self = Self(Current::NONE);

    /// What runs on the calling thread.
    #[inline]
    pub fn here() -> Self {
        Self(strays::settled())
    }

    /// Puts this on the calling thread, and gives what was there.
    #[inline]
    pub fn swap_in(self) -> Self {
        local(|local| {
            let before = local.current();
            local.set_current(self.0);
            Self(before)
        })
    }

    pub(crate) const fn at(current: Current) -> Self {
        Self(current)
    }

    pub(crate) const fn current(self) -> Current {
        self.0
    }

    /// The same as a context, without baggage.
    pub fn context(self) -> Context {
        Context::at(self.0)
    }
}
