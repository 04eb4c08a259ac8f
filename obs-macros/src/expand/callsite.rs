//! The static that knows the function.

use proc_macro2::TokenStream;
use quote::quote_spanned;

use super::budget::{budget, with_callees};
use super::{ident, private};
use crate::model::Instrumented;

// Input:  #[counted] fn f() {}
// Output: ::obs::__private::callsite! { module: ::core::module_path!(), .., counted: true, }
pub(super) fn callsite(call: &Instrumented<'_>) -> TokenStream {
    let private = private(call);
    let parts = [name(call), location(call), doc(call), traced(call), timed(call), counted(call), budget(call)];
    let is_async = call.form.is_async().then(|| ours!(is_async: true,));
    with_callees(call, ours!(#private::callsite! { #(#parts)* #is_async }))
}

// Output: name: ::obs::__private::Name::Given("checkout"),
fn name(call: &Instrumented<'_>) -> TokenStream {
    let private = private(call);
    call.name.as_ref().map(|name| ours!(name: #private::Name::Given(#name),)).unwrap_or_default()
}

// Output: module: ::core::module_path!(), file: ::core::file!(), line: ::core::line!(), column: ::core::column!(),
/// These tokens have the place and the context of the function's name: `line!()` says where the outermost
/// expansion stands, and that would be the attribute.
fn location(call: &Instrumented<'_>) -> TokenStream {
    let here = call.function.signature.ident.span();
    let at = quote_spanned! {here=>
        module: ::core::module_path!(), file: ::core::file!(), line: ::core::line!(), column: ::core::column!(),
    };
    at
}

// Input:  /// Adds.
// Output: doc: "Adds.",
fn doc(call: &Instrumented<'_>) -> TokenStream {
    let text = call.function.doc();
    if text.is_empty() { TokenStream::new() } else { ours!(doc: #text,) }
}

// Input:  #[traced(level = debug, kind = server, sample = 0.5)]
// Output: traced: true, level: ::obs::__private::Level::Debug, kind: .., trace_ratio: 0.5,
fn traced(call: &Instrumented<'_>) -> TokenStream {
    let Some(traced) = call.traced else { return TokenStream::new() };
    let private = private(call);
    let level = traced.level.map(|level| {
        let level = ident(level);
        ours!(level: #private::Level::#level,)
    });
    let kind = traced.kind.map(|kind| {
        let kind = ident(kind);
        ours!(kind: #private::SpanKind::#kind,)
    });
    let ratio = traced.ratio.map(|ratio| ours!(trace_ratio: #ratio,));
    ours!(traced: true, #level #kind #ratio)
}

// Input:  #[profiled(cpu, alloc, sample = 16)]
// Output: timed: true, cpu: true, alloc: true, time_one_in: 16u32,
fn timed(call: &Instrumented<'_>) -> TokenStream {
    if !call.is_timed() {
        return TokenStream::new();
    }
    let profiled = call.profiled.map(|profiled| {
        let cpu = profiled.cpu.then(|| ours!(cpu: true,));
        let alloc = profiled.alloc.then(|| ours!(alloc: true,));
        let one_in = profiled.one_in.map(|n| ours!(time_one_in: #n,));
        ours!(#cpu #alloc #one_in)
    });
    ours!(timed: true, #profiled)
}

// Input:  #[counted(in_flight, labels(method = m))]
// Output: counted: true, in_flight: true, labels: &["method"],
fn counted(call: &Instrumented<'_>) -> TokenStream {
    let Some(counted) = call.counted else { return TokenStream::new() };
    let in_flight = counted.in_flight.then(|| ours!(in_flight: true,));
    let keys = counted.labels.iter().map(|label| &label.key);
    let labels = (!counted.labels.is_empty()).then(|| ours!(labels: &[#(#keys),*],));
    ours!(counted: true, #in_flight #labels)
}
