//! Functions that are not futures, outside `#[track_caller]`.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{ReturnType, Signature, Type};

use super::arguments::Arguments;
use super::{braces, enter, inferable, is_complete, private, tail};
use crate::model::Instrumented;

// Input:  fn f() -> R { body }
// Output: let guard = Guard::enter(..); let value: R = { body }; guard.finish_ok(); value
/// A body that never ends is nothing to warn about: what follows it is ours.
pub(super) fn in_place(call: &Instrumented<'_>) -> TokenStream {
    let guard = enter::guard(call);
    let body = tail(&call.function.body);
    if let ReturnType::Type(_, output) = &call.function.signature.output
        && matches!(**output, Type::Never(_))
    {
        return ours!(let __obs_guard = #guard; #body);
    }
    if leaves_early(call.function.body.stream()) {
        return ours!(let __obs_guard = #guard.watched(); #body);
    }
    let body = if body.is_empty() { call.function.body.to_token_stream() } else { body };
    let ty = match &call.function.signature.output {
        ReturnType::Type(_, output) if is_complete(output) => ours!(: #output),
        _ => TokenStream::new(),
    };
    ours! {
        let __obs_guard = #guard;
        let __obs_value #ty = #body;
        #[allow(unreachable_code)]
        __obs_guard.finish_ok();
        __obs_value
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
        let tail = tail(body);
        braces(ours!(#uses #tail), body.span())
    };
    let finish = enter::finish(call, &ours!(__obs_guard), &ours!(__obs_value));
    ours! {
        let __obs_guard = #guard;
        let __obs_value = #private::call_with(#values, move |#parameter| -> #output #body);
        #finish
    }
}
