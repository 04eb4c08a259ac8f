//! `#[class(..)]` and `#[obs(..)]`, as they were written.

use std::collections::VecDeque;

use crate::tokens::{Delimiter, Group, Span, TokenStream, TokenTree, flatten, is_punct};

/// An attribute that is ours.
pub(super) struct Attribute {
    /// `class` or `obs`.
    pub(super) name: String,
    pub(super) span: Span,
    /// What stands between the parentheses, by commas; empty where there are none.
    pub(super) entries: Vec<Entry>,
}

/// `key`, or `key = value`.
pub(super) struct Entry {
    pub(super) key: TokenTree,
    /// All that follows the key.
    rest: Vec<TokenTree>,
}

impl Entry {
    /// Whether the key stands alone.
    pub(super) const fn is_bare(&self) -> bool {
        self.rest.is_empty()
    }

    /// What follows `=`.
    pub(super) fn value(&self) -> Option<&[TokenTree]> {
        let (equals, value) = self.rest.split_first()?;
        (is_punct(Some(equals), '=') && !value.is_empty()).then_some(value)
    }

    /// The value, where it is one word.
    pub(super) fn word(&self) -> Option<String> {
        match self.value()? {
            [word] => Some(word.to_string()),
            _ => None,
        }
    }

    /// The user's token a mistake in the value is shown at.
    pub(super) fn value_span(&self) -> Span {
        self.value().and_then(<[_]>::first).unwrap_or(&self.key).span()
    }
}

impl Attribute {
    // Input:  class(transient, severity = high)
    // Output: name "class", entries [transient, severity = high]
    fn new(brackets: &Group) -> Option<Self> {
        let mut rest = flatten(brackets.stream()).into_iter();
        let name = rest.next()?;
        let (name, span) = (name.to_string(), name.span());
        if name != "class" && name != "obs" {
            return None;
        }
        let entries = match rest.next() {
            Some(TokenTree::Group(group)) => entries(flatten(group.stream())),
            // Of a path that begins with `obs`.
            Some(TokenTree::Punct(punct)) if punct.as_char() == ':' => return None,
            _ => Vec::new(),
        };
        Some(Self { name, span, entries })
    }
}

/// Takes all attributes off the front, and gives back those that are ours.
pub(super) fn take(rest: &mut VecDeque<TokenTree>) -> Vec<Attribute> {
    let mut found = Vec::new();
    while is_punct(rest.front(), '#')
        && let Some(TokenTree::Group(group)) = rest.get(1)
        && group.delimiter() == Delimiter::Bracket
    {
        found.extend(Attribute::new(group));
        rest.drain(..2);
    }
    found
}

fn entries(tokens: TokenStream) -> Vec<Entry> {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let parts = tokens.split(|token| is_punct(Some(token), ',')).filter_map(<[_]>::split_first);
    parts.map(|(key, rest)| Entry { key: key.clone(), rest: rest.to_vec() }).collect()
}
