//! The attributes, with the feature off: the item as it was written, token by token. A test is still one.

use proc_macro::TokenStream;

use crate::kind::Kind;
pub(crate) use crate::plain_test::test;

pub(crate) fn instrument(_: Kind, _: TokenStream, item: TokenStream) -> TokenStream {
    item
}

pub(crate) fn skip(_: TokenStream, item: TokenStream) -> TokenStream {
    item
}
