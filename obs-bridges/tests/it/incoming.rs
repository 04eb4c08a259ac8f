//! Spans and events of `tracing` come in and join our traces.

use std::future::{Future, pending, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use obs_bridges::tracing::{PolicyFilter, TracingLayer, subscriber};
use obs_runtime::{Level, Outcome, Span, Value};
use tracing::instrument::{Instrument as _, WithSubscriber as _};
use tracing::{debug_span, error_span, info_span};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};

use crate::obs::traced;
use crate::support::{Kept, pairs};

/// Runs with the bridge installed on this thread.
fn bridged<R>(body: impl FnOnce() -> R) -> R {
    tracing::subscriber::with_default(subscriber(), body)
}

fn block_on<R>(future: impl Future<Output = R>) -> R {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build();
    runtime.expect("a runtime").block_on(future)
}

#[traced(crate = crate::obs)]
fn outer() {
    info_span!("theirs").in_scope(|| {
        inner();
        inner_too();
    });
    after();
}

#[traced(crate = crate::obs)]
fn inner() {
    info_span!("deepest").in_scope(|| ());
}

#[tracing::instrument]
fn inner_too() {
    leaf();
}

#[traced(crate = crate::obs)]
fn leaf() {}

#[traced(crate = crate::obs)]
fn after() {}

#[test]
fn calls_of_both_kinds_hang_on_each_other() {
    let kept = Kept::start();
    bridged(|| info_span!("root").in_scope(outer));
    let tree = [
        ("after", "outer"),
        ("deepest", "inner"),
        ("inner", "theirs"),
        ("inner_too", "theirs"),
        ("leaf", "inner_too"),
        ("outer", "root"),
        ("root", "-"),
        ("theirs", "outer"),
    ];
    assert_eq!(kept.tree(), pairs(&tree));
}

#[traced(crate = crate::obs)]
async fn request() {
    step().await;
    let spawned = tokio::spawn(job().instrument(info_span!("spawned")).with_current_subscriber());
    spawned.await.expect("the job does not panic");
}

#[tracing::instrument]
async fn step() {
    for _ in 0..3 {
        tokio::task::yield_now().await;
        lookup().await;
    }
}

#[traced(crate = crate::obs)]
async fn lookup() {
    tokio::time::sleep(Duration::from_micros(100)).await;
}

#[traced(crate = crate::obs)]
async fn job() {
    tokio::task::yield_now().await;
    leaf();
}

#[test]
fn futures_of_both_kinds_hang_on_each_other_across_threads() {
    let kept = Kept::start();
    bridged(|| {
        block_on(async {
            let client = || request().instrument(info_span!(parent: None, "client")).with_current_subscriber();
            let clients: Vec<_> = (0..20).map(|_| tokio::spawn(client())).collect();
            for client in clients {
                client.await.expect("no request panics");
            }
        });
    });
    let spans = kept.spans();
    assert_eq!(spans.len(), 20 * 9);
    let parent = |span: &Span| {
        let parent = spans.iter().find(|other| Some(other.span_id()) == span.parent());
        parent.map_or("-", |parent| parent.name().rsplit("::").next().unwrap_or_default())
    };
    for span in &spans {
        let expected = match span.name().rsplit("::").next().unwrap_or_default() {
            "client" => "-",
            "request" => "client",
            "step" | "spawned" => "request",
            "lookup" => "step",
            "job" => "spawned",
            "leaf" => "job",
            other => panic!("a span called {other}"),
        };
        assert_eq!(parent(span), expected, "{}", span.name());
    }
    let traces: std::collections::HashSet<_> = spans.iter().map(Span::trace_id).collect();
    assert_eq!(traces.len(), 20, "each client its own trace");
}

#[test]
fn fields_keep_their_types_and_may_come_late() {
    let kept = Kept::start();
    bridged(|| {
        let span = info_span!(
            "fields",
            signed = -3,
            unsigned = 7_u64,
            hit = true,
            share = 0.5,
            text = "plain",
            shown = %1.5,
            debugged = ?Some(1),
            r#type = "raw",
            late = tracing::field::Empty,
            never = tracing::field::Empty,
        );
        span.record("late", 11);
    });
    let text = |text: &str| Value::Str(text.into());
    let span = kept.span("fields");
    assert_eq!(
        span.fields(),
        [
            ("signed", Value::I64(-3)),
            ("unsigned", Value::U64(7)),
            ("hit", Value::Bool(true)),
            ("share", Value::F64(0.5)),
            ("text", text("plain")),
            ("shown", text("1.5")),
            ("debugged", text("Some(1)")),
            ("type", text("raw")),
            ("late", Value::I64(11)),
        ]
    );
    let meta = span.callsite().meta();
    assert_eq!((meta.module, meta.file, span.level()), (module_path!(), file!(), Level::Info));
}

