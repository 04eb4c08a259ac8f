//! An enum or a struct as it was written; no rule is checked here.

use std::collections::VecDeque;

use super::attribute::{self, Attribute};
use super::generics::{Generics, by_commas};
use crate::tokens::{Delimiter, Ident, Span, TokenStream, TokenTree, flatten, is_punct};

/// An enum or a struct.
pub(super) struct Item {
    pub(super) attributes: Vec<Attribute>,
    pub(super) name: Ident,
    pub(super) generics: Generics,
    pub(super) shape: Shape,
}

/// What an item is made of.
pub(super) enum Shape {
    Enum(Vec<Variant>),
    Struct(Fields),
}

/// One variant.
pub(super) struct Variant {
    pub(super) attributes: Vec<Attribute>,
    pub(super) name: Ident,
    pub(super) fields: Fields,
}

/// The fields of a struct or a variant.
pub(super) struct Fields {
    pub(super) form: Form,
    pub(super) list: Vec<Field>,
}

/// How fields are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Unit,
    Tuple,
    Named,
}

/// One field.
pub(super) struct Field {
    pub(super) attributes: Vec<Attribute>,
    pub(super) name: Option<TokenTree>,
    pub(super) ty: Vec<TokenTree>,
}

impl Item {
    /// Reads an item. What is neither an enum nor a struct is an error at its keyword.
    pub(super) fn parse(tokens: TokenStream) -> Result<Self, Span> {
        let mut rest: VecDeque<_> = flatten(tokens).into_iter().collect();
        let attributes = attribute::take(&mut rest);
        take_visibility(&mut rest);
        let keyword = rest.pop_front().ok_or_else(Span::call_site)?;
        let Some(TokenTree::Ident(name)) = rest.pop_front() else { return Err(keyword.span()) };
        let mut generics = Generics::take(&mut rest);
        let shape = match &*keyword.to_string() {
            "enum" => {
                generics.take_bounds(&mut rest);
                Shape::Enum(rest.pop_front().map(variants).unwrap_or_default())
            }
            "struct" => {
                // The bounds of a tuple stand behind it.
                let tuple = Fields::take(&mut rest);
                generics.take_bounds(&mut rest);
                Shape::Struct(if tuple.form == Form::Unit { Fields::take(&mut rest) } else { tuple })
            }
            _ => return Err(keyword.span()),
        };
        Ok(Self { attributes, name, generics, shape })
    }
}

// Input:  { #[class(data)] Limit { left: u32 } = 3, Gone }
// Output: [Limit, Gone]
fn variants(body: TokenTree) -> Vec<Variant> {
    let TokenTree::Group(body) = body else { return Vec::new() };
    let mut rest: VecDeque<_> = flatten(body.stream()).into_iter().collect();
    let mut variants = Vec::new();
    loop {
        let attributes = attribute::take(&mut rest);
        take_visibility(&mut rest);
        let Some(TokenTree::Ident(name)) = rest.pop_front() else { return variants };
        variants.push(Variant { attributes, name, fields: Fields::take(&mut rest) });
        // Its number, too.
        let end = rest.iter().position(|token| is_punct(Some(token), ',')).map_or(rest.len(), |comma| comma + 1);
        rest.drain(..end);
    }
}

impl Fields {
    /// Takes `(..)` or `{ .. }` off the front, if it is there.
    fn take(rest: &mut VecDeque<TokenTree>) -> Self {
        let (form, group) = match rest.front() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => (Form::Tuple, group),
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => (Form::Named, group),
            _ => return Self { form: Form::Unit, list: Vec::new() },
        };
        let tokens: Vec<_> = group.stream().into_iter().collect();
        rest.pop_front();
        Self { form, list: by_commas(&tokens).map(|field| Field::new(form, field)).collect() }
    }
}

impl Field {
    // Input:  #[source] pub(crate) cause: Box<Db>
    // Output: name `cause`, type `Box<Db>`
    fn new(form: Form, tokens: &[TokenTree]) -> Self {
        let mut rest: VecDeque<_> = tokens.iter().cloned().collect();
        let attributes = attribute::take(&mut rest);
        take_visibility(&mut rest);
        let name = if form == Form::Named { rest.drain(..2.min(rest.len())).next() } else { None };
        Self { attributes, name, ty: rest.into() }
    }
}

/// Takes `pub`, `pub(..)` or nothing off the front, also as `macro_rules!` puts it in.
fn take_visibility(rest: &mut VecDeque<TokenTree>) {
    let (delimiter, first) = front(rest);
    if delimiter == Some(Delimiter::None) && first.as_ref().is_none_or(|first| first == "pub") {
        rest.pop_front();
    } else if delimiter.is_none() && first.is_some_and(|first| first == "pub") {
        rest.pop_front();
        let (delimiter, first) = front(rest);
        let says_where = |first: String| ["crate", "self", "super", "in"].contains(&&*first);
        if delimiter == Some(Delimiter::Parenthesis) && first.is_some_and(says_where) {
            rest.pop_front();
        }
    }
}

/// The first word, and what it is in.
fn front(rest: &VecDeque<TokenTree>) -> (Option<Delimiter>, Option<String>) {
    match rest.front() {
        Some(TokenTree::Group(group)) => {
            (Some(group.delimiter()), group.stream().into_iter().next().map(|first| first.to_string()))
        }
        other => (None, other.map(TokenTree::to_string)),
    }
}
