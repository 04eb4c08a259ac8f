//! What recording costs, and what keeps it low: a binary of its own, because it is about the whole process.
#![cfg(feature = "enabled")]

#[path = "it/support.rs"]
#[expect(dead_code, reason = "what only the other tests use")]
mod support;

use std::hint::black_box;
use std::time::{Duration, Instant};

use obs::{CallCosts, Callsite, Health, Level, TurnedDown, Value, profiled, traced};

use crate::support::{Kept, LONG, totals};

/// The share of the CPU time that recording may take.
const MAX: f64 = 0.005;
/// How often overhead is measured here.
const TICK: Duration = Duration::from_millis(50);

fn work(takes: Duration) {
    let begin = Instant::now();
    while begin.elapsed() < takes {
        black_box(0);
    }
}

/// Telemetry that looks at overhead often.
fn kept(builder: obs::Builder) -> Kept {
    Kept::with(builder.overhead_interval(TICK).collect_interval(TICK / 4))
}

fn governed() -> Kept {
    kept(obs::builder().max_overhead(MAX))
}

fn health() -> Health {
    obs::snapshot().health().clone()
}

fn callsite(name: &str) -> &'static Callsite {
    totals(name).callsite()
}

/// How far a function is turned down, as far as overhead names it.
fn turned_down(name: &str) -> Option<TurnedDown> {
    let overhead = obs::overhead()?;
    overhead.hottest().iter().find(|cost| cost.callsite.name().ends_with(name))?.turned_down
}

/// Waits until something is there.
fn until<T>(mut there: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(found) = there() {
            return found;
        }
        assert!(begin.elapsed() < LONG, "not within {LONG:?}");
        std::thread::sleep(TICK / 20);
    }
}

/// How long a call takes of which so many nanoseconds are a share.
fn with_a_share(share: f64, nanos: f64) -> Duration {
    Duration::from_secs_f64(nanos / share / 1e9)
}

fn call_costs() -> &'static CallCosts {
    until(obs::overhead).call_costs()
}

/// Calls a function until something is so; says how often.
fn call_until(mut call: impl FnMut(), mut is_so: impl FnMut() -> bool) -> u64 {
    let begin = Instant::now();
    let mut calls = 0;
    while !is_so() {
        (0..100).for_each(|_| call());
        calls += 100;
        assert!(begin.elapsed() < LONG, "not within {LONG:?}: {:?}", obs::overhead());
    }
    calls
}

/// Whether so many measurements were made since the function was made.
fn after_ticks(ticks: u32) -> impl FnMut() -> bool {
    let begin = Instant::now();
    move || begin.elapsed() > ticks * TICK
}

#[test]
fn what_is_recorded_of_a_call_costs_more_the_more_it_is() {
    let _kept = kept(obs::builder());
    let costs = call_costs();
    assert!(costs.counted() < costs.timed() && costs.timed() < 50_000.0, "{costs:?}");
    assert!(costs.not_sampled() < costs.traced() && costs.traced() < 200_000.0, "{costs:?}");
    assert!(costs.counted() < costs.framed() && costs.framed() < 1_000_000.0, "{costs:?}");
}

#[test]
fn what_is_measured_is_in_no_total_and_no_list() {
    let kept = kept(obs::builder());
    let finished = health().spans_finished;
    call_costs();
    assert!(obs::callsites().all(|callsite| !callsite.name().contains("calibration")));
    assert_eq!((health().spans_finished, obs::in_flight().len()), (finished, 0));
    assert_eq!(kept.spans("calibration").len(), 0);
}

#[traced]
fn measured(takes: Duration) {
    work(takes);
}

