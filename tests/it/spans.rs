//! Spans: ids, parents, fields, outcomes; across polls and threads.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use obs::{Outcome, Value, profiled, traced};

use crate::support::{Kept, totals};

/// The one span of a function.
pub(crate) fn span(kept: &Kept, name: &str) -> obs::Span {
    let [span] = <[_; 1]>::try_from(kept.spans(name)).unwrap_or_else(|all| panic!("{} spans of {name}", all.len()));
    span
}

#[traced(fields(n, half = f64::from(n) / 2.0, shown = %n, debugged = ?Some(n), text = "a longer text than fits"))]
fn with_fields(n: u32) -> u32 {
    n + 1
}

#[test]
fn fields_keep_their_types() {
    let kept = Kept::start();
    with_fields(7);
    let span = self::span(&kept, "spans::with_fields");
    let text = |text: &str| Value::Str(text.into());
    assert_eq!(
        span.fields(),
        [
            ("n", Value::U64(7)),
            ("half", Value::F64(3.5)),
            ("shown", text("7")),
            ("debugged", text("Some(7)")),
            ("text", text("a longer text than fits")),
        ]
    );
    assert_eq!((span.outcome(), span.error_type(), span.dropped_fields()), (Outcome::Ok, None, 0));
}

#[traced(fields(ids, names = &names[1..], shares = [0.5, 1.5], flags = vec![true, false], none = [""; 0]))]
fn with_arrays(ids: &[u64], names: &[String]) {}

#[test]
fn arrays_keep_the_types_of_their_elements() {
    let kept = Kept::start();
    let names = ["a", "b", "a longer name than fits"].map(String::from);
    with_arrays(&[7, u64::MAX], &names);
    let span = self::span(&kept, "spans::with_arrays");
    let array = |values: &[Value]| Value::Array(values.into());
    let text = |text: &str| Value::Str(text.into());
    assert_eq!(
        span.fields(),
        [
            ("ids", array(&[Value::U64(7), Value::U64(u64::MAX)])),
            ("names", array(&[text("b"), text("a longer name than fits")])),
            ("shares", array(&[Value::F64(0.5), Value::F64(1.5)])),
            ("flags", array(&[Value::Bool(true), Value::Bool(false)])),
            ("none", array(&[])),
        ]
    );
    with_arrays(&[7; 1000], &names);
    let cut = &kept.spans("spans::with_arrays")[1];
    assert!(matches!(cut.field("ids"), Some(Value::Array(ids)) if ids.len() == 512));
    assert_eq!(cut.dropped_fields(), 1, "what was cut off is counted");
}

#[traced]
fn outer() {
    middle();
    middle();
}

#[traced(kind = client, level = debug, name = "shop.middle")]
fn middle() {
    leaf();
}

#[traced]
fn leaf() {}

#[test]
fn nested_calls_are_parent_and_child_in_one_trace() {
    let kept = Kept::start();
    outer();
    let root = span(&kept, "spans::outer");
    assert_eq!(root.parent(), None);
    let middles = kept.spans("shop.middle");
    assert_eq!(middles.len(), 2);
    for middle in &middles {
        assert_eq!((middle.trace_id(), middle.parent()), (root.trace_id(), Some(root.span_id())));
        assert_eq!((middle.kind(), middle.level()), (obs::SpanKind::Client, obs::Level::Debug));
    }
    let leaves = kept.spans("spans::leaf");
    let parents: Vec<_> = leaves.iter().map(obs::Span::parent).collect();
    assert_eq!(parents, [Some(middles[0].span_id()), Some(middles[1].span_id())]);
}

#[test]
fn two_roots_are_two_traces() {
    let kept = Kept::start();
    leaf();
    leaf();
    let leaves = kept.spans("spans::leaf");
    assert_ne!(leaves[0].trace_id(), leaves[1].trace_id());
    assert!(leaves.iter().all(|leaf| leaf.parent().is_none()));
}

#[traced(err, ret)]
fn parsed(text: &str) -> Result<u8, std::num::ParseIntError> {
    text.parse()
}

#[test]
fn the_error_is_told_only_where_it_is_asked_for() {
    let kept = Kept::start();
    parsed("7").expect("a number");
    parsed("x").expect_err("not a number");
    let spans = kept.spans("spans::parsed");
    assert_eq!(spans[0].field("return"), Some(&Value::Str("Ok(7)".into())));
    assert_eq!((spans[0].message(), spans[0].error_type()), (None, None));
    assert_eq!(spans[1].outcome(), Outcome::Error);
    assert_eq!(spans[1].error_type(), Some("core::num::error::ParseIntError"));
    assert_eq!(spans[1].message(), Some("invalid digit found in string"));
}

#[traced(sample = 0.0)]
fn never_sampled() {
    below_never_sampled();
}

#[traced]
fn below_never_sampled() {}

#[traced]
#[profiled]
fn calls_one_that_is_not_sampled() {
    never_sampled();
}

#[test]
fn what_is_not_sampled_is_counted_but_is_no_span() {
    let kept = Kept::start();
    let before = totals("spans::below_never_sampled").calls();
    never_sampled();
    assert_eq!(totals("spans::below_never_sampled").calls(), before + 1);
    assert!(kept.spans("never_sampled").is_empty(), "a root that is not sampled takes its trace along");
    calls_one_that_is_not_sampled();
    let parent = span(&kept, "spans::calls_one_that_is_not_sampled");
    let below = span(&kept, "spans::below_never_sampled");
    assert_eq!(below.parent(), Some(parent.span_id()), "its children are those of its parent");
    leaf();
    assert_eq!(span(&kept, "spans::leaf").parent(), None, "and nothing of it stays on the thread");
}

