//! Budgets: calls that take longer are counted, and told as the budget asks.

use std::sync::Mutex;
use std::time::Duration;

use obs::{ManualClock, Violation, budget};

use crate::support::{Kept, LONG, totals};

#[budget(ms = 10)]
fn bounded(clock: &ManualClock, takes: u64) {
    clock.advance(Duration::from_millis(takes));
}

#[test]
fn only_calls_past_the_limit_are_over() {
    let clock = ManualClock::new();
    clock.run(|| [9, 10, 11, 500].into_iter().for_each(|takes| bounded(&clock, takes)));
    let function = totals("budgets::bounded");
    assert_eq!((function.calls(), function.over_budget()), (4, 2));
    assert_eq!(function.max(), Duration::from_millis(500));
    assert_eq!(function.total(), Duration::from_millis(530));
}

#[budget(us = 1.5, on_exceed = panic)]
fn strict(clock: &ManualClock) {
    clock.advance(Duration::from_micros(3));
}

#[test]
fn a_budget_may_panic_and_says_by_how_much() {
    let clock = ManualClock::new();
    let panic = std::panic::catch_unwind(|| clock.run(|| strict(&clock))).expect_err("over budget");
    let message = panic.downcast_ref::<String>().expect("a message");
    assert!(message.starts_with("it::budgets::strict took 3µs, 100 % over its budget of 1.5µs (tests/it/budgets.rs:"));
    let function = totals("budgets::strict");
    assert_eq!((function.outcomes().ok, function.over_budget()), (1, 1));
}

static TOLD: Mutex<Vec<(u64, u64)>> = Mutex::new(Vec::new());

fn tell(violation: &Violation) {
    TOLD.lock().expect("not poisoned").push((violation.limit, violation.actual));
}

#[budget(s = 1, on_exceed = tell)]
async fn hooked(clock: &ManualClock) {
    clock.advance(Duration::from_secs(2));
}

#[tokio::test]
async fn a_budget_may_call_a_hook() {
    let clock = ManualClock::new();
    clock.run(|| {
        let mut future = std::pin::pin!(hooked(&clock));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(std::future::Future::poll(future.as_mut(), &mut context).is_ready());
    });
    assert_eq!(*TOLD.lock().expect("not poisoned"), [(1_000_000_000, 2_000_000_000)]);
}

#[budget(ms = 1)]
fn backwards(clock: &ManualClock) {
    clock.set(Duration::ZERO);
}

#[test]
fn a_clock_that_goes_back_makes_a_call_of_no_time_and_is_counted() {
    let before = obs::snapshot().health().clock_backwards;
    let clock = ManualClock::new();
    clock.advance(Duration::from_secs(9));
    clock.run(|| backwards(&clock));
    assert_eq!(totals("budgets::backwards").max(), Duration::ZERO);
    assert_eq!(totals("budgets::backwards").duration().expect("timed").zero_count(), 1);
    assert_eq!(obs::snapshot().health().clock_backwards, before + 1);
}

#[budget(ms = 1, on_exceed = panic)]
async fn dropped_late(clock: &ManualClock) {
    clock.advance(Duration::from_secs(1));
    std::future::pending::<()>().await;
}

#[test]
fn a_future_that_is_dropped_late_is_counted_and_does_not_panic() {
    let clock = ManualClock::new();
    clock.run(|| {
        let mut future = Box::pin(dropped_late(&clock));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(future.as_mut().poll(&mut context).is_pending());
        drop(future);
    });
    let function = totals("budgets::dropped_late");
    assert_eq!((function.outcomes().cancelled, function.over_budget()), (1, 1));
}

#[obs::profiled(sample = 16)]
#[budget(ms = 1)]
fn sampled_with_a_budget(clock: &ManualClock) {
    clock.advance(Duration::from_secs(1));
}

#[test]
fn a_budget_looks_at_every_call_also_where_one_in_sixteen_would_be_timed() {
    let clock = ManualClock::new();
    clock.run(|| (0..20).for_each(|_| sampled_with_a_budget(&clock)));
    let function = totals("budgets::sampled_with_a_budget");
    assert_eq!((function.calls(), function.over_budget()), (20, 20));
}

#[obs::traced]
#[budget(ns = 1)]
fn often() {
    std::hint::black_box((0..100).fold(0, |sum, n| sum ^ std::hint::black_box(n)));
}

#[test]
fn broken_budgets_are_told_to_exporters_once_a_second() {
    let (kept, begin) = (Kept::start(), std::time::Instant::now());
    (0..1_000).for_each(|_| often());
    assert!(kept.telemetry.flush(LONG).is_complete());
    let seconds = usize::try_from(begin.elapsed().as_secs()).expect("not that long");
    let is_ours = |event: &&std::sync::Arc<obs::Event>| event.message().contains("budgets::often took ");
    let events = kept.memory.events();
    let told: Vec<_> = events.iter().filter(is_ours).collect();
    assert!((1..=seconds + 2).contains(&told.len()), "{told:?}");
    assert!(told[0].span_id().is_some() && told[0].trace_id().is_some());
    assert_eq!(totals("budgets::often").over_budget(), 1_000);
}