#[test]
fn overhead_is_calls_times_what_they_cost_and_says_whose() {
    let _kept = kept(obs::builder());
    let takes = with_a_share(0.05, call_costs().traced());
    let is_seen = || {
        obs::overhead().is_some_and(|overhead| {
            overhead.hottest().first().is_some_and(|first| first.callsite.name() == "governor::measured")
        })
    };
    call_until(|| measured(takes), is_seen);
    let overhead = obs::snapshot().overhead().expect("it was measured").clone();
    let first = overhead.hottest()[0];
    assert!(first.calls > 0 && first.cost > Duration::ZERO && first.cost <= overhead.calls(), "{overhead:?}");
    assert!(overhead.ratio() > 0.0 && overhead.ratio() < 1.0 && overhead.max().is_none(), "{overhead:?}");
    assert!(overhead.calls() + overhead.threads() <= overhead.cpu(), "{overhead:?}");
}

#[traced]
fn hot(takes: Duration) {
    work(takes);
}

#[test]
fn a_function_that_costs_too_much_loses_its_spans_until_there_is_room_again() {
    let kept = governed();
    // Recorded it takes twice what is allowed at least, and without its spans a fraction.
    let takes = with_a_share(2.0 * MAX, call_costs().traced());
    let (before, calls) = (health(), totals("governor::hot").calls());
    let mut called = call_until(|| hot(takes), || health().turned_down_now == 1);
    assert!(callsite("governor::hot").is_enabled() && !callsite("governor::hot").is_traced());
    called += call_until(|| hot(takes), || turned_down("governor::hot") == Some(TurnedDown::Spans));
    called += call_until(|| hot(takes), after_ticks(30));
    // A tick in which the thread did not get to run says nothing.
    let is_low = || obs::overhead().is_some_and(|it| it.calls().div_duration_f64(it.cpu()) < MAX);
    called += call_until(|| hot(takes), is_low);
    let now = health();
    assert_eq!((now.turned_down_now, now.turned_up), (1, before.turned_up), "it stays so while it is called");
    assert_eq!(
        (now.spans_turned_down, now.times_turned_down),
        (before.spans_turned_down + 1, before.times_turned_down)
    );
    assert_eq!(totals("governor::hot").calls() - calls, called, "calls are counted all the same");
    until(|| (health().turned_down_now == 0).then_some(()));
    assert!(callsite("governor::hot").is_traced());
    assert_eq!(health().turned_up, before.turned_up + 1);
    let spans = kept.spans("governor::hot").len() as u64;
    assert!(spans > 0 && spans < called, "{spans} of {called}");
    let told: Vec<_> =
        kept.memory.events().into_iter().filter(|event| event.source().target == "obs::governor").collect();
    let [told] = &told[..] else { panic!("{told:?}") };
    assert_eq!(told.level(), Level::Warn);
    assert_eq!(told.field("code.function.name"), Some(&Value::Str("governor::hot".into())));
}

#[profiled]
fn timed(takes: Duration) {
    work(takes);
}

#[profiled]
#[obs::budget(s = 60)]
fn bounded(takes: Duration) {
    work(takes);
}

#[test]
fn a_function_without_spans_is_timed_one_time_in_sixteen_unless_a_budget_needs_all() {
    let _kept = governed();
    let takes = with_a_share(2.0 * MAX, call_costs().timed());
    let both = || {
        timed(takes);
        bounded(takes);
    };
    call_until(both, || turned_down("governor::timed") == Some(TurnedDown::Times));
    let before = [totals("governor::timed"), totals("governor::bounded")];
    let count = |totals: &obs::CallsiteSnapshot| totals.duration().expect("timed").count();
    call_until(both, after_ticks(5));
    let after = [totals("governor::timed"), totals("governor::bounded")];
    let new = |at: usize| (after[at].calls() - before[at].calls(), count(&after[at]) - count(&before[at]));
    let ((calls, times), (all, all_timed)) = (new(0), new(1));
    assert!(calls >= 100 && times.abs_diff(calls / 16) <= 1, "{times} of {calls}");
    assert_eq!(all, all_timed);
    assert!(callsite("governor::timed").has_untimed_calls() && !callsite("governor::bounded").has_untimed_calls());
}

#[traced]
fn named(takes: Duration) {
    work(takes);
}

