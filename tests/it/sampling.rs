//! Which traces are recorded, decided when they begin; and that the counts of it are exact.

use std::collections::HashMap;

use obs::{Context, Health, Sampler, SpanId, TraceId, TraceState, traced};

use crate::support::{Kept, totals};

#[traced]
fn root() -> Context {
    let here = Context::current();
    child();
    child();
    here
}

#[traced]
fn child() {}

#[traced(sample = 0.25)]
fn one_in_four() {
    child();
}

#[traced]
fn calls_one_in_four() {
    one_in_four();
    child();
}

/// What was counted of decisions while the body ran: traces sampled, traces not sampled, spans not sampled.
fn decisions(body: impl FnOnce()) -> [u64; 3] {
    let read = |health: &Health| [health.traces_sampled, health.traces_not_sampled, health.spans_not_sampled];
    let before = read(obs::snapshot().health());
    body();
    let after = read(obs::snapshot().health());
    std::array::from_fn(|at| after[at] - before[at])
}

/// Traces only what is here: tests that run beside this one begin traces too, and those would be counted.
fn keeps(sampler: Sampler) -> Kept {
    Kept::with(obs::builder().sampler(sampler).filter("* = profile, it::sampling = trace").expect("a filter"))
}

/// A place in a trace of another process.
fn remote(trace: u128, sampled: bool) -> Context {
    let (trace, span) = (TraceId::new(trace).expect("not zero"), SpanId::new(9).expect("not zero"));
    Context::remote(trace, span, sampled.into(), TraceState::EMPTY)
}

#[test]
fn always_off_records_nothing_and_counts_every_trace() {
    let kept = keeps(Sampler::always_off());
    let calls = totals("sampling::child").calls();
    assert_eq!(decisions(|| (0..10).for_each(|_| drop(root()))), [0, 10, 0]);
    assert_eq!((kept.spans("sampling::root").len(), kept.spans("sampling::child").len()), (0, 0));
    assert_eq!(totals("sampling::child").calls() - calls, 20, "counts are not affected");
    drop(kept);
    let kept = keeps(Sampler::parent_based(Sampler::always_off()));
    assert_eq!(decisions(|| (0..10).for_each(|_| drop(root()))), [0, 10, 0]);
    assert!(kept.spans("").is_empty());
}

#[test]
fn always_on_records_every_trace_whole() {
    let kept = keeps(Sampler::always_on());
    assert_eq!(decisions(|| (0..10).for_each(|_| drop(root()))), [10, 0, 0]);
    assert_eq!((kept.spans("sampling::root").len(), kept.spans("sampling::child").len()), (10, 20));
}

#[test]
fn a_ratio_keeps_exactly_the_traces_whose_id_says_so() {
    const TRACES: u64 = 2_000;
    let kept = keeps(Sampler::parent_based(Sampler::ratio(0.25)));
    let mut places = Vec::new();
    let decisions = decisions(|| places.extend((0..TRACES).map(|_| root())));
    let is_kept = |place: &&Context| {
        let id = place.trace_id().expect("a trace, recorded or not").get();
        id & ((1 << 56) - 1) >= 3 << 54
    };
    let expected: Vec<_> = places.iter().filter(is_kept).map(|place| place.trace_id().expect("a trace")).collect();
    let spans = kept.spans("sampling::root");
    assert_eq!(spans.iter().map(obs::Span::trace_id).collect::<Vec<_>>(), expected);
    assert_eq!(kept.spans("sampling::child").len(), 2 * expected.len(), "a trace is kept whole");
    assert_eq!(decisions, [expected.len() as u64, TRACES - expected.len() as u64, 0]);
    // Of 2,000 coins with a quarter: 500, within seven standard deviations of 19.4.
    assert!(expected.len().abs_diff(500) < 136, "{}", expected.len());
    assert!(spans.iter().all(|span| span.trace_state().to_string() == "ot=th:c"), "the share travels along");
}

