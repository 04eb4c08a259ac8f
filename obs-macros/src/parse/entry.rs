//! The arguments of an attribute: `key`, `key = value`, `key(list)`.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, Token, token};

use crate::errors::Errors;

/// One argument.
pub(crate) struct Entry {
    pub(crate) key: Ident,
    pub(crate) value: Value,
}

/// What follows the key.
pub(crate) enum Value {
    Nothing,
    Is(Box<Expr>),
    List(Group),
}

impl Entry {
    /// The user's token a mistake in the value is shown at.
    pub(crate) fn value_span(&self) -> Span {
        match &self.value {
            Value::Nothing => self.key.span(),
            Value::Is(expr) => span_of(expr),
            Value::List(group) => group.span(),
        }
    }
}

/// The whole of the tokens where the compiler can join them, the first otherwise.
pub(crate) fn span_of(tokens: &impl quote::ToTokens) -> Span {
    syn::Error::new_spanned(tokens, "").span()
}

/// Reads all arguments; goes on after the next comma when one cannot be read.
pub(crate) fn entries(args: TokenStream, errors: &Errors) -> Vec<Entry> {
    list(args, errors, entry)
}

/// Reads a comma-separated list; goes on after the next comma when an element cannot be read.
pub(crate) fn list<T>(tokens: TokenStream, errors: &Errors, one: fn(ParseStream<'_>) -> syn::Result<T>) -> Vec<T> {
    let all = |input: ParseStream<'_>| {
        let mut found = Vec::new();
        while !input.is_empty() {
            match one(input).and_then(|value| separated(input).map(|()| value)) {
                Ok(value) => found.push(value),
                Err(error) => {
                    errors.push(error);
                    skip_to_comma(input)?;
                }
            }
        }
        Ok(found)
    };
    Parser::parse2(all, tokens).unwrap_or_else(|error| {
        errors.push(error);
        Vec::new()
    })
}

fn separated(input: ParseStream<'_>) -> syn::Result<()> {
    if input.is_empty() {
        return Ok(());
    }
    if input.peek(Token![,]) {
        return input.parse::<Token![,]>().map(drop);
    }
    Err(input.error("expected `,` between the options"))
}

fn skip_to_comma(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() {
        if let TokenTree::Punct(punct) = input.parse()?
            && punct.as_char() == ','
        {
            break;
        }
    }
    Ok(())
}

// Input:  kind = server
// Input:  labels(method = m)
// Input:  in_flight
fn entry(input: ParseStream<'_>) -> syn::Result<Entry> {
    if !input.peek(syn::Ident::peek_any) {
        return Err(input.error("expected the name of an option, as in `name = \"checkout\"`"));
    }
    let key = input.call(Ident::parse_any)?;
    let value = if input.peek(Token![=]) {
        let equals: Token![=] = input.parse()?;
        if input.is_empty() || input.peek(Token![,]) {
            return Err(syn::Error::new(equals.span, format!("`{key} =` needs a value")));
        }
        Value::Is(Box::new(input.parse()?))
    } else if input.peek(token::Paren) {
        Value::List(input.parse()?)
    } else {
        Value::Nothing
    };
    Ok(Entry { key, value })
}
