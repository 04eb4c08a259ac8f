//! The elements of `calls(..)`.

use proc_macro2::{Group, Ident};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Expr, ExprPath, LitStr, Token};

use super::entry::list;
use crate::errors::Errors;

/// A function, and how often it may be called.
pub(crate) struct Call {
    pub(crate) callee: Callee,
    /// `None` when only the function was written.
    pub(crate) at_most: Option<Expr>,
}

/// A function as it was written.
pub(crate) enum Callee {
    Path(ExprPath),
    Named(LitStr),
}

/// Reads the elements between the parentheses.
pub(crate) fn calls(group: &Group, errors: &Errors) -> Vec<Call> {
    list(group.stream(), errors, call)
}

// Input:  path::to::f = 1
// Input:  <T as Tr>::h = 2
// Input:  "db::query" = 1
fn call(input: ParseStream<'_>) -> syn::Result<Call> {
    let callee = callee(input)?;
    if !input.peek(Token![=]) {
        return Ok(Call { callee, at_most: None });
    }
    input.parse::<Token![=]>()?;
    let at_most = if input.is_empty() || input.peek(Token![,]) { None } else { Some(input.parse()?) };
    Ok(Call { callee, at_most })
}

fn callee(input: ParseStream<'_>) -> syn::Result<Callee> {
    if input.peek(LitStr) {
        return input.parse().map(Callee::Named);
    }
    if input.peek(Ident::peek_any) || input.peek(Token![<]) || input.peek(Token![::]) {
        return input.parse().map(Callee::Path);
    }
    Err(input.error("expected a function and how often it may be called, as in `path::to::f = 1`"))
}
