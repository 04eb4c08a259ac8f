//! Tokens, and the little that is done with them where nothing is parsed.
//!
//! They are those of `proc-macro2` with the feature on, so that tests can read what comes out, and the compiler's own with it off:
//! the derive is there then, too, and no crate is built for it. Used by [`crate::classify`] in both cases, by `parse`
//! with it on and by `plain_test` with it off.

#[cfg(not(feature = "enabled"))]
pub(crate) use proc_macro::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};
#[cfg(feature = "enabled")]
pub(crate) use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};

/// Takes away the invisible delimiters that `macro_rules!` leaves around what it substitutes.
pub(crate) fn flatten(tokens: TokenStream) -> TokenStream {
    let inside = |token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => flatten(group.stream()),
        other => other.into(),
    };
    tokens.into_iter().map(inside).collect()
}

pub(crate) fn is_punct(token: Option<&TokenTree>, char: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == char)
}

/// How many `<` are open.
#[derive(Default)]
pub(crate) struct Depth {
    open: i32,
    /// The last token was the first half of `->` or `=>`.
    arrow: bool,
}

impl Depth {
    pub(crate) fn after(&mut self, token: &TokenTree) -> i32 {
        let token = Some(token);
        if is_punct(token, '<') {
            self.open += 1;
        } else if is_punct(token, '>') && !self.arrow {
            self.open -= 1;
        }
        self.arrow = is_punct(token, '-') || is_punct(token, '=');
        self.open
    }
}

/// Tokens of ours with tokens of the user's in them, which keep their spans.
// Input:  "impl #name { }", [("name", `Cart`)]
// Output: impl Cart { }
pub(crate) fn fill(template: &str, parts: &[(&str, TokenStream)]) -> TokenStream {
    fill_at(Span::mixed_site(), template, parts)
}

/// [`fill`], with our tokens at a place of the user's.
pub(crate) fn fill_at(span: Span, template: &str, parts: &[(&str, TokenStream)]) -> TokenStream {
    put_in(template.parse().expect("the template is Rust"), span, parts)
}

fn put_in(template: TokenStream, span: Span, parts: &[(&str, TokenStream)]) -> TokenStream {
    let mut template = template.into_iter().peekable();
    std::iter::from_fn(|| {
        let token = template.next()?;
        let name = template.peek().filter(|_| is_punct(Some(&token), '#')).map(TokenTree::to_string);
        let Some((_, part)) = parts.iter().find(|(part, _)| name.as_deref() == Some(part)) else {
            return Some(ours(token, span, parts));
        };
        template.next();
        Some(part.clone())
    })
    .collect()
}

fn ours(mut token: TokenTree, span: Span, parts: &[(&str, TokenStream)]) -> TokenStream {
    if let TokenTree::Group(group) = &token {
        token = Group::new(group.delimiter(), put_in(group.stream(), span, parts)).into();
    }
    token.set_span(span);
    token.into()
}
