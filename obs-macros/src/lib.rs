//! The attributes of `obs`.

mod kind;

#[cfg(feature = "enabled")]
mod errors;
#[cfg(feature = "enabled")]
mod expand;
#[cfg(feature = "enabled")]
mod fallback;
#[cfg(feature = "enabled")]
mod instrument;
#[cfg(feature = "enabled")]
mod model;
#[cfg(feature = "enabled")]
mod parse;

#[cfg(feature = "enabled")]
#[path = "on.rs"]
mod entry;
#[cfg(not(feature = "enabled"))]
#[path = "off.rs"]
mod entry;

use proc_macro::TokenStream;

use crate::kind::Kind;

/// Makes each call a span.
#[proc_macro_attribute]
pub fn traced(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::instrument(Kind::Traced, args, item)
}

/// Measures how long each call takes.
#[proc_macro_attribute]
pub fn profiled(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::instrument(Kind::Profiled, args, item)
}

/// Counts calls by outcome.
#[proc_macro_attribute]
pub fn counted(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::instrument(Kind::Counted, args, item)
}

/// Promises how long a call takes.
#[proc_macro_attribute]
pub fn budget(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::instrument(Kind::Budget, args, item)
}

/// Leaves a function out of what the attribute on its block does.
#[proc_macro_attribute]
pub fn skip(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::skip(args, item)
}