/// Ready at the third poll.
struct Thrice(u8);

impl Future for Thrice {
    type Output = ();

    fn poll(mut self: std::pin::Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        self.0 += 1;
        if self.0 < 3 { Poll::Pending } else { Poll::Ready(()) }
    }
}

#[traced]
#[profiled]
async fn waits(clock: &obs::ManualClock) {
    clock.advance(Duration::from_millis(1));
    leaf();
    Thrice(0).await;
    clock.advance(Duration::from_millis(2));
    leaf();
}

#[test]
fn a_future_is_one_span_with_busy_and_idle_time() {
    let kept = Kept::start();
    let clock = obs::ManualClock::new();
    clock.run(|| {
        let mut future = pin!(waits(&clock));
        let mut context = Context::from_waker(Waker::noop());
        while future.as_mut().poll(&mut context).is_pending() {
            leaf();
            clock.advance(Duration::from_millis(10));
        }
    });
    let span = self::span(&kept, "spans::waits");
    assert_eq!(span.duration(), Duration::from_millis(23));
    let polls = span.polls().expect("a future");
    assert_eq!((polls.count, polls.busy, polls.longest), (3, Duration::from_millis(3), Duration::from_millis(2)));
    let parents: Vec<_> = kept.spans("spans::leaf").iter().map(obs::Span::parent).collect();
    let own = Some(span.span_id());
    assert_eq!(parents, [own, None, None, own], "between polls nothing of it is on the thread");
    let polls = totals("spans::waits").polls().expect("a future");
    assert_eq!((polls.count, polls.longest), (3, Duration::from_millis(2)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_future_that_moves_between_threads_stays_one_span() {
    let kept = Kept::start();
    let moved = || async {
        for _ in 0..50 {
            wandering().await;
        }
    };
    let tasks: Vec<_> = (0..4).map(|_| tokio::spawn(moved())).collect();
    for task in tasks {
        task.await.expect("no task panics");
    }
    let roots = kept.spans("spans::wandering");
    let leaves = kept.spans("spans::leaf");
    assert_eq!((roots.len(), leaves.len()), (200, 400));
    for leaf in leaves {
        let root = roots.iter().find(|root| Some(root.span_id()) == leaf.parent()).expect("a parent");
        assert_eq!(root.trace_id(), leaf.trace_id());
        assert!(leaf.start() >= root.start());
        assert!(leaf.start() + leaf.duration() <= root.start() + root.duration());
    }
}

#[traced]
async fn wandering() {
    leaf();
    tokio::task::yield_now().await;
    leaf();
}

#[traced]
async fn never_ready() {
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn a_dropped_future_is_cancelled() {
    let kept = Kept::start();
    let timed_out = tokio::time::timeout(Duration::from_millis(1), never_ready()).await;
    timed_out.expect_err("it is never ready");
    let span = self::span(&kept, "spans::never_ready");
    assert_eq!((span.outcome(), span.error_type()), (Outcome::Cancelled, Some("cancelled")));
    drop(never_ready());
    assert_eq!(kept.spans("spans::never_ready").len(), 1, "a future that was never polled was never called");
}

#[traced]
fn panics() {
    leaf();
    panic!("on purpose");
}

#[test]
fn a_panic_ends_the_span_and_leaves_the_thread_clean() {
    let kept = Kept::start();
    std::panic::catch_unwind(panics).expect_err("it panics");
    leaf();
    let span = self::span(&kept, "spans::panics");
    assert_eq!((span.outcome(), span.error_type()), (Outcome::Panic, Some("panic")));
    let parents: Vec<_> = kept.spans("spans::leaf").iter().map(obs::Span::parent).collect();
    assert_eq!(parents, [Some(span.span_id()), None]);
}

#[traced(level = debug)]
fn detail() {}

#[test]
fn spans_below_the_level_are_not_recorded() {
    let turn = crate::support::turn();
    let memory = obs::exporters::Memory::new();
    let telemetry = obs::builder().level(obs::Level::Info).exporter(memory.clone()).start().expect("one at a time");
    detail();
    leaf();
    telemetry.shutdown(crate::support::LONG);
    drop(turn);
    let names: Vec<_> = memory.spans().iter().map(obs::Span::name).collect();
    assert!(names.contains(&"it::spans::leaf") && !names.contains(&"it::spans::detail"), "{names:?}");
}

#[test]
fn exemplars_name_spans_whose_duration_they_have() {
    #[traced]
    #[profiled]
    fn exemplified() {}

    struct Wants;
    impl obs::Exporter for Wants {
        type Error = std::convert::Infallible;
        fn wants(&self) -> obs::Wants {
            obs::Wants { exemplars: true, ..obs::Wants::SPANS }
        }
        fn export(&mut self, _: &obs::Batch) -> Result<(), Self::Error> {
            Ok(())
        }
    }

    let kept = Kept::with(obs::builder().exporter(Wants));
    (0..100).for_each(|_| exemplified());
    let spans = kept.spans("exemplified");
    let totals = totals("exemplified");
    let exemplars = totals.series()[0].exemplars();
    assert!(!exemplars.is_empty());
    for exemplar in exemplars {
        let span = spans.iter().find(|span| span.span_id() == exemplar.span_id).expect("a span that was recorded");
        assert_eq!((span.trace_id(), span.duration()), (exemplar.trace_id, exemplar.duration));
        assert_eq!(span.start() + span.duration(), exemplar.time);
    }
}
