//! Streams that take a context along, or run as a span with a name.

use std::panic::Location;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use futures_core::Stream;

use crate::call::Trace;
use crate::context::Context;
use crate::dynamic::{CallsiteKey, callsite_of};
use crate::field_set::NoFields;
use crate::in_context::InContext;
use crate::labels::NoLabels;
use crate::level::SpanKind;
use crate::probe::Seen;
use crate::task::Task;

/// For every stream: the context it is polled in.
pub trait StreamExt: Stream + Sized {
    /// Polls the stream in a context, whatever thread polls it.
    ///
    /// # Cost
    /// The thread's context is swapped twice for each poll; one context is cloned.
    fn in_context(self, context: Context) -> InContext<Self> {
        InContext::new(self, context)
    }

    /// Runs the stream as one span with a name, from its first poll to its end.
    ///
    /// What the stream does to make its items is inside the span; what is done with the items is not. A stream that is
    /// dropped before its end is cancelled.
    ///
    /// # Cost
    /// That of an async `#[traced]` function with as many polls, and a look-up by place and name.
    /// # Examples
    /// ```
    /// use futures_core::Stream;
    /// use obs_runtime::StreamExt as _;
    ///
    /// fn rows(all: impl Stream<Item = u32>) -> impl Stream<Item = u32> {
    ///     all.traced("rows")
    /// }
    /// ```
    #[track_caller]
    fn traced(self, name: &'static str) -> TracedStream<Self> {
        let key = CallsiteKey { name, kind: SpanKind::Internal, at: Some(Location::caller()) };
        let task = Task::<Trace>::new(callsite_of(key), NoLabels, NoFields);
        TracedStream { stream: self, task, is_over: false }
    }
}

impl<S: Stream> StreamExt for S {}

impl<S: Stream> Stream for InContext<S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, task: &mut TaskContext<'_>) -> Poll<Option<S::Item>> {
        let (inner, context) = self.project();
        context.clone().run(|| inner.poll_next(task))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner().size_hint()
    }
}

/// A stream that runs as a span.
#[must_use = "streams do nothing unless you poll them"]
pub struct TracedStream<S> {
    /// Dropped before the call, so that what it drops still belongs to the call.
    stream: S,
    task: Task<Trace>,
    /// The call has ended; the stream may still be polled.
    is_over: bool,
}

impl<S> TracedStream<S> {
    /// The stream, pinned, and the call.
    fn project(self: Pin<&mut Self>) -> (Pin<&mut S>, &mut Task<Trace>, &mut bool) {
        // SAFETY: nothing is moved out through this reference.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: `stream` is pinned whenever `self` is: it is never moved out, there is no `Drop` of our own that could,
        // and `TracedStream` is `Unpin` only if `S` is. The other two are never handed out as pinned.
        (unsafe { Pin::new_unchecked(&mut this.stream) }, &mut this.task, &mut this.is_over)
    }
}

impl<S: Stream> Stream for TracedStream<S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, context: &mut TaskContext<'_>) -> Poll<Option<S::Item>> {
        let (stream, task, is_over) = self.project();
        if *is_over {
            return stream.poll_next(context);
        }
        let polled = task.poll(|| stream.poll_next(context));
        if matches!(polled, Poll::Ready(None)) {
            *is_over = true;
            task.finish(Seen::Ok);
        }
        polled
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.stream.size_hint()
    }
}

impl<S> std::fmt::Debug for TracedStream<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TracedStream").finish_non_exhaustive()
    }
}
