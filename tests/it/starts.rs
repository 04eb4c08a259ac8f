//! Spans that begin elsewhere than on the running one: `root`, `parent = ..`, `links = ..`.

use std::cell::Cell;
use std::time::Duration;

use obs::{Context, CurrentSpan, FutureExt as _, Link, Outcome, Span, SpanId, TraceId, TraceState, counted, traced};

use crate::spans::span as one_span;
use crate::support::{Kept, totals};

/// How a body ends.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Well,
    Early,
    Panics,
    Never,
}

fn end(how: End) -> Option<u8> {
    match how {
        End::Well => Some(1),
        End::Early => None,
        End::Panics => panic!("on purpose"),
        End::Never => unreachable!("only futures never end"),
    }
}

async fn end_later(how: End) -> Option<u8> {
    tokio::task::yield_now().await;
    if how == End::Never { std::future::pending().await } else { end(how) }
}

#[traced]
fn inside() {}

#[traced]
fn running<R>(body: impl FnOnce() -> R) -> R {
    let value = body();
    inside();
    value
}

#[traced]
async fn running_async<R>(body: impl Future<Output = R>) -> R {
    let value = body.await;
    inside();
    value
}

#[traced(root)]
fn root(how: End) -> Option<u8> {
    inside();
    end(how)?;
    Some(2)
}

#[traced(root)]
async fn root_async(how: End) -> Option<u8> {
    inside();
    end_later(how).await?;
    Some(2)
}

#[traced(parent = context)]
fn under(context: &Context, how: End) -> Option<u8> {
    inside();
    end(how)?;
    Some(2)
}

#[traced(parent = context)]
async fn under_async(context: Context, how: End) -> Option<u8> {
    inside();
    end_later(how).await?;
    Some(2)
}

#[traced(parent = place)]
fn under_optional(place: Option<&Context>) {}

#[traced(parent = span)]
fn under_current(span: &CurrentSpan) {}

#[traced(parent = context)]
fn under_impl(context: Context) -> impl Future<Output = Option<Context>> {
    async move { Some(context) }
}

#[traced(links = links)]
fn linked(links: Vec<Context>, how: End) -> Option<Vec<Context>> {
    end(how)?;
    Some(links)
}

#[traced(links = links.iter(), root)]
async fn linked_async(links: &[Context], how: End) -> Option<u8> {
    end_later(how).await
}

/// A place in a trace of its own, which has ended.
fn elsewhere() -> Context {
    #[traced(root)]
    fn taken() -> Context {
        Context::current()
    }
    taken()
}

fn parents(spans: &[Span]) -> Vec<Option<SpanId>> {
    spans.iter().map(Span::parent).collect()
}

/// What holds however a call that stands elsewhere ends: it is where it was told to be, with what ran inside it, and
/// the trace around it goes on.
fn stands_apart(kept: &Kept, apart: &str, around: &str, trace: Option<TraceId>, parent: Option<SpanId>) -> Span {
    let (around, apart) = (one_span(kept, around), one_span(kept, apart));
    assert_ne!(around.trace_id(), apart.trace_id());
    assert!(trace.is_none_or(|trace| trace == apart.trace_id()));
    assert_eq!(apart.parent(), parent);
    assert_eq!(apart.is_local_root(), parent.is_none());
    let inside = kept.spans("starts::inside");
    assert_eq!(parents(&inside[..1]), [Some(apart.span_id())], "what runs inside hangs on it");
    assert_eq!(inside[0].trace_id(), apart.trace_id());
    if let Some(after) = inside.get(1) {
        assert_eq!(
            (after.trace_id(), after.parent()),
            (around.trace_id(), Some(around.span_id())),
            "the trace goes on"
        );
    }
    assert_eq!(Context::current().trace_id(), None, "nothing stays on the thread");
    apart
}

#[test]
fn a_root_inside_a_trace_begins_another_and_the_trace_goes_on() {
    for how in [End::Well, End::Early] {
        let kept = Kept::start();
        running(|| root(how));
        let root = stands_apart(&kept, "starts::root", "starts::running", None, None);
        assert_eq!(root.outcome(), Outcome::Ok);
    }
}

#[test]
fn a_root_that_panics_leaves_the_trace_as_it_was() {
    let kept = Kept::start();
    running(|| std::panic::catch_unwind(|| root(End::Panics)).expect_err("it panics"));
    let root = stands_apart(&kept, "starts::root", "starts::running", None, None);
    assert_eq!(root.outcome(), Outcome::Panic);
}

