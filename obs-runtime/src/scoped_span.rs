//! The guard of a span that is opened by hand.

use std::fmt;

use crate::call::Trace;
use crate::callsite::Callsite;
use crate::field_set::WithFields;
use crate::field_value::FieldValue;
use crate::fields::Fields;
use crate::guard::Guard;
use crate::labels::NoLabels;
use crate::shard::{Current, Local, local};
use crate::strays;
use crate::watched::Watched;

/// A span that runs until it is dropped, in the scope and on the thread it was opened in; what `obs::span!` gives.
///
/// Guards may be dropped in any order: what a span recorded stays its own, and what is opened later hangs on what still
/// runs. It is not `Send`: a future that holds it across an `.await` cannot be spawned on other threads. Held across the
/// `.await` of an annotated function it stays with that function's future and does no harm; in any other future that
/// stays on its thread, what runs there meanwhile would count as inside. For futures there is
/// [`crate::FutureExt::traced`].
///
/// ```compile_fail,E0277
/// fn spawned(_: impl Send) {}
///
/// let context = obs_runtime::Context::NONE;
/// spawned(async move {
///     let scope = context.attach();
///     std::future::ready(()).await; // the scope, or a span, held across this point
///     drop(scope);
/// });
/// ```
#[must_use = "the span ends when the guard is dropped; write `let _span = ...`"]
pub struct ScopedSpan {
    watched: Option<Watched<Trace, Fields>>,
    /// What is on the thread while it runs.
    place: Current,
}

impl ScopedSpan {
    /// Opens a span. Called by `obs::span!`.
    #[doc(hidden)]
    #[inline]
    pub fn enter(callsite: &'static Callsite, fields: impl FnOnce(&mut Fields)) -> Self {
        let guard = Guard::<Trace>::enter(callsite, NoLabels, WithFields(fields));
        let place = if guard.is_recorded() { local(Local::current) } else { Current::NONE };
        Self { watched: Some(guard.watched()), place }
    }

    /// No span.
    #[doc(hidden)]
    pub const fn none() -> Self {
        Self { watched: None, place: Current::NONE }
    }

    /// Adds a field, if the span is recorded.
    ///
    /// # Examples
    /// ```no_run
    /// # let mut span = obs_runtime::ScopedSpan::none();
    /// span.set("rows", 3);
    /// ```
    pub fn set<V: FieldValue>(&mut self, key: &'static str, value: V) -> &mut Self {
        if let Some(watched) = &mut self.watched {
            watched.add(|fields| fields.value(key, &value));
        }
        self
    }
}

impl Drop for ScopedSpan {
    #[inline]
    fn drop(&mut self) {
        if self.place.span != 0 && local(|local| local.span.get()) != self.place.span {
            self.end_elsewhere();
        }
    }
}

impl ScopedSpan {
    /// Ends the span while another one is the running one, which it stays: guards may be dropped in any order.
    #[cold]
    fn end_elsewhere(&mut self) {
        let here = local(Local::current);
        local(|local| local.set_current(self.place));
        drop(self.watched.take());
        strays::add(self.place.span, local(Local::current));
        local(|local| local.set_current(strays::marked(here)));
    }
}

impl fmt::Debug for ScopedSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopedSpan").finish_non_exhaustive()
    }
}
