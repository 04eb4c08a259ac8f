//! `#[obs::test]`: the function's body becomes one of its own, so that it may be run again.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::{braces, ident};
use crate::model::Test;
use crate::parse::Function;

// Input:  #[ignore] fn adds() -> R { body }
// Output: #[::core::prelude::v1::test] #[ignore] fn adds() -> R {
//             fn body() -> R { body }
//             ::obs::testing::__test(&Settings::of(..), body)
//         }
pub(crate) fn test(test: &Test) -> TokenStream {
    let Function { attributes, visibility, default, signature, inner, body } = &test.function;
    let (krate, settings) = (&test.krate, settings(test));
    let (asyncness, output) = (&signature.asyncness, &signature.output);
    let run = ident(if asyncness.is_some() { "__test_async" } else { "__test" });
    let mut outside = signature.clone();
    outside.asyncness = None;
    let inside = ours! {
        #asyncness fn __obs_body() #output #body
        #krate::testing::#run(&#settings, __obs_body)
    };
    let inside = braces(quote!(#inner #inside), body.span());
    let harness = ours!(#[::core::prelude::v1::test]);
    quote!(#harness #(#attributes)* #visibility #default #outside #inside)
}

// Input:  runs = 5, time = cpu
// Output: Settings { runs: Some(5u32), time: Some(Time::Cpu), ..Settings::of("path::adds", file!(), line!()) }
fn settings(test: &Test) -> TokenStream {
    let (krate, name) = (&test.krate, &test.function.signature.ident);
    // These have the place of the function's name: `line!()` would be that of the attribute.
    let here = quote_spanned! {name.span()=>
        ::core::concat!(::core::module_path!(), "::", ::core::stringify!(#name)), ::core::file!(), ::core::line!()
    };
    let runs = test.settings.runs.map(|runs| ours!(runs: ::core::option::Option::Some(#runs),));
    let time = test.settings.time.map(|time| {
        let time = ident(time);
        ours!(time: ::core::option::Option::Some(#krate::testing::Time::#time),)
    });
    let threads = test.settings.threads.map(|threads| ours!(threads: ::core::option::Option::Some(#threads),));
    let of = ours!(#krate::testing::Settings::of(#here));
    if runs.is_none() && time.is_none() && threads.is_none() {
        return of;
    }
    ours!(#krate::testing::Settings { #runs #time #threads ..#of })
}
