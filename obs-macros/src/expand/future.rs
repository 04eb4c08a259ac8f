//! Functions whose value is a future.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::{ReturnType, Signature, Type};

use super::arguments::captured;
use super::{braces, enter, inferable, is_complete, labelled, private};
use crate::model::Instrumented;
use crate::model::form::{PinnedTail, future_output};
use crate::parse::entry::span_of;

// Input:  async fn f() -> R { body }
// Output: let task = Task::new(..);
//         task.drive::<R, _, _>(async move { <R> { body } }, |task, value| { finish!(task, value) }).await
pub(super) fn of_async_fn(call: &Instrumented<'_>, signature: &mut Signature) -> TokenStream {
    let task = enter::task(call);
    if is_never(&call.function.signature.output) {
        let (private, body) = (private(call), &call.function.body);
        return ours!(let __obs_task = #task; let _ = __obs_task.run(async move #body).await; #private::never());
    }
    let captured = captured(call, signature);
    let typed = match &call.function.signature.output {
        ReturnType::Default => return_edge(&ours!(()), Span::mixed_site(), &captured),
        ReturnType::Type(_, output) => edge_of(output, &captured),
    };
    let body = &call.function.body;
    let body = if typed.is_empty() {
        body.clone()
    } else {
        let (body, span) = (labelled(body), body.span());
        braces(ours!(#typed #body), span)
    };
    let item = match &call.function.signature.output {
        ReturnType::Default => ours!(()),
        ReturnType::Type(_, output) if is_complete(output) => ours!(#output),
        ReturnType::Type(..) => ours!(_),
    };
    let drive = drive(call, &item);
    ours! {
        let __obs_task = #task;
        let __obs_future = async move #body;
        #drive.await
    }
}

// Input:  fn f() -> impl Future<Output = T> { body }
// Output: let task = Task::new(..);
//         let future = future::<T, _>(move || { body });
//         task.drive::<T, _, _>(future, |task, value| { finish!(task, value) })
pub(super) fn of_impl_future(call: &Instrumented<'_>, output: &Type) -> TokenStream {
    let private = private(call);
    let task = enter::task(call);
    let body = &call.function.body;
    let item = future_output(output).map(inferable).map_or_else(|| ours!(_), |item| ours!(#item));
    let drive = drive(call, &item);
    ours! {
        let __obs_task = #task;
        let __obs_future = #private::future::<#item, _>(move || #body);
        #drive
    }
}

// Input:  fn f() -> Pin<Box<dyn Future<Output = T>>> { statements; Box::pin(future) }
// Output: let task = Task::new(..);
//         let future = { statements; future };
//         Box::pin(task.drive::<T, _, _>(future, |task, value| { finish!(task, value) }))
pub(super) fn of_box_pin(call: &Instrumented<'_>, output: &Type, tail: &PinnedTail) -> TokenStream {
    let PinnedTail { statements, future, pin, boxed } = tail;
    let task = enter::task(call);
    let drive = drive(call, &output_of(output));
    ours! {
        let __obs_task = #task;
        let __obs_future = { #statements #future };
        #pin(#drive)#boxed
    }
}

// Input:  fn f() -> Pin<Box<dyn Future<Output = T>>> { body }
// Output: let task = Task::new(..);
//         let future = call(move || -> Pin<..> { body });
//         Box::pin(task.drive::<T, _, _>(future, |task, value| { finish!(task, value) }))
/// A box more than without us: what the body makes is already one.
pub(super) fn of_boxed(call: &Instrumented<'_>, output: &Type) -> TokenStream {
    let private = private(call);
    let task = enter::task(call);
    let body = &call.function.body;
    let drive = drive(call, &output_of(output));
    let output = inferable(output);
    ours! {
        let __obs_task = #task;
        let __obs_future = #private::call(move || -> #output #body);
        #private::Box::pin(#drive)
    }
}

// Output: task.drive::<T, _, _>(future, |task, value| { finish!(task, value) })
fn drive(call: &Instrumented<'_>, item: &TokenStream) -> TokenStream {
    let finish = enter::finish(call, &ours!(__obs_task), &ours!(__obs_value));
    ours!(__obs_task.drive::<#item, _, _>(__obs_future, |__obs_task, __obs_value| { #finish }))
}

/// A future without a value: nothing is looked at after it.
const fn is_never(output: &ReturnType) -> bool {
    matches!(output, ReturnType::Type(_, ty) if matches!(**ty, Type::Never(_)))
}

fn edge_of(output: &Type, captured: &TokenStream) -> TokenStream {
    if is_complete(output) { return_edge(&ours!(#output), span_of(output), captured) } else { TokenStream::new() }
}

// Input:  Pin<Box<dyn Future<Output = T>>>
// Output: <Pin<Box<dyn Future<Output = T>>> as Future>::Output
fn output_of(future: &Type) -> TokenStream {
    if is_complete(future) { ours!(<#future as ::core::future::Future>::Output) } else { ours!(_) }
}

// Input:  R
// Output: if let Some(value) = None::<R> { return value; }
/// Never taken: it tells the compiler the type of an async block, which cannot be written down. It stands where the
/// user wrote the type, for messages about it.
fn return_edge(ty: &TokenStream, at: Span, captured: &TokenStream) -> TokenStream {
    quote_spanned! {Span::mixed_site().located_at(at)=>
        if let ::core::option::Option::Some(__obs_never) = ::core::option::Option::<#ty>::None {
            #captured
            return __obs_never;
        }
    }
}
