//! A future or stream that is polled in a context, whatever thread polls it.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use crate::context::Context;

/// A future, or a stream, that runs in a context.
#[must_use = "futures do nothing unless you `.await` or poll them"]
#[derive(Debug)]
pub struct InContext<F> {
    inner: F,
    context: Context,
}

impl<F> InContext<F> {
    pub(crate) const fn new(inner: F, context: Context) -> Self {
        Self { inner, context }
    }

    #[cfg(feature = "stream")]
    pub(crate) const fn inner(&self) -> &F {
        &self.inner
    }

    /// The inner future, pinned, and the context.
    pub(crate) fn project(self: Pin<&mut Self>) -> (Pin<&mut F>, &Context) {
        // SAFETY: nothing is moved out through this reference.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: `inner` is pinned whenever `self` is: it is never moved out, there is no `Drop` of our own that could,
        // and `InContext` is `Unpin` only if `F` is. `context` is never handed out as pinned.
        (unsafe { Pin::new_unchecked(&mut this.inner) }, &this.context)
    }
}

impl<F: Future> Future for InContext<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut TaskContext<'_>) -> Poll<F::Output> {
        let (inner, context) = self.project();
        context.clone().run(|| inner.poll(task))
    }
}
