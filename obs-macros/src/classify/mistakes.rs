//! The mistakes found in one derive, shown all together.

use std::cell::RefCell;

use crate::tokens::{Literal, Span, TokenStream, TokenTree, fill_at};

/// Collects mistakes, so that one does not hide the next.
#[derive(Default)]
pub(super) struct Mistakes(RefCell<Vec<(Span, String)>>);

impl Mistakes {
    /// Notes a mistake at the user's token.
    pub(super) fn at(&self, span: Span, message: impl Into<String>) {
        self.0.borrow_mut().push((span, message.into()));
    }

    /// One `compile_error!` for each mistake; nothing when there is none.
    pub(super) fn into_tokens(self) -> TokenStream {
        let error = |(span, message): (Span, String)| {
            let mut message = Literal::string(&message);
            message.set_span(span);
            let parts = [("message", TokenTree::from(message).into())];
            fill_at(span, "::core::compile_error! { #message }", &parts)
        };
        self.0.into_inner().into_iter().map(error).collect()
    }
}
