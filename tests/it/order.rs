//! Promise: guards may be dropped in any order; no span is lost, none is given another's trace, and what is opened later
//! hangs on what still runs.

use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use obs::{SpanId, TraceId, TraceState, span, traced};

use crate::support::Kept;

#[traced]
fn order_leaf() {}

/// The spans of a test, by name; each that ended must be there.
fn spans(kept: &Kept) -> impl Fn(&str) -> obs::Span {
    let all = kept.spans("");
    move |name| {
        let named: Vec<_> = all.iter().filter(|span| span.name().ends_with(name)).collect();
        assert_eq!(named.len(), 1, "{name}");
        named[0].clone()
    }
}

#[test]
fn a_guard_that_is_replaced_ends_under_the_one_that_replaces_it() {
    let kept = Kept::start();
    let mut step = span!("order.step1");
    let trace = obs::current().trace_id();
    step = span!("order.step2");
    assert_eq!(obs::current().trace_id(), trace);
    order_leaf();
    drop(step);
    assert_eq!(obs::current().span_id(), None, "nothing runs any more");
    drop(span!("order.after"));
    let span = spans(&kept);
    let (step1, step2, leaf, after) = (span("step1"), span("step2"), span("order_leaf"), span("after"));
    assert_eq!(step1.parent(), None);
    assert_eq!(step2.parent(), Some(step1.span_id()), "it began inside");
    assert_eq!(leaf.parent(), Some(step2.span_id()));
    assert!([&step2, &leaf].iter().all(|span| span.trace_id() == step1.trace_id()));
    assert!(after.is_local_root() && after.trace_id() != step1.trace_id());
}

#[test]
fn guards_dropped_in_the_order_they_were_made_leave_the_callers_span_running() {
    #[traced]
    fn order_caller() {
        let spans = vec![span!("order.first"), span!("order.second"), span!("order.third")];
        drop(spans);
        order_leaf();
    }

    let kept = Kept::start();
    order_caller();
    order_caller_is_over();
    let span = spans(&kept);
    let caller = span("order_caller");
    assert_eq!(span("first").parent(), Some(caller.span_id()));
    assert_eq!(span("third").parent(), Some(span("second").span_id()));
    assert_eq!(span("order_leaf").parent(), Some(caller.span_id()), "all three are over");
}

fn order_caller_is_over() {
    assert_eq!(obs::current().trace_id(), None);
}

#[test]
fn plain_futures_that_hold_spans_lose_none() {
    let kept = Kept::start();
    let twice = |name: &'static str| async move {
        let _span = if name == "a" { span!("order.a") } else { span!("order.b") };
        let mut polled = false;
        poll_fn(|_| if std::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending }).await;
    };
    let (mut a, mut b) = (pin!(twice("a")), pin!(twice("b")));
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..2 {
        let _ = a.as_mut().poll(&mut context);
        let _ = b.as_mut().poll(&mut context);
    }
    order_leaf();
    let span = spans(&kept);
    assert_eq!(span("order.b").trace_id(), span("order.a").trace_id(), "one ran inside the other");
    assert!(span("order_leaf").is_local_root());
    assert_ne!(span("order_leaf").trace_id(), span("order.a").trace_id());
}

#[test]
fn contexts_may_be_left_in_any_order() {
    let remote =
        |n: u64| obs::Context::remote(TraceId::new(n.into()).unwrap(), SpanId::new(n).unwrap(), 1, TraceState::EMPTY);
    let trace = || obs::Context::current().trace_id().map(obs::TraceId::get);
    let a = remote(1).attach();
    let b = remote(2).attach();
    let c = remote(3).attach();
    drop(b);
    assert_eq!(trace(), Some(3), "the last one that is attached still is");
    drop(c);
    assert_eq!(trace(), Some(1));
    drop(a);
    assert_eq!(trace(), None);
}

#[test]
fn a_span_that_outlives_the_context_it_began_in_is_recorded_there() {
    let kept = Kept::start();
    let remote = obs::Context::remote(TraceId::new(7).unwrap(), SpanId::new(8).unwrap(), 1, TraceState::EMPTY);
    let scope = remote.attach();
    let outliving = span!("order.outliving");
    drop(scope);
    order_leaf();
    drop(outliving);
    assert_eq!(obs::current().trace_id(), None);
    let span = spans(&kept);
    let outliving = span("outliving");
    assert_eq!((outliving.trace_id().get(), outliving.parent().map(SpanId::get)), (7, Some(8)));
    assert_ne!(span("order_leaf").trace_id(), outliving.trace_id());
}
