//! The elements of `fields(..)`, `labels(..)`, `ret(..)` and `err(..)`.

use proc_macro2::{Group, Ident, Span};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Expr, LitStr, Token};

use super::entry::list;
use crate::errors::Errors;

/// `key = expr`, or a name that is key and value in one.
pub(crate) struct Pair {
    pub(crate) key: Key,
    pub(crate) sigil: Sigil,
    /// `None` when only a name was written.
    pub(crate) value: Option<Expr>,
    /// The bare name, for pairs without a value.
    pub(crate) name: Option<Ident>,
}

/// The key's text, without `r#`.
pub(crate) struct Key {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// How a value is written down.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sigil {
    /// By its type.
    None,
    /// `%`, through `Display`.
    Display,
    /// `?`, through `Debug`.
    Debug,
}

/// Reads the elements between the parentheses.
pub(crate) fn pairs(group: &Group, errors: &Errors) -> Vec<Pair> {
    list(group.stream(), errors, pair)
}

// Input:  user.id = ?user.id
// Input:  %user
fn pair(input: ParseStream<'_>) -> syn::Result<Pair> {
    let before = sigil(input)?;
    let (key, name) = key(input)?;
    if !input.peek(Token![=]) {
        return Ok(Pair { key, sigil: before, value: None, name });
    }
    if before != Sigil::None {
        return Err(input.error("the `%` or `?` goes before the value; write `key = %value`"));
    }
    let equals: Token![=] = input.parse()?;
    let sigil = sigil(input)?;
    if input.is_empty() || input.peek(Token![,]) {
        let message = format!("`{0} =` needs a value; write `{0} = expression`", key.text);
        return Err(syn::Error::new(equals.span, message));
    }
    Ok(Pair { key, sigil, value: Some(input.parse()?), name: None })
}

fn sigil(input: ParseStream<'_>) -> syn::Result<Sigil> {
    if input.peek(Token![%]) {
        return input.parse::<Token![%]>().map(|_| Sigil::Display);
    }
    if input.peek(Token![?]) {
        return input.parse::<Token![?]>().map(|_| Sigil::Debug);
    }
    Ok(Sigil::None)
}

// Input:  "http.route"
// Input:  http.route
// Input:  route
fn key(input: ParseStream<'_>) -> syn::Result<(Key, Option<Ident>)> {
    if input.peek(LitStr) {
        let text: LitStr = input.parse()?;
        return Ok((Key { text: text.value(), span: text.span() }, None));
    }
    if !input.peek(syn::Ident::peek_any) {
        return Err(input.error("expected `name = value`"));
    }
    let first = input.call(Ident::parse_any)?;
    let mut text = first.unraw().to_string();
    let span = first.span();
    let mut name = Some(first);
    while input.peek(Token![.]) {
        input.parse::<Token![.]>()?;
        let part = input.call(Ident::parse_any)?;
        text = format!("{text}.{}", part.unraw());
        name = None;
    }
    Ok((Key { text, span }, name))
}
