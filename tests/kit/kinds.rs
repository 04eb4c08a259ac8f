//! Limits of every kind: counted where they are passed, told as the budget asks, judged by their share.

use std::hint::black_box;
use std::sync::Mutex;
use std::time::Duration;

use obs::testing::{record, record_async};
use obs::{LimitKind, ManualClock, Violation, budget};

use crate::support::{message, rest};

#[budget(allocs = 1, bytes = 100)]
fn copies(times: usize) {
    (0..times).for_each(|_| drop(black_box(vec![0_u8; 60])));
}

#[test]
fn allocations_and_bytes_have_limits_of_their_own() {
    record(|| copies(1)).assert_budgets();
    let recording = record(|| copies(3));
    let text = message(|| recording.assert_budgets());
    assert!(text.starts_with("2 budgets were broken\n"), "{text}");
    assert!(text.contains("took 3 allocations, 200 % over its budget of 1 allocation, in 1 of 1 calls"), "{text}");
    assert!(text.contains("took 180 bytes, 80 % over its budget of 100 bytes"), "{text}");
    let limits = obs::snapshot().callsite("kinds::copies").expect("called").limits();
    assert_eq!(limits.iter().map(|limit| (limit.over, limit.overage)).collect::<Vec<_>>(), [(1, 2), (1, 80)]);
}

async fn wait(clock: &ManualClock, millis: u64) {
    clock.advance(Duration::from_millis(millis));
    tokio::task::yield_now().await;
}

#[budget(polls = 2, poll_ms = 10, busy_ms = 15)]
async fn polled(clock: &ManualClock, polls: &[u64]) {
    for &millis in polls {
        wait(clock, millis).await;
    }
}

#[test]
fn polls_have_a_number_a_longest_and_a_sum() {
    let broken = |polls: &'static [u64]| {
        let clock = ManualClock::new();
        let executor = tokio::runtime::Builder::new_current_thread().build().expect("tokio starts");
        let recording = clock.run(|| executor.block_on(record_async(polled(&clock, polls))));
        recording.broken_budgets().iter().map(|broken| (broken.limit.kind, broken.actual)).collect::<Vec<_>>()
    };
    assert_eq!(broken(&[10]), []);
    assert_eq!(broken(&[11]), [(LimitKind::Poll, 11_000_000)]);
    assert_eq!(broken(&[8, 8]), [(LimitKind::Busy, 16_000_000), (LimitKind::Polls, 3)]);
}

#[budget(cpu_ms = 5)]
fn computes(work: bool) {
    if work {
        black_box((0..4_000_000_u64).fold(1_u64, |a, n| black_box(a.wrapping_mul(n | 1))));
    }
    rest(Duration::from_millis(8));
}

#[test]
fn cpu_time_is_what_the_thread_ran_and_not_what_it_slept() {
    record(|| computes(false)).assert_budgets();
    let recording = record(|| computes(true));
    let broken = recording.broken_budgets();
    assert!(broken.len() == 1 && broken[0].limit.kind == LimitKind::Cpu && broken[0].actual > 5_000_000, "{broken:?}");
}

#[budget(ms = 20, objective = 90, p50 = "5ms")]
fn mostly(clock: &ManualClock, millis: u64) {
    clock.advance(Duration::from_millis(millis));
}

#[test]
fn a_share_of_the_calls_may_take_longer() {
    let broken = |times: &[u64]| {
        let clock = ManualClock::new();
        let recording = clock.run(|| record(|| times.iter().for_each(|&millis| mostly(&clock, millis))));
        recording.broken_budgets().iter().map(|broken| (broken.limit.kind, broken.over)).collect::<Vec<_>>()
    };
    assert_eq!(broken(&[1, 1, 1, 1, 1, 6, 7, 8, 9, 30]), [], "half within 5 ms, one of ten past 20 ms");
    assert_eq!(broken(&[1, 1, 1, 1, 6, 6, 7, 8, 9, 10]), [(LimitKind::Quantile("p50"), 6)]);
    assert_eq!(broken(&[1, 1, 1, 1, 1, 1, 1, 1, 21, 22]), [(LimitKind::Wall, 2)]);
}

#[test]
fn what_is_within_a_limit_is_counted_exactly_not_interpolated() {
    #[budget(us = 1234.567, p50 = "7us", objective = 90)]
    fn odd(clock: &ManualClock, nanos: u64) {
        clock.advance(Duration::from_nanos(nanos));
    }
    let clock = ManualClock::new();
    clock.run(|| [7_000, 7_001, 1_234_567, 1_234_568].into_iter().for_each(|nanos| odd(&clock, nanos)));
    let function = obs::snapshot().callsite("odd").expect("called").clone();
    let pins: Vec<_> = function.duration().expect("timed").pins().collect();
    assert_eq!(pins, [(7e-6, 1), (0.001_234_567, 3)]);
    let within: Vec<_> = function.limits().iter().map(|limit| limit.share_within(function.calls())).collect();
    assert_eq!(within, [0.75, 0.25]);
}

static TOLD: Mutex<Vec<(&str, u64, u64)>> = Mutex::new(Vec::new());

fn tell(violation: &Violation) {
    TOLD.lock().expect("not poisoned").push((violation.kind.as_str(), violation.actual, violation.overage()));
}

#[budget(ms = 1, allocs = 0, on_exceed = tell)]
fn hooked(clock: &ManualClock) {
    drop(black_box(Box::new(1)));
    clock.advance(Duration::from_millis(3));
}

#[test]
fn a_hook_is_told_each_limit() {
    let clock = ManualClock::new();
    clock.run(|| hooked(&clock));
    assert_eq!(*TOLD.lock().expect("not poisoned"), [("wall", 3_000_000, 2_000_000), ("allocs", 1, 1)]);
}

#[budget(allocs = 0, on_exceed = panic)]
fn strict() {
    drop(black_box(Box::new(1)));
}

#[test]
fn a_panic_says_what_was_taken() {
    let text = message(strict);
    assert!(
        text.starts_with("kit::kinds::strict took 1 allocation, over its budget of 0 allocations (tests/kit/kinds.rs:"),
        "{text}"
    );
}

#[obs::traced]
#[budget(allocs = 0)]
fn noted() {
    drop(black_box(Box::new(1)));
}

#[test]
fn a_broken_budget_is_an_event_on_its_span() {
    let recording = record(|| {
        noted();
        noted();
    });
    // A test sees each; exporters get one a second (`tests/it/budgets.rs`).
    let [event, _] = recording.events() else { panic!("{:?}", recording.events()) };
    assert_eq!(event.level(), obs::Level::Warn);
    assert!(event.message().starts_with("kit::kinds::noted took 1 allocation, over its budget"), "{}", event.message());
    assert!(event.span_id().is_some() && event.trace_id().is_some());
    let field = |key| event.fields().iter().find(|(name, _)| *name == key).map(|(_, value)| value.to_string());
    assert_eq!(field("obs.budget.kind").as_deref(), Some("allocs"));
    assert_eq!((field("obs.budget.actual").as_deref(), field("obs.budget.limit").as_deref()), (Some("1"), Some("0")));
}
