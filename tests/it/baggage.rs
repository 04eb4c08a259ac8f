//! The baggage that becomes fields: what the builder names, where a trace begins in this process, and nothing else.

use obs::{Baggage, Context, FutureExt as _, SpanId, TraceId, TraceState, Value, traced};

use crate::spans::span;
use crate::support::Kept;

#[traced(fields(own = 1))]
fn first() {
    inner();
}

#[traced]
fn inner() {}

#[traced(parent = context)]
fn under(context: &Context) {
    inner();
}

#[traced(root)]
fn begins() {}

#[traced]
async fn awaited() {}

fn carried() -> Baggage {
    let mut baggage = Baggage::default();
    baggage.set("obs.chain", "c-7");
    baggage.set("tenant", "ada & sons");
    baggage.set("card", "4111");
    baggage
}

fn remote() -> Context {
    let (trace, span) = (TraceId::new(7).expect("not zero"), SpanId::new(8).expect("not zero"));
    Context::remote(trace, span, 1, TraceState::EMPTY).with_baggage(carried())
}

fn named() -> Kept {
    Kept::with(obs::builder().baggage_fields(["obs.chain", "tenant", "absent"]))
}

/// What the builder names, as it is in the baggage.
fn copied() -> [(&'static str, Value); 2] {
    [("obs.chain", Value::Str("c-7".into())), ("tenant", Value::Str("ada & sons".into()))]
}

#[test]
fn nothing_is_copied_unless_it_is_named() {
    let kept = Kept::start();
    {
        let _scope = remote().attach();
        first();
    }
    {
        let _scope = Context::NONE.with_baggage(carried()).attach();
        first();
        begins();
    }
    under(&remote());
    for span in kept.spans("") {
        let keys: Vec<_> = span.fields().iter().map(|(key, _)| *key).collect();
        assert!(keys.is_empty() || keys == ["own"], "{}: {keys:?}", span.name());
    }
    assert_eq!(kept.spans("baggage::first").len(), 2);
}

#[test]
fn the_first_span_under_another_process_has_what_is_named() {
    let kept = named();
    {
        let _scope = remote().attach();
        first();
    }
    let first = span(&kept, "baggage::first");
    assert!(first.has_remote_parent());
    assert_eq!(first.fields()[0], ("own", Value::I64(1)));
    assert_eq!(first.fields()[1..], copied());
    assert_eq!(span(&kept, "baggage::inner").fields(), [], "it is found by its trace");
}

#[test]
fn a_trace_that_begins_here_has_what_is_named() {
    let kept = named();
    first();
    assert_eq!(span(&kept, "baggage::first").fields(), [("own", Value::I64(1))], "there is no baggage");
    let _scope = Context::NONE.with_baggage(carried()).attach();
    first();
    assert_eq!(kept.spans("baggage::first")[1].fields()[1..], copied());
    begins();
    assert_eq!(span(&kept, "baggage::begins").fields(), copied());
}

#[test]
fn a_named_parent_brings_its_own_baggage() {
    let kept = named();
    under(&remote());
    // Not that of the thread, which belongs to another request.
    let _scope = Context::NONE.with_baggage(carried()).attach();
    let (trace, id) = (TraceId::new(9).expect("not zero"), SpanId::new(10).expect("not zero"));
    under(&Context::remote(trace, id, 1, TraceState::EMPTY));
    let spans = kept.spans("baggage::under");
    assert_eq!(spans[0].fields(), copied());
    assert_eq!(spans[1].fields(), []);
}

#[test]
fn a_future_has_that_of_its_context() {
    let kept = named();
    let future = awaited().in_context(remote());
    let mut task = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(std::pin::pin!(future).poll(&mut task).is_ready());
    assert_eq!(span(&kept, "baggage::awaited").fields(), copied());
}

#[test]
fn what_is_not_recorded_has_none() {
    let kept = named();
    let late = || obs::snapshot().health().notes_late;
    let before = late();
    let (trace, id) = (TraceId::new(7).expect("not zero"), SpanId::new(8).expect("not zero"));
    let dropped = Context::remote(trace, id, 0, TraceState::EMPTY).with_baggage(carried());
    let _scope = dropped.attach();
    first();
    assert_eq!(kept.spans("").len(), 0);
    assert_eq!(late(), before);
}
