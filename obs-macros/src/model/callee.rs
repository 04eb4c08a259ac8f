//! `calls(..)`: the functions whose calls a budget bounds, and how often each may be called.

use proc_macro2::Span;
use quote::ToTokens;
use syn::ExprPath;

use super::amount::whole;
use super::reader::{first_of_each, literal_of};
use crate::errors::Errors;
use crate::parse::callee::{self, Call};
use crate::parse::entry::span_of;
use crate::parse::{Entry, Value};

/// A function whose calls are bounded.
pub(crate) struct Callee {
    /// As it was written, without spaces.
    pub(crate) text: String,
    /// `None` for one that is named in a string.
    pub(crate) path: Option<ExprPath>,
}

/// How often a function may be called.
pub(super) struct Bound {
    pub(super) callee: Callee,
    pub(super) at_most: u64,
}

/// Reads `calls(..)`.
pub(super) fn read(entry: &Entry, errors: &Errors) -> Vec<Bound> {
    let before = errors.len();
    let calls = match &entry.value {
        Value::List(group) => callee::calls(group, errors),
        Value::Nothing | Value::Is(_) => Vec::new(),
    };
    if calls.is_empty() && errors.len() == before {
        let message = "`calls` takes functions and how often each may be called; write `calls(path::to::f = 1)`";
        errors.at(entry.value_span(), message);
    }
    let bounds = calls.into_iter().filter_map(|call| bound(call, errors));
    first_of_each(bounds, |bound| &bound.callee.text, errors)
}

fn bound(call: Call, errors: &Errors) -> Option<(Span, Bound)> {
    let (callee, at) = match call.callee {
        callee::Callee::Path(path) => {
            let (text, at) = (text_of(&path), span_of(&path));
            (Callee { text, path: Some(path) }, at)
        }
        callee::Callee::Named(name) => (Callee { text: name.value(), path: None }, name.span()),
    };
    if callee.text.trim().is_empty() {
        errors.at(at, "the name is empty; write the function's name, as in `calls(\"db::query\" = 1)`");
        return None;
    }
    let Some(at_most) = whole(call.at_most.as_ref().and_then(literal_of)) else {
        let name = if callee.path.is_some() { callee.text } else { format!("\"{}\"", callee.text) };
        let at = call.at_most.as_ref().map_or(at, span_of);
        errors.at(at, format!("`calls` takes a whole number for each function; write `{name} = 1`"));
        return None;
    };
    Some((at, Bound { callee, at_most }))
}

// Input:  < T as Tr > :: h
// Output: <T as Tr>::h
fn text_of(path: &ExprPath) -> String {
    let written = path.to_token_stream().to_string();
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let mut text = String::new();
    for part in written.split_whitespace() {
        if is_word(text.chars().last()) && is_word(part.chars().next()) {
            text.push(' ');
        }
        text.push_str(part);
    }
    text
}
