//! `#[obs::test]`: a test that fails when a budget is broken in it.

use std::hint::black_box;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use obs::{FutureExt as _, ManualClock, budget, traced};

use crate::support::{pause, rest};

#[budget(allocs = 1)]
fn copy(times: usize) {
    (0..times).for_each(|_| drop(black_box(Box::new(1))));
}

#[obs::test]
fn a_test_whose_budgets_are_kept_passes() {
    copy(1);
}

#[obs::test]
#[should_panic(expected = "took 2 allocations, 100 % over its budget of 1 allocation, in 1 of 2 calls")]
fn a_test_fails_where_a_budget_is_broken() {
    copy(1);
    copy(2);
}

#[obs::test]
fn a_test_may_return_a_result() -> Result<(), std::num::ParseIntError> {
    copy(usize::try_from("1".parse::<u32>()?).unwrap_or(0));
    Ok(())
}

#[traced]
#[budget(polls = 2, allocs = 0)]
async fn paused(times: usize) {
    for _ in 0..times {
        pause().await;
    }
}

#[obs::test]
async fn a_future_is_run_on_an_executor() {
    paused(1).await;
}

#[obs::test(flavor = "multi_thread", worker_threads = 2)]
#[should_panic(expected = "took 3 polls, 50 % over its budget of 2 polls")]
async fn tasks_on_other_threads_are_in_it() {
    let task = tokio::spawn(paused(2).in_context(obs::Context::current()));
    task.await.expect("it does not panic");
}

#[budget(ms = 10)]
fn timed(clock: &ManualClock, millis: u64) {
    clock.advance(Duration::from_millis(millis));
}

static RUNS: [AtomicU32; 3] = [const { AtomicU32::new(0) }; 3];

#[obs::test]
fn what_was_late_once_is_run_again() {
    let run = RUNS[0].fetch_add(1, Ordering::Relaxed);
    let clock = ManualClock::new();
    clock.run(|| timed(&clock, if run < 2 { 11 } else { 10 }));
    assert!(run <= 2, "the third run was in time");
}

#[obs::test(runs = 3)]
#[should_panic(
    expected = "a budget was broken in each of 3 runs\n\nkit::attribute::timed (tests/kit/attribute.rs:55)\n  took 11.0ms, 10 % over its budget of 10.0ms, in 1 of 1 calls"
)]
fn what_is_late_in_each_run_fails_with_its_best() {
    let run = RUNS[1].fetch_add(1, Ordering::Relaxed);
    let clock = ManualClock::new();
    clock.run(|| timed(&clock, [14, 11, 12][run as usize]));
}

#[obs::test(time = off)]
fn time_may_be_left_alone() {
    assert_eq!(RUNS[2].fetch_add(1, Ordering::Relaxed), 0, "one run is enough");
    let clock = ManualClock::new();
    clock.run(|| timed(&clock, 50));
}

#[budget(ms = 5)]
fn sleeps() {
    rest(Duration::from_millis(7));
}

#[obs::test(time = cpu)]
fn what_sleeps_takes_no_cpu_time() {
    sleeps();
}

#[obs::test(runs = 2)]
#[should_panic(expected = "in each of 2 runs")]
fn what_sleeps_takes_time_by_the_wall() {
    sleeps();
}

#[budget(ms = 10)]
fn moves(clock: &ManualClock, millis: u64) {
    clock.advance(Duration::from_millis(millis));
}

#[obs::test(time = cpu)]
#[should_panic(expected = "took 11.0ms, 10 % over its budget of 10.0ms")]
fn a_clock_that_is_moved_by_hand_decides_also_where_cpu_time_does() {
    let clock = ManualClock::new();
    clock.run(|| moves(&clock, 11));
}
