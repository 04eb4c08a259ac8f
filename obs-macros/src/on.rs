//! The attributes and the derive, with the feature on: each hands its tokens to a pure function.

use proc_macro::TokenStream;

use crate::instrument;
use crate::kind::Kind;

pub(crate) fn instrument(kind: Kind, args: TokenStream, item: TokenStream) -> TokenStream {
    instrument::instrument(kind, args.into(), item.into()).into()
}

pub(crate) fn skip(args: TokenStream, item: TokenStream) -> TokenStream {
    instrument::skip(&args.into(), item.into()).into()
}

pub(crate) fn test(args: TokenStream, item: TokenStream) -> TokenStream {
    crate::test::test(args.into(), item.into()).into()
}

pub(crate) fn classify(item: TokenStream) -> TokenStream {
    crate::classify::derive(item.into()).into()
}
