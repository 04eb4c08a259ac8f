//! The future of a call: its polls, each with the call's span, clock and frame on the thread.
//!
//! Made of a [`crate::task`], which keeps what the call has between polls.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::call::{Mode, between};
use crate::clock;
use crate::field_set::Kept;
use crate::frame;
use crate::span_part::SpanPart;
use crate::task::{State, Task};
use crate::valgrind;

impl<M: Mode, K: Kept> Task<M, K> {
    /// Runs a future as this call; when it is ready, `finish` looks at the value and ends the call.
    ///
    /// The future is moved once, into what is returned, and the call ends where it is.
    #[inline(always)]
    pub fn drive<T, F, E>(self, future: F, finish: E) -> Driven<F, E, M, K>
    where
        F: Future<Output = T>,
        E: Fn(&mut Self, T) -> T,
    {
        Driven { future, task: self, finish }
    }

    /// Runs a future that is never ready as this call.
    #[inline(always)]
    pub fn run<F: Future>(self, future: F) -> Driven<F, impl Fn(&mut Self, F::Output) -> F::Output, M, K> {
        Driven { future, task: self, finish: |_: &mut Self, never| never }
    }

    /// Runs one poll of something else than a future as part of this call.
    #[cfg(feature = "stream")]
    pub(crate) fn poll<R>(&mut self, poll: impl FnOnce() -> R) -> R {
        let _scope = OnePoll::enter(self);
        poll()
    }
}

/// The future of a call. Its size is the inner future's and that of the call's own numbers: `finish` captures nothing.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Driven<F, E, M: Mode, K: Kept> {
    /// Dropped before the call, so that what it drops still belongs to the call.
    future: F,
    task: Task<M, K>,
    finish: E,
}

impl<F: Future, E: Fn(&mut Task<M, K>, F::Output) -> F::Output, M: Mode, K: Kept> Future for Driven<F, E, M, K> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        // SAFETY: nothing is moved out through this reference.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: `future` is pinned whenever `self` is: it is never moved out, there is no `Drop` of our own that
        // could, and `Driven` is `Unpin` only if `F` is. `task` and `finish` are not pinned and never handed out as pinned.
        let future = unsafe { Pin::new_unchecked(&mut this.future) };
        let scope = OnePoll::enter(&mut this.task);
        let polled = future.poll(context);
        drop(scope);
        polled.map(|value| (this.finish)(&mut this.task, value))
    }
}

/// One poll: the span is the running one, the clock runs.
struct OnePoll<'a, M: Mode, K: Kept> {
    task: &'a mut Task<M, K>,
    /// What was on the thread before.
    before: <M::Span as SpanPart>::Place,
    start: u64,
    /// The key of the call's frame on the thread; 0 for none.
    frame: u32,
    /// The thread was unwinding before the poll.
    unwinding: bool,
}

impl<'a, M: Mode, K: Kept> OnePoll<'a, M, K> {
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn enter(task: &'a mut Task<M, K>) -> Self {
        let first = task.state == State::New;
        if first {
            task.begin();
        }
        let before = M::Span::swap(task.place);
        if task.is_mirrored() {
            task.mirror(|span| span.enter());
        }
        let start = if task.reads_clock() { clock::now() } else { 0 };
        if first {
            task.start = start;
        }
        let frame = if task.ledger.is_some() { Self::push_frame(task) } else { 0 };
        Self { task, before, start, frame, unwinding: std::thread::panicking() }
    }

    #[cold]
    #[inline(never)]
    fn push_frame(task: &mut Task<M, K>) -> u32 {
        let Some(mut ledger) = task.ledger.take() else { return 0 };
        if !valgrind::counts(task.callsite) {
            return frame::push(ledger);
        }
        let call = *ledger.counted.get_or_insert_with(valgrind::next_call);
        let key = frame::push(ledger);
        valgrind::begin(task.callsite, call);
        key
    }

    #[cold]
    #[inline(never)]
    fn pop_frame(&mut self, nanos: u64) {
        if valgrind::counts(self.task.callsite) {
            valgrind::end();
        }
        self.task.ledger = frame::pause(self.frame, self.task.is_timed().then_some(nanos));
    }
}

impl<M: Mode, K: Kept> Drop for OnePoll<'_, M, K> {
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn drop(&mut self) {
        if self.task.is_mirrored() {
            self.task.mirror(|span| span.exit());
        }
        // What the future left on the thread, a guard that it holds across its `.await`, goes along with it.
        self.task.place = M::Span::swap(self.before);
        let mut nanos = 0;
        if self.task.reads_clock() {
            let end = clock::now();
            nanos = between(self.start, end);
            self.task.end = end;
            self.task.polls += 1;
            self.task.busy += nanos;
            self.task.longest = self.task.longest.max(nanos);
        }
        if self.frame != 0 {
            self.pop_frame(nanos);
        }
        if std::thread::panicking() && !self.unwinding {
            self.task.state = State::Panicked;
        }
    }
}
