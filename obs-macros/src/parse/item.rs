//! Items, split at the level of tokens into attributes, head and body.

use std::collections::VecDeque;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::ToTokens;

use super::attribute::Attribute;
use crate::tokens::{Depth, is_punct};

/// One item: nothing in it is understood beyond its shape.
pub(crate) struct Item {
    pub(crate) attributes: Vec<Attribute>,
    /// Everything before the body, or the whole of an item without one.
    pub(crate) head: TokenStream,
    /// The last `{ .. }`.
    pub(crate) body: Option<Group>,
    pub(crate) shape: Shape,
    /// The keyword that says what it is.
    pub(crate) keyword: Span,
}

/// What can be done with an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Function,
    /// An `impl` block or a trait.
    Members,
    Module,
    /// Anything else, by its keyword.
    Other(String),
}

impl Item {
    /// The items in a file, a module, an `impl` block or a trait; their tokens together are the input's.
    pub(crate) fn all(tokens: TokenStream) -> Vec<Self> {
        let mut rest: VecDeque<TokenTree> = tokens.into_iter().collect();
        let mut items = Vec::new();
        while !rest.is_empty() {
            items.push(Self::next(&mut rest));
        }
        items
    }

    fn next(rest: &mut VecDeque<TokenTree>) -> Self {
        let attributes = attributes(rest);
        let (shape, keyword) = shape(rest);
        let (head, body) = match &shape {
            Shape::Other(word) if ["const", "static", "type", "use"].contains(&&**word) => {
                (up_to_semicolon(rest), None)
            }
            _ => head_and_body(rest),
        };
        Self { attributes, head, body, shape, keyword }
    }
}

impl ToTokens for Item {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.attributes.iter().for_each(|attribute| attribute.to_tokens(tokens));
        self.head.to_tokens(tokens);
        self.body.to_tokens(tokens);
    }
}

/// Inner attributes at the start of a body, and the rest of it.
pub(crate) fn inner_attributes(body: TokenStream) -> (TokenStream, TokenStream) {
    let mut rest: VecDeque<TokenTree> = body.into_iter().collect();
    let mut inner = TokenStream::new();
    while let [pound, bang, brackets] = [0, 1, 2].map(|at| rest.get(at))
        && is_punct(pound, '#')
        && is_punct(bang, '!')
        && matches!(brackets, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket)
    {
        inner.extend(rest.drain(..3));
    }
    (inner, rest.into_iter().collect())
}

fn attributes(rest: &mut VecDeque<TokenTree>) -> Vec<Attribute> {
    let mut found = Vec::new();
    loop {
        match (rest.front(), rest.get(1)) {
            (Some(TokenTree::Group(group)), _) if group.delimiter() == Delimiter::None => {
                let inside = group.stream();
                rest.pop_front();
                inside.into_iter().collect::<Vec<_>>().into_iter().rev().for_each(|token| rest.push_front(token));
            }
            (pound, Some(TokenTree::Group(group)))
                if is_punct(pound, '#') && group.delimiter() == Delimiter::Bracket =>
            {
                let group = group.clone();
                found.extend(rest.pop_front().map(|pound| Attribute::new(pound, group)));
                rest.pop_front();
            }
            _ => return found,
        }
    }
}

// Input:  pub(crate) async unsafe extern "C" fn ..
// Output: (Function, span of `fn`)
fn shape(rest: &VecDeque<TokenTree>) -> (Shape, Span) {
    let mut first = None;
    for token in rest {
        let span = token.span();
        let word = match token {
            TokenTree::Ident(ident) => ident.to_string(),
            TokenTree::Literal(_) | TokenTree::Group(_) => continue,
            TokenTree::Punct(_) => break,
        };
        match &*word {
            "fn" => return (Shape::Function, span),
            "impl" | "trait" => return (Shape::Members, span),
            "mod" => return (Shape::Module, span),
            "pub" | "default" | "async" | "unsafe" | "auto" | "safe" => {}
            "const" | "extern" => first = first.or(Some((word, span))),
            _ => return first.map_or((Shape::Other(word), span), |(word, span)| (Shape::Other(word), span)),
        }
    }
    let span = rest.front().map_or_else(Span::mixed_site, TokenTree::span);
    first.map_or((Shape::Other(String::new()), span), |(word, span)| (Shape::Other(word), span))
}

fn up_to_semicolon(rest: &mut VecDeque<TokenTree>) -> TokenStream {
    let end = rest.iter().position(|token| is_punct(Some(token), ';')).map_or(rest.len(), |at| at + 1);
    rest.drain(..end).collect()
}

/// The first `;` or `{ .. }` that is not inside `<` `>` ends the item.
fn head_and_body(rest: &mut VecDeque<TokenTree>) -> (TokenStream, Option<Group>) {
    let mut head = TokenStream::new();
    let mut depth = Depth::default();
    while let Some(token) = rest.pop_front() {
        if depth.after(&token) <= 0
            && let Some(body) = braces(&token)
        {
            return (head, Some(body));
        }
        let last = is_punct(Some(&token), ';');
        head.extend([token]);
        if last {
            break;
        }
    }
    (head, None)
}

/// A `{ .. }`, also when `macro_rules!` has put it in as a `$body:block`.
fn braces(token: &TokenTree) -> Option<Group> {
    let TokenTree::Group(group) = token else { return None };
    match group.delimiter() {
        Delimiter::Brace => Some(group.clone()),
        Delimiter::None => {
            let mut inside = group.stream().into_iter();
            inside.next().filter(|_| inside.next().is_none()).as_ref().and_then(braces)
        }
        _ => None,
    }
}
