//! What every form begins and ends with.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::ReturnType;

use super::callsite::callsite;
use super::{borrowed, elsewhere, private};
use crate::model::{Field, Instrumented, Show, Shown};
use crate::parse::Sigil;

// Output: ::obs::__private::Guard::<::obs::__private::Time>::enter(callsite, labels, fields)
pub(super) fn guard(call: &Instrumented<'_>) -> TokenStream {
    let (private, mode, arguments) = (private(call), mode(call), arguments(call));
    let enter = if call.start().is_some() { ours!(enter_at) } else { ours!(enter) };
    ours!(#private::Guard::<#private::#mode>::#enter(#arguments))
}

// Output: ::obs::__private::Task::<::obs::__private::Time>::new(callsite, labels, fields)
pub(super) fn task(call: &Instrumented<'_>) -> TokenStream {
    let (private, mode, arguments) = (private(call), mode(call), arguments(call));
    let new = if call.start().is_some() { ours!(new_at) } else { ours!(new) };
    ours!(#private::Task::<#private::#mode>::#new(#arguments))
}

// Output: callsite, labels, fields, || Start::ROOT
fn arguments(call: &Instrumented<'_>) -> TokenStream {
    let (callsite, labels, fields) = (callsite(call), labels(call), fields(call));
    let start = call.start().map(|start| {
        let start = super::start::start(call, start);
        ours!(, || #start)
    });
    ours!(#callsite, #labels, #fields #start)
}

// Output: ::obs::__private::probe::is_result(&value); ::obs::__private::finish!(guard, value, err: display)
pub(super) fn finish(call: &Instrumented<'_>, guard: &TokenStream, value: &TokenStream) -> TokenStream {
    let private = private(call);
    let ret = call.ret().map(show).map(|show| ours!(, ret: #show));
    let err = call.err().map(show).map(|show| ours!(, err: #show));
    let check = call.err().filter(|_| call.needs_result).map(|shown| {
        let value = located_at(value, shown.at);
        quote_spanned!(elsewhere(shown.at)=> #private::probe::is_result(&(#value));)
    });
    // A function without a value ends in a statement.
    let end = match &call.function.signature.output {
        ReturnType::Default => Some(ours!(;)),
        ReturnType::Type(..) => None,
    };
    ours!(#check #private::finish!(#guard, #value #ret #err) #end)
}

/// The most that any of the attributes asks of a guard.
fn mode(call: &Instrumented<'_>) -> TokenStream {
    if call.traced.is_some() {
        ours!(Trace)
    } else if call.is_timed() {
        ours!(Time)
    } else {
        ours!(Count)
    }
}

// Input:  labels(method = m)
// Output: WithLabels(|labels: &mut Labels| { labels.add(&(m)); })
fn labels(call: &Instrumented<'_>) -> TokenStream {
    let private = private(call);
    if call.labels().is_empty() {
        return ours!(#private::NoLabels);
    }
    let values = call.labels().iter().map(|label| borrowed(&label.value));
    ours!(#private::WithLabels(|labels: &mut #private::Labels| { #(labels.add(#values);)* }))
}

// Input:  fields(user = ?user, cart)
// Output: WithFields(|fields: &mut Fields| { fields.debug("user", &(user)); fields.value("cart", &(cart)); })
fn fields(call: &Instrumented<'_>) -> TokenStream {
    let private = private(call);
    if call.fields().is_empty() {
        return ours!(#private::NoFields);
    }
    let fields = call.fields().iter().map(field);
    ours!(#private::WithFields(|fields: &mut #private::Fields| { #(#fields)* }))
}

fn field(field: &Field) -> TokenStream {
    let Field { key, value, sigil } = field;
    let value = borrowed(value);
    match sigil {
        Sigil::None => ours!(fields.value(#key, #value);),
        Sigil::Display => ours!(fields.display(#key, #value);),
        Sigil::Debug => ours!(fields.debug(#key, #value);),
    }
}

/// Tokens of ours that a message about them is to show elsewhere.
fn located_at(tokens: &TokenStream, at: Span) -> TokenStream {
    let moved = tokens.clone().into_iter().map(|mut token| {
        token.set_span(token.span().located_at(at));
        token
    });
    moved.collect()
}

/// At the user's token, so that a missing `Debug` is reported there.
fn show(shown: Shown) -> Ident {
    let name = match shown.show {
        Show::Debug => "debug",
        Show::Display => "display",
    };
    Ident::new(name, Span::mixed_site().located_at(shown.at))
}
