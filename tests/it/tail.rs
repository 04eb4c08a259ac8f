//! Promise: what is handed on is decided by whole traces, for reasons that are counted, and touches no count.

use std::time::Duration;

use obs::{Health, TailSampler, budget, counted, traced};

use crate::listener::Events;
use crate::support::{Kept, LONG, totals};

/// What changed in the counts of decisions.
fn change(before: &Health, after: &Health, reason: &str) -> u64 {
    let of = |health: &Health| health.sampling().find(|(.., known, _)| *known == reason).map(|(.., n)| n);
    of(after).expect("a known reason") - of(before).expect("a known reason")
}

fn health() -> Health {
    obs::snapshot().health().clone()
}

#[test]
fn errors_and_broken_budgets_are_kept_whole_and_the_rest_is_dropped_and_counted() {
    #[traced]
    #[counted]
    fn tail_root(fails: bool, slow: bool) {
        let _ = tail_leaf(fails);
        tail_bounded(slow);
    }
    #[traced(err)]
    fn tail_leaf(fails: bool) -> Result<(), String> {
        if fails { Err("no".to_owned()) } else { Ok(()) }
    }
    #[traced]
    #[budget(ms = 5)]
    fn tail_bounded(slow: bool) {
        if slow {
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    let tail = TailSampler::new().keep_errors().keep_over_budget();
    let kept = Kept::with(obs::builder().tail_sampler(tail));
    let before = health();
    for i in 0..100 {
        tail_root(i % 10 == 0, i % 25 == 1);
    }
    let roots = kept.spans("tail_root");
    let after = health();
    assert_eq!(roots.len(), 14);
    for root in &roots {
        let children = |span: &&obs::Span| span.parent() == Some(root.span_id()) && span.trace_id() == root.trace_id();
        assert_eq!(kept.memory.spans().iter().filter(children).count(), 2, "a kept trace is whole");
    }
    assert_eq!(change(&before, &after, "error"), 30);
    assert_eq!(change(&before, &after, "over_budget"), 12);
    assert_eq!(change(&before, &after, "not_kept"), 3 * 86);
    assert_eq!(totals("tail_root").calls(), 100, "counts are not affected");
}

#[test]
fn the_first_traces_of_a_function_are_kept_and_a_share_of_the_rest_by_id() {
    #[traced]
    fn tail_first() {}
    #[traced]
    fn tail_other() {}

    let kept = Kept::with(obs::builder().tail_sampler(TailSampler::new().keep_first(3).keep_ratio(0.25)));
    let before = health();
    (0..2000).for_each(|_| tail_first());
    tail_other();
    let spans = kept.spans("tail_first");
    let after = health();
    assert_eq!(kept.spans("tail_other").len(), 1);
    assert_eq!(change(&before, &after, "first"), 4);
    let by_ratio = change(&before, &after, "ratio");
    assert_eq!(spans.len() as u64, 3 + by_ratio);
    assert!((300..700).contains(&by_ratio), "{by_ratio} of 1997");
    let low = |span: &obs::Span| span.trace_id().get() & ((1 << 56) - 1);
    let by_id = spans.iter().filter(|span| low(span) >= 3 << 54).count() as u64;
    assert!(by_id >= by_ratio, "what the ratio keeps has a large id");
}

#[test]
fn late_spans_follow_the_decision_about_their_trace() {
    #[traced]
    fn tail_early(fails: bool) -> Result<obs::Context, ()> {
        if fails { Err(()) } else { Ok(obs::Context::current()) }
    }
    #[traced]
    fn tail_late() {}

    for keeps in [true, false] {
        let tail = if keeps { TailSampler::new().keep_ratio(1.0) } else { TailSampler::new().keep_errors() };
        let kept = Kept::with(obs::builder().tail_sampler(tail));
        let context = tail_early(false).expect("it does not fail");
        assert_eq!(kept.spans("tail_early").len(), usize::from(keeps));
        context.bind(tail_late)();
        assert_eq!(kept.spans("tail_late").len(), usize::from(keeps));
        assert!(tail_early(true).is_err());
    }
}

#[test]
fn what_has_not_ended_is_held_counted_and_decided_at_shutdown() {
    #[traced]
    fn tail_open(kept: &Kept) -> u64 {
        tail_inside();
        let report = kept.telemetry.flush(LONG);
        assert_eq!(kept.memory.spans().len(), 0, "the trace is not decided yet");
        report.held()
    }
    #[traced]
    fn tail_inside() {}

    let kept = Kept::with(obs::builder().tail_sampler(TailSampler::new().keep_ratio(1.0)));
    assert_eq!(tail_open(&kept), 1);
    let memory = kept.memory.clone();
    let Kept { telemetry, _turn, .. } = kept;
    let report = telemetry.shutdown(LONG);
    assert_eq!((report.held(), memory.spans().len()), (0, 2));
}

#[test]
fn a_full_holding_decides_the_oldest_trace_early() {
    #[traced]
    fn tail_crowded(spans: u32) {
        (0..spans).for_each(|_| tail_member());
    }
    #[traced]
    fn tail_member() {}

    let kept = Kept::with(obs::builder().tail_sampler(TailSampler::new().keep_ratio(1.0).capacity(10)));
    tail_crowded(500);
    assert_eq!(kept.spans("tail_member").len(), 500, "decided early, kept by the same rule");
    assert_eq!(kept.spans("tail_crowded").len(), 1);
}

#[test]
fn past_the_rate_traces_are_dropped_whole_and_counted() {
    #[traced]
    fn tail_limited() {
        tail_limited_child();
    }
    #[traced]
    fn tail_limited_child() {}

    let kept = Kept::with(obs::builder().max_spans_per_second(100));
    let before = health();
    (0..5000).for_each(|_| tail_limited());
    let (roots, children) = (kept.spans("tail_limited"), kept.spans("tail_limited_child"));
    let after = health();
    assert_eq!(roots.len(), children.len());
    assert!(roots.len() >= 50, "{}", roots.len());
    let dropped = change(&before, &after, "rate_limited");
    assert_eq!(dropped + 2 * roots.len() as u64, 10_000);
    assert!(dropped > 0);
}

#[test]
fn short_leaves_are_left_out_unless_they_have_something_to_say() {
    #[traced]
    fn tail_parent() {
        tail_short();
        tail_eventful();
        tail_failing().unwrap_err();
        tail_long();
    }
    #[traced]
    fn tail_short() {}
    #[traced]
    fn tail_eventful() {
        obs::event!(obs::Level::Info, "here");
    }
    #[traced]
    fn tail_failing() -> Result<(), u8> {
        Err(1)
    }
    #[traced]
    fn tail_long() {
        std::thread::sleep(Duration::from_millis(30));
    }

    let kept = Kept::with(obs::builder().min_duration(Duration::from_millis(25)).exporter(Events::default()));
    let before = health();
    tail_parent();
    let mut names: Vec<_> = kept.spans("").iter().map(obs::Span::name).collect();
    names.sort_unstable();
    let ends = ["tail_eventful", "tail_failing", "tail_long", "tail_parent"];
    assert_eq!(names.len(), ends.len(), "{names:?}");
    assert!(names.iter().zip(ends).all(|(name, end)| name.ends_with(end)), "{names:?}");
    assert_eq!(change(&before, &health(), "too_short"), 1);
    assert_eq!(totals("tail_short").calls(), 1);
}

#[test]
fn a_redactor_sees_every_text_and_no_id() {
    struct Shout;
    impl obs::Redact for Shout {
        fn redact(&self, key: &str, text: &str) -> Option<Box<str>> {
            text.contains("secret").then(|| format!("[{key}]").into())
        }
    }
    #[traced(fields(plain = "open", token = "a secret", n = 7), err)]
    fn tail_secrets() -> Result<(), String> {
        obs::event!(obs::Level::Info, "a secret message", user = "secret");
        obs::current().set("late", "secret");
        Err("the secret error".to_owned())
    }

    let events = Events::default();
    let kept = Kept::with(obs::builder().redactor(Shout).exporter(events.clone()));
    let before = health();
    tail_secrets().unwrap_err();
    let span = kept.spans("tail_secrets").remove(0);
    let text = |text: &str| Some(obs::Value::Str(text.into()));
    assert_eq!(span.field("plain").cloned(), text("open"));
    assert_eq!(span.field("token").cloned(), text("[token]"));
    assert_eq!(span.field("late").cloned(), text("[late]"));
    assert_eq!(span.message(), Some("[exception.message]"));
    let event = &span.events()[0];
    assert_eq!((event.message(), event.field("user").cloned()), ("[message]", text("[user]")));
    assert_eq!(events.taken()[0].message(), "[message]", "the log line is the same event");
    assert_eq!(health().redacted - before.redacted, 5);
}

#[test]
fn the_redactor_that_comes_along_leaves_the_ids_of_the_span_alone() {
    #[traced(fields(contact = "ada@example.org"))]
    fn tail_ids() {
        let here = obs::current();
        let (trace, span) = (here.trace_id().unwrap(), here.span_id().unwrap());
        here.set("same", trace.to_string());
        here.set("inside", format!("a@b.de in {trace}/{span} by c@d.de"));
    }

    let kept = Kept::with(obs::builder().redactor(obs::Redactor::standard().key("trace")));
    tail_ids();
    let span = kept.spans("tail_ids").remove(0);
    let text = |key| span.field(key).unwrap().to_string();
    assert_eq!(text("contact"), "[redacted]");
    assert_eq!(text("same"), span.trace_id().to_string());
    assert_eq!(text("inside"), format!("[redacted] in {}/{} by [redacted]", span.trace_id(), span.span_id()));
}

#[test]
fn uuids_are_redacted_beside_the_ids_of_the_span() {
    #[traced(fields(user = "67e55044-10b1-426f-9247-bb680e5fe0c8"))]
    fn tail_uuids() {
        let here = obs::current();
        let (trace, span) = (here.trace_id().unwrap(), here.span_id().unwrap());
        here.set("inside", format!("67e55044-10b1-426f-9247-bb680e5fe0c8 in {trace}/{span}"));
    }

    let kept = Kept::with(obs::builder().redactor(obs::Redactor::standard().uuids()));
    tail_uuids();
    let span = kept.spans("tail_uuids").remove(0);
    let text = |key| span.field(key).unwrap().to_string();
    assert_eq!(text("user"), "[redacted]");
    assert_eq!(text("inside"), format!("[redacted] in {}/{}", span.trace_id(), span.span_id()));
}

#[test]
fn a_redactor_that_panics_redacts_the_text_and_is_counted() {
    struct Picky;
    impl obs::Redact for Picky {
        fn redact(&self, _: &str, text: &str) -> Option<Box<str>> {
            assert!(!text.contains("odd"), "on purpose");
            None
        }
    }
    #[traced(fields(first = "an odd text", second = "a plain text"))]
    fn tail_odd() {}

    let kept = Kept::with(obs::builder().redactor(Picky));
    let panics = || {
        let counters = health();
        counters.counters().find(|(_, reason, _)| *reason == "redactor_panics").map_or(0, |(.., n)| n)
    };
    let before = panics();
    (0..2).for_each(|_| tail_odd());
    let spans = kept.spans("tail_odd");
    assert_eq!(spans.len(), 2);
    for span in &spans {
        let text = |key| span.field(key).unwrap().to_string();
        assert_eq!((text("first"), text("second")), ("[redacted]".to_owned(), "a plain text".to_owned()));
    }
    assert_eq!(panics() - before, 2);
}

/// A trace that was kept, and its place.
fn decided(kept: &Kept) -> obs::Context {
    #[traced]
    fn tail_decided() -> obs::Context {
        obs::Context::current()
    }

    let context = tail_decided();
    assert_eq!(kept.spans("tail_decided").len(), 1);
    context
}

#[test]
fn late_spans_are_charged_to_the_rate() {
    #[traced]
    fn tail_late_limited() {}

    let kept = Kept::with(obs::builder().max_spans_per_second(100));
    let before = health();
    let context = decided(&kept);
    context.bind(|| (0..5000).for_each(|_| tail_late_limited()))();
    let passed = kept.spans("tail_late_limited").len() as u64;
    let dropped = change(&before, &health(), "rate_limited");
    assert_eq!(passed + dropped, 5000);
    assert!(passed > 0 && dropped > 0, "{passed} passed");
}

#[test]
fn late_spans_that_are_short_are_left_out_too() {
    #[traced]
    fn tail_late_short() {}
    #[traced]
    fn tail_late_failing() -> Result<(), u8> {
        Err(1)
    }

    let kept = Kept::with(obs::builder().min_duration(Duration::from_secs(60)));
    let before = health();
    let context = decided(&kept);
    context.bind(|| {
        (0..10).for_each(|_| tail_late_short());
        tail_late_failing().unwrap_err();
    })();
    assert_eq!(kept.spans("tail_late_failing").len(), 1);
    assert_eq!(kept.spans("tail_late_short").len(), 0);
    assert_eq!(change(&before, &health(), "too_short"), 10);
}