#[test]
fn a_parent_in_another_process_decides_where_it_is_asked() {
    let calls = |sampled| {
        let _scope = remote(1 << 100, sampled).attach();
        root();
    };
    let both = || {
        calls(true);
        calls(false);
    };
    for (sampler, expected) in [
        (Sampler::parent_based(Sampler::always_off()), [1, 1, 0]),
        (Sampler::parent_based(Sampler::always_on()), [1, 1, 0]),
        (Sampler::always_on(), [2, 0, 0]),
        (Sampler::always_off(), [0, 2, 0]),
        (Sampler::ratio(0.5), [0, 2, 0]),
    ] {
        let kept = keeps(sampler);
        assert_eq!(decisions(both), expected, "{sampler}");
        let roots = kept.spans("sampling::root");
        assert_eq!(roots.len() as u64, expected[0], "{sampler}");
        let place = remote(1 << 100, true);
        for root in roots {
            assert_eq!((Some(root.trace_id()), root.parent()), (place.trace_id(), place.span_id()), "{sampler}");
            assert!(root.has_remote_parent());
        }
    }
}

#[test]
fn randomness_that_came_along_decides_instead_of_the_id() {
    let kept = keeps(Sampler::ratio(0.5));
    let calls = |state: &str| {
        let parent = "00-00000010000000000000000000000000-0000000000000009-00".to_owned();
        let headers = [("traceparent".to_owned(), parent), ("tracestate".to_owned(), state.to_owned())];
        let _scope = obs::propagation::extract(&HashMap::from(headers)).attach();
        root();
    };
    assert_eq!(decisions(|| calls("ot=rv:80000000000000,vendor=x")), [1, 0, 0]);
    assert_eq!(decisions(|| calls("ot=rv:7fffffffffffff,vendor=x")), [0, 1, 0]);
    assert_eq!(kept.spans("sampling::root")[0].trace_state().to_string(), "ot=th:8;rv:80000000000000,vendor=x");
}

#[test]
fn a_function_of_its_own_share_leaves_out_spans_and_counts_them() {
    const CALLS: u64 = 2_000;
    let kept = keeps(Sampler::default());
    let calls = totals("sampling::one_in_four").calls();
    let [sampled, not_sampled, spans_left_out] = decisions(|| (0..CALLS).for_each(|_| calls_one_in_four()));
    let spans = kept.spans("sampling::one_in_four");
    assert_eq!((sampled, not_sampled), (CALLS, 0), "the trace had begun before");
    assert_eq!(spans_left_out, CALLS - spans.len() as u64);
    assert!(spans.len().abs_diff(500) < 136, "{}", spans.len());
    assert_eq!(kept.spans("sampling::child").len() as u64, 2 * CALLS, "what it calls is there all the same");
    assert_eq!(totals("sampling::one_in_four").calls() - calls, CALLS, "counts are not affected");
}

#[test]
fn a_function_of_its_own_share_that_begins_a_trace_decides_about_all_of_it() {
    const CALLS: u64 = 2_000;
    let kept = keeps(Sampler::default());
    let [sampled, not_sampled, spans_left_out] = decisions(|| (0..CALLS).for_each(|_| one_in_four()));
    let spans = kept.spans("sampling::one_in_four");
    assert_eq!((sampled, sampled + not_sampled, spans_left_out), (spans.len() as u64, CALLS, 0));
    assert_eq!(kept.spans("sampling::child").len(), spans.len());
    assert!(spans.iter().all(|span| span.trace_id().get() & ((1 << 56) - 1) >= 3 << 54));
}

#[test]
fn the_smaller_of_two_shares_decides() {
    let kept = keeps(Sampler::ratio(0.5));
    (0..400).for_each(|_| one_in_four());
    assert!(kept.spans("sampling::one_in_four").iter().all(|span| span.trace_state().to_string() == "ot=th:c"));
    drop(kept);
    let kept = keeps(Sampler::ratio(0.125));
    (0..800).for_each(|_| one_in_four());
    let spans = kept.spans("sampling::one_in_four");
    assert!(!spans.is_empty() && spans.iter().all(|span| span.trace_state().to_string() == "ot=th:e"));
}
