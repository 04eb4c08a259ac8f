//! The span that runs on this thread, for those who want its ids or have something to add.

use crate::context::Context;
use crate::field_value::FieldValue;
use crate::fields::Fields;
use crate::ids::{SpanId, TraceId};
use crate::note;

/// The span that runs now: in this thread, or in the annotated future that this thread polls.
///
/// # Examples
/// ```
/// let trace_id = obs_runtime::current().trace_id().map_or("none".to_owned(), |id| id.to_string());
/// obs_runtime::current().set("cache.hit", true);
/// ```
pub fn current() -> CurrentSpan {
    CurrentSpan(Context::current())
}

/// A running span, as [`current`] gives it. May be kept and sent to other threads: what is added before the span ends
/// is found on it, what is added later is counted in `Health::notes_late`.
#[derive(Clone, Debug)]
pub struct CurrentSpan(Context);

impl CurrentSpan {
    /// The trace, which is the id that joins everything that belongs to one request; `None` when none runs.
    pub fn trace_id(&self) -> Option<TraceId> {
        self.0.trace_id()
    }

    /// The span; `None` when none runs.
    pub fn span_id(&self) -> Option<SpanId> {
        self.0.span_id()
    }

    /// Whether the span is recorded: nothing that is added to another one is kept.
    pub fn is_recorded(&self) -> bool {
        self.0.is_sampled() && !self.0.is_remote()
    }

    /// Adds a field; of two of the same name both are kept.
    pub fn set<V: FieldValue>(&self, key: &'static str, value: V) -> &Self {
        self.set_fields(|fields| fields.value(key, &value))
    }

    /// Adds several fields at once; the closure runs only when the span is recorded.
    pub fn set_fields(&self, add: impl FnOnce(&mut Fields)) -> &Self {
        if self.is_recorded() {
            let mut fields = Fields::empty();
            add(&mut fields);
            note::fields(self.0.place(), &fields);
        }
        self
    }

    /// Ties the span to another, which is not its parent.
    pub fn link(&self, to: &Context) -> &Self {
        note::link(self.0.place(), to);
        self
    }

    /// Its place, to be carried elsewhere.
    pub fn context(&self) -> Context {
        self.0.clone()
    }
}
