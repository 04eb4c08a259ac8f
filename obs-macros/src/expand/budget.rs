//! `#[budget(..)]` in the callsite, and the functions whose calls it bounds.

use proc_macro2::TokenStream;

use super::{borrowed, private};
use crate::model::{Callee, Instrumented, Limit, LimitKind, OnExceed};

// Input:  #[budget(ms = 10, on_exceed = warn)]
// Output: budget: Some(Budget { limits: &[Limit { kind: LimitKind::Wall, .. }], on_exceed: OnExceed::Warn }),
pub(super) fn budget(call: &Instrumented<'_>) -> TokenStream {
    let private = private(call);
    let limits: Vec<_> = call.limits().map(|each| limit(&private, each)).collect();
    let Some(budget) = call.budget.filter(|_| !limits.is_empty()) else { return TokenStream::new() };
    let on_exceed = match &budget.on_exceed {
        OnExceed::Count => ours!(Count),
        OnExceed::Warn => ours!(Warn),
        OnExceed::Panic => ours!(Panic),
        OnExceed::Hook(path) => ours!(Hook(#path)),
    };
    ours! {
        budget: ::core::option::Option::Some(
            #private::Budget { limits: &[#(#limits),*], on_exceed: #private::OnExceed::#on_exceed }
        ),
    }
}

// Input:  p99 = "10ms"
// Output: Limit { kind: LimitKind::Quantile("p99"), at_most: 10000000u64, share: 0.99f64 }
fn limit(private: &TokenStream, limit: &Limit) -> TokenStream {
    let Limit { at_most, share, .. } = limit;
    let kind = match &limit.kind {
        LimitKind::Wall => ours!(Wall),
        LimitKind::Quantile(name) => ours!(Quantile(#name)),
        LimitKind::Busy => ours!(Busy),
        LimitKind::Poll => ours!(Poll),
        LimitKind::Cpu => ours!(Cpu),
        LimitKind::Polls => ours!(Polls),
        LimitKind::Allocs => ours!(Allocs),
        LimitKind::Bytes => ours!(Bytes),
        LimitKind::Calls(Callee { text, .. }) => ours!(Calls(#text)),
        LimitKind::Instructions => ours!(Instructions),
    };
    ours!(#private::Limit { kind: #private::LimitKind::#kind, at_most: #at_most, share: #share })
}

// Input:  calls(Self::load = 1, "db::query" = 2)
// Output: with_callees(callsite!{ .. }, || [callee(&(Self::load)), named("db::query")])
/// In the body of the function, where `Self` and generic parameters mean what they mean to the user.
pub(super) fn with_callees(call: &Instrumented<'_>, callsite: TokenStream) -> TokenStream {
    let private = private(call);
    let callees: Vec<_> = call.callees().map(|each| callee(&private, each)).collect();
    if callees.is_empty() {
        return callsite;
    }
    ours!(#private::with_callees(#callsite, || [#(#callees),*]))
}

fn callee(private: &TokenStream, callee: &Callee) -> TokenStream {
    let Callee { text, path } = callee;
    let Some(path) = path else { return ours!(#private::named(#text)) };
    let function = borrowed(&ours!(#path));
    ours!(#private::callee(#function))
}
