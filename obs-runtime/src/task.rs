//! One running call of a function that returns a future.
//!
//! The call begins with the first poll and ends when the future is ready, unwinds or is dropped. Each poll makes
//! its span the running one and takes the time; between polls nothing of it is left on the thread, so the
//! future may move to another.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::callsite::{Callsite, Control};
use crate::clock;
use crate::field_set::{FieldSet, Kept};
use crate::fields::Fields;
use crate::guard::{Mode, begin, between};
use crate::labels::LabelSet;
use crate::outcome::Outcome;
use crate::probe::{ErrorName, Seen};
use crate::record;
use crate::registry;
use crate::span::{End, SpanPart};

/// One call of a function that returns a future.
#[must_use = "the call is driven by the future that `run` gives"]
pub struct Task<M: Mode, K: Kept = ()> {
    callsite: &'static Callsite,
    /// Off once the call has ended.
    control: Control,
    begun: bool,
    /// It unwound inside a poll; dropped while something else unwinds, it is merely cancelled.
    panicked: bool,
    polls: u32,
    start: u64,
    /// The last moment a poll returned.
    end: u64,
    busy: u64,
    longest: u64,
    span: M::Span,
    /// What is on the thread while the future is polled.
    place: <M::Span as SpanPart>::Place,
    kept: K,
}

impl<M: Mode> Task<M> {
    /// Prepares a call. It begins with the first poll.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn new<L: LabelSet, F: FieldSet>(callsite: &'static Callsite, labels: L, fields: F) -> Task<M, F::Kept> {
        let mut control = registry::control_of(callsite);
        let mut kept = F::nothing();
        if control.is_on() {
            control = Control::from_word(labels.choose(callsite, control.word()));
            if control.has(Control::TRACE) {
                fields.capture(&mut kept);
            }
        }
        Task {
            callsite,
            control,
            begun: false,
            panicked: false,
            polls: 0,
            start: 0,
            end: 0,
            busy: 0,
            longest: 0,
            span: M::Span::NONE,
            place: M::Span::NOWHERE,
            kept,
        }
    }
}

impl<M: Mode, K: Kept> Task<M, K> {
    /// Runs a future as this call. Gives its value and the call, which waits for [`Self::finish`].
    #[inline(always)]
    pub fn run<F: Future>(self, future: F) -> Running<F, M, K> {
        Running { future, task: Some(self) }
    }

    /// Runs a future as this call, to its end: `finish` looks at the value.
    ///
    /// The future is moved once, into what is returned. Awaiting [`Self::run`] in an async block would keep it twice:
    /// as what the block captured and as what it awaits.
    #[inline(always)]
    pub fn drive<T, F: Future<Output = T>, E: Fn(Self, T) -> T>(self, future: F, finish: E) -> Driven<F, E, M, K> {
        Driven { running: self.run(future), finish }
    }

    /// Whether the call becomes a span.
    #[inline(always)]
    pub fn is_recorded(&self) -> bool {
        self.control.is_on() && self.span.is_recorded()
    }

    /// Ends the call with what its value told.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn finish(mut self, seen: Seen) {
        self.end(seen, None);
    }

    /// Ends the call with what its value told, and more fields.
    #[cfg_attr(not(debug_assertions), inline(always))]
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

    #[inline(always)]
    fn begin(&mut self) {
        self.begun = true;
        if !self.control.is_on() {
            return;
        }
        self.control = begin::<M>(self.callsite, self.control);
        let before = M::Span::here();
        self.span = M::Span::open(self.callsite, self.control.word());
        // `open` made the span the running one; each poll does that by itself.
        self.place = M::Span::swap(before);
    }

    #[inline(always)]
    fn is_timed(&self) -> bool {
        M::TIMES && self.control.has(Control::TIME)
    }

    #[inline(always)]
    fn reads_clock(&self) -> bool {
        self.control.is_on() && (self.is_timed() || self.span.is_recorded())
    }

    #[cold]
    #[inline(never)]
    fn close_cold(&mut self, outcome: Outcome, error: Option<&ErrorName>, extra: Option<&Fields>) {
        self.close(outcome, error, extra);
    }

    #[inline(always)]
    fn close(&mut self, outcome: Outcome, error: Option<&ErrorName>, extra: Option<&Fields>) {
        if !self.control.is_on() {
            return;
        }
        let (timed, control) = (self.is_timed(), self.control);
        self.control = Control::OFF;
        let nanos = between(self.start, self.end);
        let polls = [u64::from(self.polls), self.busy, self.longest];
        let series = record::ended(self.callsite, control, outcome, error, timed.then_some(nanos));
        if timed {
            record::polled(series, polls);
        }
        let (callsite, start, fields) = (self.callsite, self.start, self.kept.fields());
        self.span.record(self.place, End { callsite, series, outcome, start, nanos, polls: &polls, fields, extra });
        if timed && nanos > callsite.limit() {
            record::over_budget(callsite, series, nanos);
        }
    }

    /// The future was dropped before it was ready, or it unwound.
    #[cold]
    #[inline(never)]
    fn abandoned(&mut self) {
        let outcome = if self.panicked { Outcome::Panic } else { Outcome::Cancelled };
        if self.reads_clock() && !self.panicked {
            self.end = clock::now();
        }
        self.close(outcome, None, None);
    }
}

