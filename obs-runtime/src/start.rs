//! Where a call's span begins when it does not simply hang on the running one, and what it is tied to.

use std::rc::Rc;
use std::sync::Arc;

use crate::context::Context;
use crate::current::CurrentSpan;

/// What can be a span's parent, or the other end of a link.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a place in a trace",
    note = "give a `Context`, a `CurrentSpan`, a reference to one, or an `Option` of it"
)]
pub trait AsContext {
    /// The place, if there is one.
    fn as_context(&self) -> Option<Context>;
}

impl AsContext for Context {
    fn as_context(&self) -> Option<Context> {
        Some(self.clone())
    }
}

impl AsContext for CurrentSpan {
    fn as_context(&self) -> Option<Context> {
        Some(self.context())
    }
}

impl<C: AsContext + ?Sized> AsContext for &C {
    fn as_context(&self) -> Option<Context> {
        C::as_context(self)
    }
}

impl<C: AsContext> AsContext for Option<C> {
    fn as_context(&self) -> Option<Context> {
        self.as_ref().and_then(AsContext::as_context)
    }
}

/// Several places in traces, which a span is tied to: what `links` borrows.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of places in traces",
    note = "`links` takes a slice, an array, a `Vec` or an `Option` of `Context`s, or an iterator, as in `links = places.iter()`"
)]
pub trait AsLinks {
    /// Adds the places.
    #[doc(hidden)]
    fn add_to(&self, links: &mut Vec<Context>);
}

impl<C: AsContext> AsLinks for [C] {
    fn add_to(&self, links: &mut Vec<Context>) {
        links.extend(self.iter().filter_map(AsContext::as_context));
    }
}

impl<C: AsContext, const N: usize> AsLinks for [C; N] {
    fn add_to(&self, links: &mut Vec<Context>) {
        self.as_slice().add_to(links);
    }
}

impl<C: AsContext> AsLinks for Option<C> {
    fn add_to(&self, links: &mut Vec<Context>) {
        self.as_slice().add_to(links);
    }
}

macro_rules! pointers {
    ($($pointer:ty)*) => {
        $(impl<L: AsLinks + ?Sized> AsLinks for $pointer {
            fn add_to(&self, links: &mut Vec<Context>) {
                L::add_to(self, links);
            }
        })*
    };
}

pointers!(&L &mut L Box<L> Rc<L> Arc<L>);

impl<C: AsContext> AsLinks for Vec<C> {
    fn add_to(&self, links: &mut Vec<Context>) {
        self.as_slice().add_to(links);
    }
}

/// Where a call's span begins: what `root`, `parent = ..` and `links = ..` say.
#[derive(Clone, Debug)]
pub struct Start {
    /// `None` for the running span.
    parent: Option<Context>,
    links: Vec<Context>,
}

impl Start {
    /// Under the running span.
    pub const HERE: Self = Self { parent: None, links: Vec::new() };
    /// At the beginning of a trace; `root`.
    pub const ROOT: Self = Self { parent: Some(Context::NONE), links: Vec::new() };

    /// Under a place that was named, or where that is `None` at the beginning of a trace; `parent = ..`.
    pub fn under(parent: impl AsContext) -> Self {
        Self { parent: Some(parent.as_context().unwrap_or(Context::NONE)), links: Vec::new() }
    }

    /// Tied to others beside its parent; `links = self.links.iter()`.
    pub fn linked(mut self, links: impl IntoIterator<Item: AsContext>) -> Self {
        self.links.extend(links.into_iter().filter_map(|link| link.as_context()));
        self
    }

    /// Tied to others that are only borrowed; `links = self.links`.
    pub fn linked_to(mut self, links: &(impl AsLinks + ?Sized)) -> Self {
        links.add_to(&mut self.links);
        self
    }

    /// The place that was named; `None` for the running span.
    pub(crate) const fn parent(&self) -> Option<&Context> {
        self.parent.as_ref()
    }

    pub(crate) fn links(&self) -> &[Context] {
        &self.links
    }
}
