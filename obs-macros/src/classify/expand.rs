//! From the model to tokens. Nothing here can fail.
//!
//! Our tokens have [`Span::mixed_site`](crate::tokens::Span::mixed_site), the user's keep their spans.

use super::class::{Class, Name};
use super::generics::{Generics, by_commas, mentions};
use super::model::{Body, Case, Classified};
use super::parse::Form;
use crate::tokens::{Ident, Literal, Span, TokenStream, TokenTree, fill};

// Input:  #[class(transient)] struct Timeout;
// Output: impl ::obs::__private::Classify for Timeout { fn class(&self) -> ::obs::__private::ErrorClass { .. } }
pub(super) fn classified(item: &Classified) -> TokenStream {
    let krate = item.krate.clone().unwrap_or_else(|| fill("::obs", &[]));
    let private = fill("#krate::__private", &[("krate", krate)]);
    let body = match &item.body {
        Body::Struct(case) => of_struct(case, &private),
        Body::Enum(cases) => of_enum(cases, &private),
    };
    let Generics { parameters, .. } = &item.generics;
    let parts = [
        ("declared", listed(parameters.iter().map(|parameter| &*parameter.declared))),
        ("names", listed(parameters.iter().map(|parameter| &*parameter.name))),
        ("name", one(&item.name)),
        ("bounds", bounds(item, &private)),
        ("body", body),
        ("private", private),
    ];
    let template = "#[automatically_derived]
        impl<#declared> #private::Classify for #name<#names> where #bounds {
            fn class(&self) -> #private::ErrorClass { #body }
        }";
    fill(template, &parts)
}

// Input:  where T: Debug, and `#[class(inner)] Own(T)`
// Output: T: Debug, T: ::obs::__private::Classify,
fn bounds(item: &Classified, private: &TokenStream) -> TokenStream {
    let inner =
        item.cases().iter().filter(|case| matches!(case.class, Class::Inner)).flat_map(|case| &case.fields.list);
    // A type without parameters needs no bound, and one that holds itself would ask for its own without end.
    let is_itself = |ty: &[TokenTree]| mentions(ty, "Self") || mentions(ty, &item.name.to_string());
    let generic = inner.map(|field| &*field.ty).filter(|ty| item.generics.are_in(ty) && !is_itself(ty));
    let is_classified = |ty: &[TokenTree]| {
        fill("#ty: #private::Classify,", &[("ty", ty.iter().cloned().collect()), ("private", private.clone())])
    };
    let own = listed(by_commas(&item.generics.bounds));
    std::iter::once(own).chain(generic.map(is_classified)).collect()
}

// Input:  #[class(inner)] struct Wrapped(Db);
// Output: <Db as ::obs::__private::Classify>::class(&self.0)
fn of_struct(case: &Case, private: &TokenStream) -> TokenStream {
    let field = match case.fields.list.first() {
        Some(field) => field.name.clone().unwrap_or_else(|| Literal::usize_unsuffixed(0).into()),
        None => return class(case, TokenStream::new(), private),
    };
    class(case, fill("&self.#field", &[("field", field.into())]), private)
}

// Input:  #[class(inner)] Db { cause: Error }, #[class(data)] Row(u32)
// Output: match self { Self::Db { cause: inner } => .., Self::Row(..) => .., }
fn of_enum(cases: &[Case], private: &TokenStream) -> TokenStream {
    if cases.is_empty() {
        return fill("match *self {}", &[]);
    }
    let arm = |case: &Case| {
        let class = class(case, fill("inner", &[]), private);
        fill("Self::#pattern => #class,", &[("pattern", pattern(case)), ("class", class)])
    };
    fill("match self { #arms }", &[("arms", cases.iter().map(arm).collect())])
}

fn pattern(case: &Case) -> TokenStream {
    let mut name = case.name.clone();
    // Of the derive: that a variant is deprecated is no news here.
    name.set_span(Span::mixed_site().located_at(name.span()));
    let field = case.fields.list.first().and_then(|field| field.name.clone());
    let fields = match (case.fields.form, &case.class, field) {
        (Form::Unit, ..) => TokenStream::new(),
        (Form::Tuple, Class::Inner, _) => fill("(inner)", &[]),
        (Form::Tuple, ..) => fill("(..)", &[]),
        (Form::Named, Class::Inner, Some(field)) => fill("{ #field: inner }", &[("field", field.into())]),
        (Form::Named, ..) => fill("{ .. }", &[]),
    };
    [one(&name), fields].into_iter().collect()
}

/// The class as an expression; `inner` is one, too, of a reference to the field.
fn class(case: &Case, inner: TokenStream, private: &TokenStream) -> TokenStream {
    let private = [("private", private.clone())];
    let (name, retryable, severity) = match &case.class {
        Class::Inner => {
            let ty = case.fields.list.iter().flat_map(|field| field.ty.iter().cloned()).collect();
            let [private] = private;
            return fill("<#ty as #private::Classify>::class(#inner)", &[("ty", ty), private, ("inner", inner)]);
        }
        Class::Is { name, retryable, severity } => (name, retryable, severity),
    };
    let mut class = match name {
        Name::Ours(constant) => fill(&format!("#private::ErrorClass::{constant}"), &private),
        Name::Own(text) => fill(&format!("#private::ErrorClass::new({text})"), &private),
    };
    if let Some(retryable) = retryable {
        class.extend(fill(&format!(".retryable({retryable})"), &[]));
    }
    if let Some(severity) = severity {
        class.extend(fill(&format!(".severity(#private::Severity::{severity})"), &private));
    }
    class
}

fn one(name: &Ident) -> TokenStream {
    TokenTree::Ident(name.clone()).into()
}

/// Each followed by a comma.
fn listed<'a>(parts: impl Iterator<Item = &'a [TokenTree]>) -> TokenStream {
    parts.flat_map(|part| [part.iter().cloned().collect(), fill(",", &[])]).collect()
}