impl<M: Mode, K: Kept> Drop for Task<M, K> {
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn drop(&mut self) {
        if self.begun && self.control.is_on() {
            self.abandoned();
        }
    }
}

/// The future of a call. Its size is the inner future's and that of the call's own numbers.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Running<F, M: Mode, K: Kept> {
    /// Dropped before the call, so that what it drops still belongs to the call.
    future: F,
    /// Taken when the future is ready.
    task: Option<Task<M, K>>,
}

impl<F: Future, M: Mode, K: Kept> Future for Running<F, M, K> {
    type Output = (F::Output, Task<M, K>);

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let (future, task) = self.project();
        let scope = OnePoll::enter(task.as_mut().expect("`Running` polled after it was ready"));
        let polled = future.poll(context);
        drop(scope);
        polled.map(|value| (value, task.take().expect("present above, and nothing took it since")))
    }
}

impl<F, M: Mode, K: Kept> Running<F, M, K> {
    #[inline(always)]
    fn project(self: Pin<&mut Self>) -> (Pin<&mut F>, &mut Option<Task<M, K>>) {
        // SAFETY: nothing is moved out through this reference.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: `future` is pinned whenever `self` is: it is never moved out, there is no `Drop` of our own that
        // could, and `Running` is `Unpin` only if `F` is. `task` is not pinned and never handed out as pinned.
        (unsafe { Pin::new_unchecked(&mut this.future) }, &mut this.task)
    }
}

/// The future of a call that also ends it. Beside [`Running`] it holds a closure that captures nothing.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Driven<F, E, M: Mode, K: Kept> {
    running: Running<F, M, K>,
    finish: E,
}

impl<F: Future, E: Fn(Task<M, K>, F::Output) -> F::Output, M: Mode, K: Kept> Future for Driven<F, E, M, K> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        // SAFETY: nothing is moved out through this reference.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: `running` is pinned whenever `self` is: it is never moved out, there is no `Drop` of our own that
        // could, and `Driven` is `Unpin` only if `running` is.
        let running = unsafe { Pin::new_unchecked(&mut this.running) };
        running.poll(context).map(|(value, task)| (this.finish)(task, value))
    }
}

/// One poll: the span is the running one, the clock runs.
struct OnePoll<'a, M: Mode, K: Kept> {
    task: &'a mut Task<M, K>,
    /// What was on the thread before.
    before: <M::Span as SpanPart>::Place,
    start: u64,
    /// The thread was unwinding before the poll.
    unwinding: bool,
}

impl<'a, M: Mode, K: Kept> OnePoll<'a, M, K> {
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn enter(task: &'a mut Task<M, K>) -> Self {
        let first = !task.begun;
        if first {
            task.begin();
        }
        let before = M::Span::swap(task.place);
        let start = if task.reads_clock() { clock::now() } else { 0 };
        if first {
            task.start = start;
        }
        Self { task, before, start, unwinding: std::thread::panicking() }
    }
}

impl<M: Mode, K: Kept> Drop for OnePoll<'_, M, K> {
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn drop(&mut self) {
        M::Span::swap(self.before);
        if self.task.reads_clock() {
            let end = clock::now();
            let nanos = between(self.start, end);
            self.task.end = end;
            self.task.polls = self.task.polls.saturating_add(1);
            self.task.busy += nanos;
            self.task.longest = self.task.longest.max(nanos);
        }
        if std::thread::panicking() && !self.unwinding {
            self.task.panicked = true;
        }
    }
}
