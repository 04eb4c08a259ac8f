//! `#[path(args)]`, read at the level of tokens.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Path;

use crate::kind::Kind;
use crate::tokens::flatten;

/// One outer attribute of an item.
#[derive(Clone)]
pub(crate) struct Attribute {
    tokens: TokenStream,
    /// The path's segments; empty when it is not a plain path.
    path: Vec<String>,
    /// The path as it was written.
    pub(crate) path_tokens: TokenStream,
    /// What stands in the parentheses.
    pub(crate) args: TokenStream,
    /// What follows `=`, as in `#[doc = "text"]`.
    value: Option<TokenTree>,
    /// The path's last segment.
    pub(crate) span: Span,
}

impl Attribute {
    // Input:  #[obs::traced(level = debug)]
    // Output: path ["obs", "traced"], args `level = debug`
    pub(crate) fn new(pound: TokenTree, brackets: Group) -> Self {
        let mut path = Vec::new();
        let mut path_tokens = TokenStream::new();
        let mut args = TokenStream::new();
        let mut value = None;
        let mut span = brackets.span();
        let mut rest = flatten(brackets.stream()).into_iter();
        while let Some(token) = rest.next() {
            match token {
                TokenTree::Ident(ident) => {
                    span = ident.span();
                    path.push(ident.to_string());
                    path_tokens.extend([TokenTree::Ident(ident)]);
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => path_tokens.extend([TokenTree::Punct(punct)]),
                TokenTree::Group(group) => args = group.stream(),
                TokenTree::Punct(punct) if punct.as_char() == '=' => value = rest.next(),
                _ => break,
            }
        }
        let tokens = [pound, TokenTree::Group(brackets)].into_iter().collect();
        Self { tokens, path, path_tokens, args, value, span }
    }

    /// Whether it is written `#[name]`, with any arguments.
    pub(crate) fn is(&self, name: &str) -> bool {
        matches!(&*self.path, [only] if only == name)
    }

    /// Which attribute of ours this is, as seen from an expansion that names the crate as `krate`.
    pub(crate) fn kind(&self, krate: Option<&Path>) -> Option<Kind> {
        Kind::of(self.path.last()?).filter(|_| self.is_ours(krate))
    }

    /// Whether this is `#[obs::skip]`.
    pub(crate) fn is_skip(&self, krate: Option<&Path>) -> bool {
        self.path.last().is_some_and(|last| last == "skip") && self.is_ours(krate)
    }

    /// Whether this makes a test, anybody's.
    pub(crate) fn is_test(&self) -> bool {
        self.path.last().is_some_and(|last| last == "test")
    }

    fn is_ours(&self, krate: Option<&Path>) -> bool {
        let Some((_, module)) = self.path.split_last() else { return false };
        let Some(first) = module.first() else { return true };
        first == "obs" || krate.is_some_and(|krate| krate.segments.iter().map(|s| &s.ident).eq(module))
    }

    /// The text of a doc comment.
    pub(crate) fn doc(&self) -> Option<String> {
        if !self.is("doc") {
            return None;
        }
        let text = syn::parse2::<syn::LitStr>(self.value.to_token_stream()).ok()?.value();
        Some(text.strip_prefix(' ').unwrap_or(&text).to_owned())
    }
}

impl ToTokens for Attribute {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.tokens.clone());
    }
}