#[test]
fn what_a_rule_names_is_left_as_it_says() {
    let _kept = governed();
    let takes = with_a_share(2.0 * MAX, call_costs().traced());
    obs::control("governor::named = trace").expect("a rule");
    let steps = health().spans_turned_down;
    call_until(|| named(takes), after_ticks(20));
    assert_eq!((health().spans_turned_down, callsite("governor::named").is_traced()), (steps, true));
    obs::control("").expect("no rules");
    call_until(|| named(takes), || !callsite("governor::named").is_traced());
    obs::control("governor::named = trace").expect("a rule");
    assert!(callsite("governor::named").is_traced(), "at once");
    call_until(|| named(takes), || health().turned_down_now == 0);
    obs::control("").expect("no rules");
}

#[traced]
fn switched(takes: Duration) {
    work(takes);
}

#[test]
fn off_is_off_at_once_also_for_what_is_turned_down() {
    let kept = governed();
    let takes = with_a_share(2.0 * MAX, call_costs().traced());
    call_until(|| switched(takes), || !callsite("governor::switched").is_traced());
    obs::set_enabled(false);
    let before = totals("governor::switched").calls();
    switched(takes);
    assert_eq!((totals("governor::switched").calls(), callsite("governor::switched").is_enabled()), (before, false));
    obs::set_enabled(true);
    switched(takes);
    assert_eq!(totals("governor::switched").calls(), before + 1);
    drop(kept);
    let kept = self::kept(obs::builder());
    assert!(callsite("governor::switched").is_traced(), "who starts anew starts with everything");
    assert_eq!(health().turned_down_now, 0);
    drop(kept);
}

#[cfg(feature = "prometheus")]
mod page {
    use obs::exporters::Prometheus;

    use super::*;

    /// Telemetry with a page, and what reads it.
    fn with_page(builder: obs::Builder) -> (Kept, impl Fn() -> String) {
        let prometheus = Prometheus::new().without_server();
        let page = prometheus.handle();
        let read = move || String::from_utf8(page.render("text/plain").1).expect("UTF-8");
        (kept(builder.exporter(prometheus)), read)
    }

    fn value(page: &str, series: &str) -> Option<f64> {
        page.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' ')?.parse().ok())
    }

    #[traced]
    fn shown(takes: Duration) {
        work(takes);
    }

    #[test]
    fn what_recording_costs_and_what_is_turned_down_is_shown() {
        let (_kept, page) = with_page(obs::builder().max_overhead(MAX));
        let takes = with_a_share(2.0 * MAX, call_costs().traced());
        call_until(|| shown(takes), || health().turned_down_now == 1);
        let page = page();
        assert!(value(&page, "obs_self_overhead_ratio").is_some_and(|ratio| ratio > 0.0), "{page}");
        let steps = |action| value(&page, &format!("obs_governor_steps_total{{action=\"{action}\"}}"));
        assert!(steps("spans_off").is_some_and(|steps| steps >= 1.0) && steps("turned_up").is_some(), "{page}");
        assert_eq!(value(&page, "obs_governor_turned_down"), Some(1.0));
    }

    #[profiled]
    fn partly(takes: Duration) {
        work(takes);
    }

    #[test]
    fn calls_are_shown_beside_times_once_some_were_not_timed() {
        let (_kept, page) = with_page(obs::builder());
        let calls = || value(&page(), "obs_function_calls_total{code_function_name=\"governor::page::partly\"}");
        let timed =
            || value(&page(), "obs_function_duration_seconds_count{code_function_name=\"governor::page::partly\"}");
        partly(Duration::ZERO);
        assert_eq!((calls(), timed()), (None, Some(1.0)), "the histogram says it");
        obs::control("governor::page::partly = count").expect("a rule");
        partly(Duration::ZERO);
        obs::control("").expect("no rules");
        partly(Duration::ZERO);
        assert_eq!((calls(), timed()), (Some(3.0), Some(2.0)));
    }
}
