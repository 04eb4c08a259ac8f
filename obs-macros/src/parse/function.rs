//! A function: its signature is parsed, its body stays as it was written.

use proc_macro2::{Group, Ident, TokenStream};
use syn::parse::{ParseStream, Parser};
use syn::{Signature, Token, Visibility};

use super::attribute::Attribute;
use super::item::inner_attributes;
use crate::errors::Errors;

/// A function with a body.
pub(crate) struct Function {
    /// The attributes that are not ours, in order.
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    /// `default`, of specialisation.
    pub(crate) default: Option<Ident>,
    pub(crate) signature: Signature,
    /// `#![..]` at the start of the body.
    pub(crate) inner: TokenStream,
    /// The rest of the body, in braces with the span of the user's.
    pub(crate) body: Group,
}

impl Function {
    /// Nothing where the signature is none, which is noted.
    pub(crate) fn read(attributes: Vec<Attribute>, head: TokenStream, body: &Group, errors: &Errors) -> Option<Self> {
        let head = Parser::parse2(head_of_function, head).map_err(|error| errors.push(error));
        let (visibility, default, signature) = head.ok()?;
        let (inner, rest) = inner_attributes(body.stream());
        let mut kept = Group::new(body.delimiter(), rest);
        kept.set_span(body.span());
        Some(Self { attributes, visibility, default, signature, inner, body: kept })
    }

    /// The lines of the doc comment.
    pub(crate) fn doc(&self) -> String {
        let lines: Vec<String> = self.attributes.iter().filter_map(Attribute::doc).collect();
        lines.join("\n")
    }

    pub(crate) fn has_attribute(&self, name: &str) -> bool {
        self.attributes.iter().any(|attribute| attribute.is(name))
    }
}

fn head_of_function(input: ParseStream<'_>) -> syn::Result<(Visibility, Option<Ident>, Signature)> {
    let visibility = input.parse()?;
    let is_default = input.peek(Token![default]);
    let default = is_default.then(|| input.call(<Ident as syn::ext::IdentExt>::parse_any)).transpose()?;
    Ok((visibility, default, input.parse()?))
}
