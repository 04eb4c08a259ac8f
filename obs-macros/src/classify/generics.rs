//! A type's parameters, and what holds of them.

use std::collections::VecDeque;

use crate::tokens::{Delimiter, Depth, TokenTree, is_punct};

/// What stands between `<` and `>`, and after `where`.
#[derive(Default)]
pub(super) struct Generics {
    pub(super) parameters: Vec<Parameter>,
    /// Without the word `where`.
    pub(super) bounds: Vec<TokenTree>,
}

/// One parameter.
pub(super) struct Parameter {
    /// With its bounds, without its default.
    pub(super) declared: Vec<TokenTree>,
    /// As it is named elsewhere.
    pub(super) name: Vec<TokenTree>,
    is_type: bool,
}

impl Generics {
    // Input:  <'a, T: Debug = u8, const N: usize>
    // Output: ['a, T: Debug, const N: usize], named ['a, T, N]
    /// Takes the parameters off the front, if there are any.
    pub(super) fn take(rest: &mut VecDeque<TokenTree>) -> Self {
        if !is_punct(rest.front(), '<') {
            return Self::default();
        }
        rest.pop_front();
        let mut depth = Depth::default();
        let end = rest.iter().position(|token| depth.after(token) < 0).unwrap_or(rest.len());
        let inside: Vec<_> = rest.drain(..end).collect();
        rest.pop_front();
        Self { parameters: by_commas(&inside).map(Parameter::new).collect(), bounds: Vec::new() }
    }

    // Input:  where T: Debug, { .. }
    // Output: T: Debug,
    /// Takes what follows `where` off the front, up to the fields or the `;`.
    pub(super) fn take_bounds(&mut self, rest: &mut VecDeque<TokenTree>) {
        let mut depth = Depth::default();
        let is_end = |token: &TokenTree| is_punct(Some(token), ';') || is_braces(token);
        let end = rest.iter().position(|token| depth.after(token) == 0 && is_end(token)).unwrap_or(rest.len());
        self.bounds = rest.drain(..end).skip(1).collect();
    }

    /// Whether tokens name a parameter that is a type.
    pub(super) fn are_in(&self, tokens: &[TokenTree]) -> bool {
        let types = self.parameters.iter().filter(|parameter| parameter.is_type).flat_map(|parameter| &parameter.name);
        types.into_iter().any(|name| mentions(tokens, &name.to_string()))
    }
}

/// Whether a word is among tokens, however deep.
pub(super) fn mentions(tokens: &[TokenTree], word: &str) -> bool {
    tokens.iter().any(|token| match token {
        TokenTree::Group(group) => mentions(&group.stream().into_iter().collect::<Vec<_>>(), word),
        other => other.to_string() == word,
    })
}

impl Parameter {
    fn new(tokens: &[TokenTree]) -> Self {
        let mut depth = Depth::default();
        let default = tokens.iter().position(|token| depth.after(token) == 0 && is_punct(Some(token), '='));
        let declared = tokens[..default.unwrap_or(tokens.len())].to_vec();
        let (name, is_type) = match &*declared {
            [quote, name, ..] if is_punct(Some(quote), '\'') => (vec![quote.clone(), name.clone()], false),
            [word, name, ..] if word.to_string() == "const" => (vec![name.clone()], false),
            other => (other.iter().take(1).cloned().collect(), true),
        };
        Self { declared, name, is_type }
    }
}

fn is_braces(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

/// What stands between commas that are inside of no `<` `>`; nothing behind a last one.
pub(super) fn by_commas(tokens: &[TokenTree]) -> impl Iterator<Item = &[TokenTree]> {
    let mut depth = Depth::default();
    let parts = tokens.split(move |token| depth.after(token) == 0 && is_punct(Some(token), ','));
    parts.filter(|part| !part.is_empty())
}