#[test]
fn a_parent_that_is_named_is_the_parent_and_a_root_has_none() {
    let kept = Kept::start();
    bridged(|| {
        let named = info_span!("named");
        info_span!("around").in_scope(|| {
            info_span!(parent: &named, "child").in_scope(leaf);
            info_span!(parent: None, "alone");
        });
    });
    let (named, child, alone, leaf) = (kept.span("named"), kept.span("child"), kept.span("alone"), kept.span("leaf"));
    assert_eq!((child.parent(), child.trace_id()), (Some(named.span_id()), named.trace_id()));
    assert_eq!((leaf.parent(), leaf.trace_id()), (Some(child.span_id()), named.trace_id()));
    assert_eq!((alone.parent(), alone.is_local_root()), (None, true));
    assert_ne!(alone.trace_id(), kept.span("around").trace_id());
}

#[test]
fn what_a_span_follows_from_is_a_link() {
    let kept = Kept::start();
    bridged(|| {
        let cause = info_span!("cause");
        let effect = info_span!(parent: None, "effect");
        effect.follows_from(&cause);
    });
    let (cause, effect) = (kept.span("cause"), kept.span("effect"));
    let [link] = effect.links() else { panic!("{:?}", effect.links()) };
    assert_eq!((link.trace_id, link.span_id), (cause.trace_id(), cause.span_id()));
}

#[test]
fn events_have_level_fields_and_the_ids_of_the_span_they_happen_in() {
    let kept = Kept::start();
    bridged(|| {
        info_span!("theirs").in_scope(|| {
            tracing::warn!(hits = 0, region = "eu", "the cache is {}", "cold");
            in_ours();
        });
        tracing::info!(target: "elsewhere", "outside");
    });
    let event = kept.event("the cache is cold");
    let theirs = kept.span("theirs");
    assert_eq!((event.level(), event.field("hits")), (Level::Warn, Some(&Value::I64(0))));
    assert_eq!(event.field("region"), Some(&Value::Str("eu".into())));
    assert_eq!((event.trace_id(), event.span_id()), (Some(theirs.trace_id()), Some(theirs.span_id())));
    assert_eq!((event.source().target, event.source().file), (module_path!(), file!()));
    assert_eq!(theirs.events().len(), 1);
    assert_eq!(kept.event("in ours").span_id(), Some(kept.span("in_ours").span_id()));
    let outside = kept.event("outside");
    assert_eq!((outside.span_id(), outside.source().target), (None, "elsewhere"));
}

#[traced(crate = crate::obs)]
fn in_ours() {
    tracing::debug!("in ours");
}

#[tracing::instrument(err)]
fn fails() -> Result<(), String> {
    Err("no stock".to_owned())
}

#[test]
fn an_error_that_instrument_records_is_the_outcome() {
    let kept = Kept::start();
    bridged(|| {
        let _ = fails();
        error_span!("fine").in_scope(|| tracing::error!("only a message"));
    });
    assert_eq!(kept.span("fails").outcome(), Outcome::Error);
    assert_eq!(kept.span("fine").outcome(), Outcome::Ok);
    assert!(kept.events().iter().any(|event| event.field("error") == Some(&Value::Str("no stock".into()))));
}

#[test]
fn a_panic_ends_the_spans_it_goes_through() {
    let kept = Kept::start();
    bridged(|| {
        let unwound = std::panic::catch_unwind(|| info_span!("unwound").in_scope(panics));
        assert!(unwound.is_err());
        info_span!("next").in_scope(|| ());
    });
    let (unwound, panics, next) = (kept.span("unwound"), kept.span("panics"), kept.span("next"));
    assert_eq!((unwound.outcome(), panics.outcome(), next.outcome()), (Outcome::Panic, Outcome::Panic, Outcome::Ok));
    assert_eq!(panics.parent(), Some(unwound.span_id()));
    assert_eq!(next.parent(), None);
}

#[traced(crate = crate::obs)]
fn panics() {
    panic!("on purpose");
}