#[test]
fn a_parent_that_is_named_takes_the_place_of_the_running_span() {
    for how in [End::Well, End::Early] {
        let kept = Kept::start();
        let context = elsewhere();
        running(|| under(&context, how));
        stands_apart(&kept, "starts::under", "starts::running", context.trace_id(), context.span_id());
    }
}

#[test]
fn a_call_under_a_named_parent_may_panic() {
    let kept = Kept::start();
    let context = elsewhere();
    running(|| std::panic::catch_unwind(|| under(&context, End::Panics)).expect_err("it panics"));
    let under = stands_apart(&kept, "starts::under", "starts::running", context.trace_id(), context.span_id());
    assert_eq!(under.outcome(), Outcome::Panic);
}

#[tokio::test]
async fn an_async_root_begins_a_trace_and_the_trace_around_it_goes_on() {
    for how in [End::Well, End::Early] {
        let kept = Kept::start();
        running_async(root_async(how)).await;
        stands_apart(&kept, "starts::root_async", "starts::running_async", None, None);
    }
}

#[tokio::test]
async fn an_async_call_under_a_named_parent_may_be_cancelled() {
    let kept = Kept::start();
    let context = elsewhere();
    let never = under_async(context.clone(), End::Never);
    running_async(tokio::time::timeout(Duration::from_millis(1), never)).await.expect_err("it never ends");
    let under =
        stands_apart(&kept, "starts::under_async", "starts::running_async", context.trace_id(), context.span_id());
    assert_eq!(under.outcome(), Outcome::Cancelled);
}

#[tokio::test]
async fn an_async_root_may_be_cancelled() {
    let kept = Kept::start();
    let never = tokio::time::timeout(Duration::from_millis(1), root_async(End::Never));
    running_async(never).await.expect_err("it never ends");
    let root = stands_apart(&kept, "starts::root_async", "starts::running_async", None, None);
    assert_eq!(root.outcome(), Outcome::Cancelled);
}

#[tokio::test]
async fn async_calls_that_stand_elsewhere_may_panic() {
    let kept = Kept::start();
    let context = elsewhere();
    tokio::spawn(running_async(root_async(End::Panics))).await.expect_err("it panics");
    tokio::spawn(running_async(under_async(context.clone(), End::Panics))).await.expect_err("it panics");
    let (root, under) = (one_span(&kept, "starts::root_async"), one_span(&kept, "starts::under_async"));
    assert_eq!((root.outcome(), root.parent()), (Outcome::Panic, None));
    assert_eq!((under.outcome(), under.parent()), (Outcome::Panic, context.span_id()));
    assert_eq!(Context::current().trace_id(), None, "nothing stays on the thread");
}

#[tokio::test]
async fn an_async_call_under_a_named_parent_keeps_it_from_poll_to_poll() {
    let kept = Kept::start();
    let context = elsewhere();
    running_async(under_async(context.clone(), End::Well)).await;
    stands_apart(&kept, "starts::under_async", "starts::running_async", context.trace_id(), context.span_id());
}

#[tokio::test]
async fn whatever_names_a_place_can_be_a_parent() {
    let kept = Kept::start();
    let context = elsewhere();
    under_optional(Some(&context));
    running(|| under_optional(None));
    running(|| under_current(&obs::current()));
    under_impl(context.clone()).await;
    let optional = kept.spans("starts::under_optional");
    assert_eq!(parents(&optional), [context.span_id(), None], "`None` begins a trace");
    let around = kept.spans("starts::running");
    assert_ne!(optional[1].trace_id(), around[0].trace_id());
    assert_eq!(one_span(&kept, "starts::under_current").parent(), Some(around[1].span_id()));
    assert_eq!(one_span(&kept, "starts::under_impl").parent(), context.span_id());
}

#[test]
fn a_parent_of_another_process_is_a_remote_one() {
    let kept = Kept::start();
    let ids = (TraceId::new(7).expect("not zero"), SpanId::new(8).expect("not zero"));
    let remote = |flags| Context::remote(ids.0, ids.1, flags, TraceState::EMPTY);
    running(|| under(&remote(1), End::Well));
    running(|| under(&remote(0), End::Well));
    let under = one_span(&kept, "starts::under");
    assert_eq!((under.trace_id(), under.parent()), (ids.0, Some(ids.1)), "the one that is not sampled is no span");
    assert!(under.has_remote_parent() && under.is_local_root());
}

