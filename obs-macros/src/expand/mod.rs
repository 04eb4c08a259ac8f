//! From the model to tokens. Nothing here can fail.
//!
//! Our tokens have [`Span::mixed_site`](proc_macro2::Span::mixed_site), so that no name of the user's can meet one of
//! ours; the user's tokens keep their spans. Braces around a body have the span of the user's, which is what line
//! coverage and the edition's rules for temporaries go by.

/// Quotes tokens of ours.
macro_rules! ours {
    ($($tokens:tt)*) => { quote::quote_spanned!(proc_macro2::Span::mixed_site()=> $($tokens)*) };
}

mod arguments;
mod budget;
mod caller;
mod callsite;
mod enter;
mod future;
mod start;
mod test;
mod value;

pub(crate) use test::test;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};

use crate::model::{Form, Instrumented};
use crate::parse::Function;
use crate::parse::entry::span_of;

// Input:  #[inline] pub fn f(a: u8) -> u8 { body }
// Output: #[inline] pub fn f(a: u8) -> u8 { <instrumented body> }
/// The whole function.
pub(crate) fn instrumented(call: &Instrumented<'_>) -> TokenStream {
    let Function { attributes, visibility, default, signature, inner, body } = &call.function;
    let mut signature = signature.clone();
    let instrumented = match &call.form {
        Form::InPlace => value::in_place(call),
        Form::Value(output) => value::through_closure(call, output, &mut signature),
        Form::InPlaceValue(output, block) => caller::in_place_value(call, output, block),
        Form::Async => future::of_async_fn(call, &mut signature),
        Form::ImplFuture(output) => future::of_impl_future(call, output),
        Form::BoxPin { output, tail } => future::of_box_pin(call, output, tail),
        Form::Boxed(output) => future::of_boxed(call, output),
    };
    let taken = call.taken.iter().map(taken);
    let body = braces(quote!(#inner #(#taken)* #instrumented), body.span());
    quote!(#(#attributes)* #visibility #default #signature #body)
}

// Input:  obs::counted
// Output: #[obs::counted(__taken)] const _: () = ();
/// An attribute that was taken along never gets resolved; without this its import would be unused. It comes back as
/// nothing: see [`is_taken`]. An `use obs::counted as _` would do, but not where `unused_imports` is forbidden.
pub(crate) fn taken(path: &TokenStream) -> TokenStream {
    let word = Ident::new(TAKEN, Span::mixed_site());
    ours!(#[#path(#word)] const _: () = ();)
}

/// Whether these are the arguments of what [`taken`] made.
pub(crate) fn is_taken(args: &TokenStream) -> bool {
    let mut args = args.clone().into_iter();
    matches!((args.next(), args.next()), (Some(TokenTree::Ident(word)), None) if word == TAKEN)
}

const TAKEN: &str = "__taken";

// Input:  { body }
// Output: '__obs_body: { body }
/// The body inside a block of ours, in its own braces. With a label rustc never finds them unnecessary; no token has to be
/// looked at to know where a statement ends; and items of the user's stay first in their block.
fn labelled(body: &Group) -> TokenStream {
    ours!('__obs_body: #body)
}

/// `{ tokens }`, with braces at `span`.
fn braces(tokens: TokenStream, span: Span) -> Group {
    let mut group = Group::new(Delimiter::Brace, tokens);
    group.set_span(span);
    group
}

/// The hidden module of the facade.
fn private(call: &Instrumented<'_>) -> TokenStream {
    let krate = &call.krate;
    ours!(#krate::__private)
}

/// A name of ours.
fn ident(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// At the user's expression, so that a type that cannot be recorded is reported there.
fn borrowed(value: &TokenStream) -> TokenStream {
    quote_spanned!(elsewhere(span_of(value))=> &(#value))
}

/// For tokens of ours that a message about them is to show in the attribute. Not `mixed_site`: line coverage counts what
/// has the context of the code around it, and an attribute is no line of the function's.
fn elsewhere(at: Span) -> Span {
    Span::call_site().located_at(at)
}

/// A type as it can be written inside the body.
fn inferable(ty: &syn::Type) -> syn::Type {
    let mut ty = ty.clone();
    syn::visit_mut::VisitMut::visit_type_mut(&mut Inferred, &mut ty);
    ty
}

/// Whether the type says all of itself.
fn is_complete(ty: &syn::Type) -> bool {
    ty.to_token_stream().to_string() == inferable(ty).to_token_stream().to_string()
}

struct Inferred;

impl syn::visit_mut::VisitMut for Inferred {
    // Input:  Result<impl Iterator, Error>
    // Output: Result<_, Error>
    fn visit_type_mut(&mut self, ty: &mut syn::Type) {
        if matches!(ty, syn::Type::ImplTrait(_)) {
            *ty = syn::parse_quote_spanned!(Span::mixed_site()=> _);
        } else {
            syn::visit_mut::visit_type_mut(self, ty);
        }
    }
}
