//! Tokens, and the little that is done with them where nothing is parsed.
//!
//! They are those of `proc-macro2` with the feature on, so that tests can read what comes out, and the compiler's own with it off:
//! the derive is there then, too, and no crate is built for it. Used by [`crate::classify`] in both cases, and by `parse`.

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

/// Tokens of ours with tokens of the user's in them, which keep their spans.
// Input:  "impl #name { }", [("name", `Cart`)]
// Output: impl Cart { }
pub(crate) fn fill(template: &str, parts: &[(&str, TokenStream)]) -> TokenStream {
    put_in(template.parse().expect("the template is Rust"), parts)
}

fn put_in(template: TokenStream, parts: &[(&str, TokenStream)]) -> TokenStream {
    let mut template = template.into_iter().peekable();
    std::iter::from_fn(|| {
        let token = template.next()?;
        let name = template.peek().filter(|_| is_punct(Some(&token), '#')).map(TokenTree::to_string);
        let Some((_, part)) = parts.iter().find(|(part, _)| name.as_deref() == Some(part)) else {
            return Some(ours(token, parts));
        };
        template.next();
        Some(part.clone())
    })
    .collect()
}

fn ours(mut token: TokenTree, parts: &[(&str, TokenStream)]) -> TokenStream {
    if let TokenTree::Group(group) = &token {
        token = Group::new(group.delimiter(), put_in(group.stream(), parts)).into();
    }
    token.set_span(Span::mixed_site());
    token.into()
}

/// The same tokens, all at one place.
pub(crate) fn at(span: Span, tokens: TokenStream) -> TokenStream {
    let moved = |mut token| {
        if let TokenTree::Group(group) = &token {
            token = Group::new(group.delimiter(), at(span, group.stream())).into();
        }
        token.set_span(span);
        token
    };
    tokens.into_iter().map(moved).collect()
}
