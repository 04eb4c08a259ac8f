//! What a mode keeps of a call's span: the real one, or nothing.
//!
//! Named by [`crate::call`] and what is made of it; the real one is [`crate::span`].

use crate::callsite::Callsite;
use crate::fields::Fields;
use crate::mirror::MirroredSpan;
use crate::origin::Origin;
use crate::outcome::Outcome;
use crate::shard::{Current, Local, local};
use crate::start::Start;

/// What a mode keeps of the span: nothing, or [`OpenSpan`].
pub trait SpanPart: Copy {
    /// What must be on the thread while the span runs.
    #[doc(hidden)]
    type Place: Copy;
    /// What few calls have: where the span begins, by default on the running one; who is shown it.
    #[doc(hidden)]
    type Beside: Default;
    /// No span.
    const NONE: Self;
    /// No trace.
    #[doc(hidden)]
    const NOWHERE: Self::Place;

    /// Opens a span and makes it the running one.
    #[doc(hidden)]
    fn open(callsite: &'static Callsite, control: u32) -> Self;
    /// What is on the thread now.
    #[doc(hidden)]
    fn here() -> Self::Place;
    /// Puts something else on the thread, and gives what was there.
    #[doc(hidden)]
    fn swap(place: Self::Place) -> Self::Place;
    /// Where a span begins, kept until it does.
    #[doc(hidden)]
    fn begin_at(start: Start) -> Self::Beside;
    /// What a mirror made of a future's call, kept until it ends.
    #[doc(hidden)]
    fn shown(span: Option<Box<dyn MirroredSpan>>) -> Self::Beside;
    /// The same, taken up again.
    #[doc(hidden)]
    fn mirrored(beside: &mut Self::Beside) -> Option<&mut dyn MirroredSpan>;
    /// Opens a span that may hang elsewhere than on the running one.
    #[doc(hidden)]
    fn open_at(callsite: &'static Callsite, control: u32, beside: Self::Beside) -> Self;
    /// Makes the span that was running before the running one again.
    #[doc(hidden)]
    fn leave(self);
    #[doc(hidden)]
    fn is_recorded(self) -> bool;
    /// Its parent, and where that is; takes back what was left beside the thread's storage.
    #[doc(hidden)]
    fn settle(self) -> (Self, Origin);
    /// Its id and that of its parent; `None` where it is not recorded.
    #[doc(hidden)]
    fn ids(self) -> Option<[u64; 2]>;
    /// A place in the trace; without a span, that of the thread.
    #[doc(hidden)]
    fn current(place: Self::Place) -> Current;
    /// Puts a record into the ring. `origin` as `settle` gave it, if it was asked already.
    #[doc(hidden)]
    fn record(self, place: Self::Place, origin: Option<Origin>, end: End<'_>);
}

impl SpanPart for () {
    type Place = ();
    type Beside = ();
    const NONE: Self = ();
    const NOWHERE: Self = ();

    #[inline(always)]
    fn open(_: &'static Callsite, _: u32) -> Self {}

    #[inline(always)]
    fn here() {}

    #[inline(always)]
    fn swap((): ()) {}

    #[inline(always)]
    fn leave(self) {}

    #[inline(always)]
    fn is_recorded(self) -> bool {
        false
    }

    #[inline(always)]
    fn begin_at(_: Start) {}

    #[inline(always)]
    fn shown(_: Option<Box<dyn MirroredSpan>>) {}

    #[inline(always)]
    fn mirrored((): &mut ()) -> Option<&mut dyn MirroredSpan> {
        None
    }

    #[inline(always)]
    fn open_at(_: &'static Callsite, _: u32, (): ()) {}

    #[inline(always)]
    fn settle(self) -> (Self, Origin) {
        ((), Origin::Child)
    }

    fn ids(self) -> Option<[u64; 2]> {
        None
    }

    fn current((): ()) -> Current {
        local(Local::current)
    }

    #[inline(always)]
    fn record(self, (): (), _: Option<Origin>, _: End<'_>) {}
}

/// All that is known of a call when it has ended.
#[derive(Clone, Copy, Debug)]
pub struct End<'a> {
    pub(crate) callsite: &'static Callsite,
    pub(crate) series: u32,
    pub(crate) outcome: Outcome,
    pub(crate) start: u64,
    pub(crate) nanos: u64,
    pub(crate) is_timed: bool,
    pub(crate) over_budget: bool,
    /// Polls, busy and longest poll in nanoseconds; empty for functions that are not async.
    pub(crate) polls: &'a [u64],
    pub(crate) fields: Option<&'a Fields>,
    pub(crate) extra: Option<&'a Fields>,
}
