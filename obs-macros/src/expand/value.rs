//! Functions that are not futures, outside `#[track_caller]`.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::{ReturnType, Signature, Type};

use super::arguments::Arguments;
use super::{braces, enter, inferable, is_complete, labelled, private};
use crate::model::Instrumented;

// Input:  fn f() -> R { body }
// Output: let guard = Guard::enter(..); let value: R = if true { body } else { absent() }; guard.finish_ok(); value
/// A body that never ends would make what follows it unreachable, and a lint that is forbidden cannot be allowed here:
/// hence the `else`. A body of a type that cannot be written down, `impl Fn(&str)`, stays last in the function: closures
/// learn from there what they take.
pub(super) fn in_place(call: &Instrumented<'_>) -> TokenStream {
    let (private, guard) = (private(call), enter::guard(call));
    let body = &call.function.body;
    let Some(ty) = type_of_value(call) else {
        let labelled = labelled(body);
        return ours!(let __obs_guard = #guard; #labelled);
    };
    if leaves_early(body.stream()) || !is_complete(&ty) {
        let labelled = labelled(body);
        return ours!(let __obs_guard = #guard.watched(); #labelled);
    }
    ours! {
        let __obs_guard = #guard;
        let __obs_value: #ty = if true #body else { #private::absent() };
        __obs_guard.finish_ok();
        __obs_value
    }
}

/// `()` when none is written, nothing when there is no value.
fn type_of_value(call: &Instrumented<'_>) -> Option<Type> {
    match &call.function.signature.output {
        ReturnType::Default => Some(syn::parse_quote_spanned!(Span::mixed_site()=> ())),
        ReturnType::Type(_, output) => (!matches!(**output, Type::Never(_))).then(|| (**output).clone()),
    }
}

/// Whether the body has a `return`, be it in a closure of its own.
fn leaves_early(body: TokenStream) -> bool {
    body.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "return",
        TokenTree::Group(group) => leaves_early(group.stream()),
        _ => false,
    })
}

// Input:  fn f(mut a: A, b: B) -> R { body }
// Output: let guard = Guard::enter(..);
//         let value = call_with((a, b), move |(mut a, b)| -> R { body });
//         finish!(guard, value)
/// The arguments become the closure's, so that they are dropped in the same order as without us, after the
/// temporaries of the body's tail, and warned about in the same places.
pub(super) fn through_closure(call: &Instrumented<'_>, output: &Type, signature: &mut Signature) -> TokenStream {
    let private = private(call);
    let guard = enter::guard(call);
    let output = inferable(output);
    let arguments = Arguments::new(call, signature);
    let (values, parameter, uses) = (arguments.values(), arguments.parameter(), arguments.uses());
    let body = &call.function.body;
    let body = if uses.is_empty() {
        body.clone()
    } else {
        let (body, span) = (labelled(body), body.span());
        braces(ours!(#uses #body), span)
    };
    let finish = enter::finish(call, &ours!(__obs_guard), &ours!(__obs_value));
    ours! {
        let __obs_guard = #guard;
        let __obs_value = #private::call_with(#values, move |#parameter| -> #output #body);
        #finish
    }
}
