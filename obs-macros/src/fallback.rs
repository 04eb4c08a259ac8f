//! What stands in for an expansion that failed: the item as it was, so that one mistake gives one error.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::parse::{Attribute, Item};

/// The item with the attributes that are not ours.
pub(crate) fn item(foreign: &[Attribute], item: &Item) -> TokenStream {
    let (head, body) = (&item.head, item.body.to_token_stream());
    quote!(#(#foreign)* #head #body)
}
