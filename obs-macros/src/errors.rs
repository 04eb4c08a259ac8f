//! The mistakes found in one expansion, shown all together.

use std::cell::RefCell;

use proc_macro2::{Span, TokenStream};

/// Collects mistakes, so that one does not hide the next.
#[derive(Default)]
pub(crate) struct Errors(RefCell<Vec<syn::Error>>);

impl Errors {
    /// Notes a mistake at the user's token.
    pub(crate) fn at(&self, span: Span, message: impl std::fmt::Display) {
        self.push(syn::Error::new(span, message));
    }

    /// Notes what the parser found.
    pub(crate) fn push(&self, error: syn::Error) {
        self.0.borrow_mut().push(error);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.borrow().len()
    }

    /// One `compile_error!` for each mistake; nothing when there is none.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.0.into_inner().iter().map(syn::Error::to_compile_error).collect()
    }
}
