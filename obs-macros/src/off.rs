//! The attributes, with the feature off: the item as it was written, token by token. A test is still one, and the derive is as
//! with it on.

use proc_macro::TokenStream;

use crate::kind::Kind;
pub(crate) use crate::plain_test::test;

pub(crate) fn instrument(_: Kind, _: TokenStream, item: TokenStream) -> TokenStream {
    item
}

pub(crate) fn skip(_: TokenStream, item: TokenStream) -> TokenStream {
    item
}

/// The trait is there in any case: a program may ask for a class where nothing is recorded.
pub(crate) fn classify(item: TokenStream) -> TokenStream {
    crate::classify::derive(item)
}
