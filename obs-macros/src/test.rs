//! From `#[obs::test]` and its item to a test: a pure function, as the other attributes are.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::errors::Errors;
use crate::model::{Settings, Test};
use crate::parse::{Function, Item, Shape};
use crate::{expand, fallback};

// Input:  args `runs = 5`, item `fn adds() {}`
// Output: #[test] fn adds() { <the body, run five times> }
pub(crate) fn test(args: TokenStream, item: TokenStream) -> TokenStream {
    let errors = Errors::default();
    let settings = Settings::read(args, &errors);
    let mut items = Item::all(item).into_iter();
    let expanded = items.next().map(|item| one(item, settings, &errors));
    let (rest, mistakes) = (items.map(Item::into_token_stream), errors.into_tokens());
    quote!(#expanded #(#rest)* #mistakes)
}

fn one(mut item: Item, settings: Settings, errors: &Errors) -> TokenStream {
    let attributes = std::mem::take(&mut item.attributes);
    let plain = fallback::item(&attributes, &item);
    let (Shape::Function, Some(body)) = (&item.shape, &item.body) else {
        errors.at(item.keyword, "`#[obs::test]` goes on functions with a body; remove it here");
        return plain;
    };
    let Some(function) = Function::read(attributes, item.head.clone(), body, errors) else { return plain };
    let test = Test::new(function, settings, errors);
    if errors.len() > 0 { plain } else { expand::test(&test) }
}
