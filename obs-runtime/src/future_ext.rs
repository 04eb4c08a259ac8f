//! Futures that take a context along, or run as a span with a name.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use crate::call::Trace;
use crate::context::Context;
use crate::driven::Driven;
use crate::dynamic::{CallsiteKey, callsite_of};
use crate::field_set::NoFields;
use crate::in_context::InContext;
use crate::labels::NoLabels;
use crate::level::SpanKind;
use crate::probe::Seen;
use crate::task::Task;

/// For every future: the context it is polled in.
pub trait FutureExt: Future + Sized {
    /// Polls the future in a context, whatever thread polls it: for `tokio::spawn` and its like.
    ///
    /// # Cost
    /// The thread's context is swapped twice for each poll; one context is cloned.
    /// # Examples
    /// ```
    /// use obs_runtime::{Context, FutureExt as _};
    ///
    /// let task = async { Context::current().trace_id() }.in_context(Context::current());
    /// # drop(task);
    /// ```
    fn in_context(self, context: Context) -> InContext<Self> {
        InContext::new(self, context)
    }

    /// Runs the future as a span with a name, from its first poll to its end.
    ///
    /// For what is not a function: for functions there is `#[traced]`, which knows them before their first call.
    ///
    /// # Cost
    /// That of an async `#[traced]` function, and a look-up by place and name.
    /// # Examples
    /// ```
    /// use obs_runtime::FutureExt as _;
    ///
    /// let task = async { 1 + 1 }.traced("sum");
    /// # drop(task);
    /// ```
    #[track_caller]
    fn traced(self, name: &'static str) -> Traced<Self> {
        let key = CallsiteKey { name, kind: SpanKind::Internal, at: Some(Location::caller()) };
        let task = Task::<Trace>::new(callsite_of(key), NoLabels, NoFields);
        Traced { driven: task.drive(self, end as End<Self::Output>) }
    }
}

/// How a future that is traced by name ends: its value is not looked at.
type End<T> = fn(&mut Task<Trace>, T) -> T;

fn end<T>(task: &mut Task<Trace>, value: T) -> T {
    task.finish(Seen::Ok);
    value
}

/// A future that runs as a span.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Traced<F: Future> {
    driven: Driven<F, End<F::Output>, Trace, ()>,
}

impl<F: Future> Future for Traced<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut TaskContext<'_>) -> Poll<F::Output> {
        // SAFETY: `driven` is pinned whenever `self` is: it is never moved out, there is no `Drop` of our own that could,
        // and `Traced` is `Unpin` only if `driven` is.
        unsafe { self.map_unchecked_mut(|this| &mut this.driven) }.poll(task)
    }
}

impl<F: Future> std::fmt::Debug for Traced<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Traced").finish_non_exhaustive()
    }
}

impl<F: Future> FutureExt for F {}