#[test]
fn under_a_parent_that_is_not_recorded_nothing_is_recorded() {
    #[traced(sample = 0.0)]
    fn dropped() -> Context {
        Context::current()
    }

    let kept = Kept::start();
    let context = dropped();
    assert!(context.trace_id().is_some() && !context.is_sampled());
    let before = totals("starts::under").calls();
    running(|| under(&context, End::Well));
    assert!(kept.spans("starts::under").is_empty());
    assert_eq!(totals("starts::under").calls(), before + 1, "it is counted all the same");
    let around = one_span(&kept, "starts::running");
    assert_eq!(
        parents(&kept.spans("starts::inside")),
        [Some(around.span_id())],
        "what ran inside it is no span either"
    );
}

#[test]
fn a_root_inside_a_trace_that_is_not_recorded_is_recorded() {
    #[traced(sample = 0.0)]
    fn dropped() {
        root(End::Well);
        inside();
    }

    let kept = Kept::start();
    dropped();
    let root = one_span(&kept, "starts::root");
    assert_eq!(root.parent(), None);
    assert_eq!(parents(&kept.spans("starts::inside")), [Some(root.span_id())]);
}

/// What a link to the place must say.
fn link_to(link: &Link, place: &Context) -> bool {
    (Some(link.trace_id), Some(link.span_id)) == (place.trace_id(), place.span_id()) && link.is_sampled
}

#[test]
fn links_arrive_on_their_span_in_order() {
    let kept = Kept::start();
    let links = [elsewhere(), elsewhere()];
    running(|| linked(links.to_vec(), End::Well));
    let span = one_span(&kept, "starts::linked");
    assert_eq!(span.links().len(), 2);
    assert!(span.links().iter().zip(&links).all(|(link, place)| link_to(link, place)), "{:?}", span.links());
    assert_eq!(span.parent(), Some(one_span(&kept, "starts::running").span_id()), "the parent is the running span");
}

#[test]
fn links_of_calls_that_leave_early_or_panic_arrive() {
    let kept = Kept::start();
    let place = elsewhere();
    linked(vec![place.clone()], End::Early);
    std::panic::catch_unwind(|| linked(vec![place.clone()], End::Panics)).expect_err("it panics");
    linked(vec![Context::NONE], End::Well);
    let spans = kept.spans("starts::linked");
    let outcomes: Vec<_> = spans.iter().map(|span| (span.outcome(), span.links().len())).collect();
    assert_eq!(outcomes, [(Outcome::Ok, 1), (Outcome::Panic, 1), (Outcome::Ok, 0)], "there is no link to nothing");
    assert!(spans[..2].iter().all(|span| link_to(&span.links()[0], &place)));
}

#[tokio::test]
async fn links_of_futures_arrive_however_they_end() {
    let kept = Kept::start();
    let links = [elsewhere(), elsewhere()];
    running_async(linked_async(&links, End::Well)).await;
    let never = linked_async(&links, End::Never);
    tokio::time::timeout(Duration::from_millis(1), never).await.expect_err("it never ends");
    let panics = {
        let links = links.clone();
        async move { linked_async(&links, End::Panics).await }
    };
    tokio::spawn(panics.in_context(Context::NONE)).await.expect_err("it panics");
    let spans = kept.spans("starts::linked_async");
    let outcomes: Vec<_> = spans.iter().map(Span::outcome).collect();
    assert_eq!(outcomes, [Outcome::Ok, Outcome::Cancelled, Outcome::Panic]);
    for span in spans {
        assert!(span.links().iter().zip(&links).all(|(link, place)| link_to(link, place)), "{:?}", span.links());
        assert_eq!((span.links().len(), span.parent()), (2, None));
    }
}

thread_local! {
    static ASKED: Cell<u32> = const { Cell::new(0) };
}

fn asked() -> Context {
    ASKED.set(ASKED.get() + 1);
    Context::NONE
}

#[traced(level = debug, parent = asked(), links = [asked()])]
#[counted]
fn asks() {}

#[test]
fn the_expressions_are_evaluated_only_where_the_function_is_traced() {
    let kept = Kept::with(obs::builder().filter("it::starts::asks = off").expect("a filter"));
    asks();
    assert_eq!(ASKED.get(), 0);
    drop(kept);
    let kept = Kept::start();
    asks();
    assert_eq!(ASKED.get(), 2);
    assert_eq!(kept.spans("starts::asks").len(), 1);
}

#[test]
fn a_parent_that_panics_leaves_nothing_in_flight() {
    fn broken() -> Context {
        panic!("on purpose")
    }

    #[traced(parent = broken())]
    #[counted(in_flight)]
    fn never_begins() {}

    let kept = Kept::start();
    std::panic::catch_unwind(never_begins).expect_err("it panics");
    let totals = totals("never_begins");
    assert_eq!((totals.calls(), totals.in_flight()), (0, Some(0)));
    assert!(kept.spans("never_begins").is_empty());
}
