//! Functions that are not futures, outside `#[track_caller]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Signature, Type};

use super::arguments::rebind;
use super::{braces, enter, inferable, private};
use crate::model::Instrumented;

// Input:  fn f() { body }
// Output: let guard = Guard::enter(..); { body }
pub(super) fn in_place(call: &Instrumented<'_>) -> TokenStream {
    let guard = enter::guard(call);
    let body = &call.function.body;
    ours!(let __obs_guard = #guard; #body)
}

// Input:  fn f(mut a: A) -> R { body }
// Output: let guard = Guard::enter(..);
//         let value = call(move || -> R { let mut a = a; let value: R = { body }; value });
//         finish!(guard, value)
/// The arguments move into the closure and are bound there again, so that they are dropped in the same order as
/// without us, and warned about in the same places. The value is bound, so that temporaries of the tail are
/// dropped before the arguments.
pub(super) fn through_closure(call: &Instrumented<'_>, output: &Type, signature: &mut Signature) -> TokenStream {
    let private = private(call);
    let guard = enter::guard(call);
    let output = inferable(output);
    let arguments = rebind(call, signature);
    let body = &call.function.body;
    let closure = braces(ours!(#arguments let __obs_value: #output = #body; __obs_value), body.span());
    let finish = enter::finish(call, &ours!(__obs_guard), &ours!(__obs_value));
    let called = quote!(#private::call(move || -> #output #closure));
    ours!(let __obs_guard = #guard; let __obs_value = #called; #finish)
}