#[traced(crate = crate::obs)]
async fn forever() {
    pending::<()>().await;
}

#[test]
fn a_future_that_is_dropped_ends_its_spans_and_leaves_the_thread_clean() {
    let kept = Kept::start();
    bridged(|| {
        {
            let mut future = pin!(forever().instrument(info_span!("waits")));
            let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert_eq!(polled, Poll::Pending);
            assert!(obs_runtime::current().span_id().is_none(), "between polls nothing runs");
        }
        assert!(obs_runtime::current().span_id().is_none());
    });
    let (waits, forever) = (kept.span("waits"), kept.span("forever"));
    assert_eq!((forever.outcome(), forever.parent()), (Outcome::Cancelled, Some(waits.span_id())));
}

#[test]
fn a_span_may_be_dropped_and_given_fields_on_another_thread() {
    let kept = Kept::start();
    bridged(|| {
        let span = info_span!("moved", late = tracing::field::Empty);
        span.in_scope(leaf);
        std::thread::spawn(move || {
            span.in_scope(after);
            span.record("late", true);
        })
        .join()
        .expect("the thread does not panic");
    });
    let (moved, after) = (kept.span("moved"), kept.span("after"));
    assert_eq!(moved.field("late"), Some(&Value::Bool(true)));
    assert_eq!(kept.span("leaf").parent(), Some(moved.span_id()));
    assert_eq!((after.parent(), after.trace_id()), (Some(moved.span_id()), moved.trace_id()));
    assert_ne!(after.thread(), kept.span("leaf").thread());
}

#[test]
fn spans_that_are_left_in_another_order_leave_the_thread_clean() {
    let kept = Kept::start();
    bridged(|| {
        let (first, second) = (info_span!("first"), info_span!("second"));
        let first_entered = first.enter();
        let second_entered = second.enter();
        drop(first_entered);
        leaf();
        drop(second_entered);
        after();
    });
    assert_eq!(kept.span("leaf").parent(), Some(kept.span("second").span_id()));
    assert_eq!(kept.span("after").parent(), None);
}

#[test]
fn levels_and_rules_of_the_program_hold_for_spans_and_events() {
    let filter = format!("{0} = trace, quiet = off, {0}::muted = off", module_path!());
    let kept = Kept::with(obs_runtime::builder().level(Level::Info).filter(&filter).expect("a filter"));
    let spoken = || {
        debug_span!("below").in_scope(leaf);
        info_span!(target: "quiet::module", "off").in_scope(after);
        tracing::debug!("below");
        tracing::error!(target: "quiet", "off");
        tracing::info!("heard");
    };
    bridged(spoken);
    tracing::subscriber::with_default(tracing_subscriber::registry().with(TracingLayer::new()), spoken);
    let spans = kept.spans();
    let mut names: Vec<_> = spans.iter().map(|span| span.name().rsplit("::").next().unwrap_or_default()).collect();
    names.sort_unstable();
    assert_eq!(names, ["after", "after", "leaf", "leaf"]);
    assert!(spans.iter().all(|span| span.parent().is_none()));
    let said: Vec<_> = kept.events().iter().map(|event| event.message().to_owned()).collect();
    assert_eq!(said, ["heard", "heard"]);
}

#[test]
fn a_change_of_the_level_is_felt_by_callsites_that_were_off() {
    let speak = || debug_span!("switched").in_scope(|| ());
    let subscriber = tracing_subscriber::registry().with(TracingLayer::new().with_filter(PolicyFilter::new()));
    tracing::subscriber::with_default(subscriber, || {
        let quiet = Kept::with(obs_runtime::builder().level(Level::Info));
        speak();
        assert_eq!(quiet.spans().len(), 0);
        drop(quiet);
        let loud = Kept::start();
        speak();
        assert_eq!(loud.span("switched").level(), Level::Debug);
    });
}

#[test]
fn a_trace_that_is_not_recorded_takes_both_kinds_along() {
    let kept = Kept::with(obs_runtime::builder().sampler(obs_runtime::Sampler::always_off()));
    bridged(|| {
        info_span!("root").in_scope(outer);
        block_on(async { ready(()).await });
    });
    assert_eq!(kept.spans().len(), 0);
    let calls = |name| obs_runtime::snapshot().callsite(name).expect("a callsite").calls();
    assert!(calls("root") > 0, "counted all the same");
}
