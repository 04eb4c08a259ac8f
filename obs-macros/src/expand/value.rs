//! Functions that are not futures, outside `#[track_caller]`.

use proc_macro2::TokenStream;
use syn::{Signature, Type};

use super::arguments::Arguments;
use super::{braces, enter, inferable, private, tail};
use crate::model::Instrumented;

// Input:  fn f() { body }
// Output: let guard = Guard::enter(..); { body }
pub(super) fn in_place(call: &Instrumented<'_>) -> TokenStream {
    let guard = enter::guard(call);
    let body = tail(&call.function.body);
    ours!(let __obs_guard = #guard; #body)
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
