//! Recordings: what is in them, what is not, and what they say.

use std::time::Duration;

use obs::testing::{record, record_async, record_with};
use obs::{Context, FutureExt as _, ManualClock, Outcome, budget, counted, profiled, traced};

use crate::support::message;

#[traced(fields(n))]
#[profiled]
fn work(n: u64) -> Result<u64, String> {
    if n == 0 { Err("nothing to do".to_owned()) } else { Ok(step(n)) }
}

#[counted]
fn step(n: u64) -> u64 {
    obs::event!(obs::Level::Debug, "a step", n = n);
    obs::current().set("seen", n);
    n
}

#[test]
fn calls_are_there_with_outcome_fields_and_place() {
    let (value, recording) = record_with(|| (work(3), work(0)));
    assert_eq!(value, (Ok(3), Err("nothing to do".to_owned())));
    let work = recording.callsite("recordings::work");
    assert_eq!((work.calls(), work.outcomes().ok, work.outcomes().error), (2, 1, 1));
    let [first, second] = recording.roots().collect::<Vec<_>>()[..] else { panic!("{recording}") };
    assert_eq!(first.children().map(|call| call.name()).collect::<Vec<_>>(), ["kit::recordings::step"]);
    assert_eq!(first.field("n").map(ToString::to_string).as_deref(), Some("3"));
    assert_eq!(first.field("seen").map(ToString::to_string).as_deref(), Some("3"), "added while it ran");
    assert_eq!((second.outcome(), second.error_type()), (Outcome::Error, Some("alloc::string::String")));
    assert_eq!(recording.spans().count(), 2, "a counted function is no span");
    assert_eq!(recording.events().iter().map(obs::Event::message).collect::<Vec<_>>(), ["a step"]);
    assert_eq!(recording.unfinished(), 0);
}

#[test]
fn recordings_that_run_at_the_same_time_do_not_see_each_other() {
    std::thread::scope(|scope| {
        for thread in 1..=4 {
            scope.spawn(move || {
                for _ in 0..50 {
                    let recording = record(|| (0..thread).map(|_| step(thread)).sum::<u64>());
                    assert_eq!(recording.callsite("recordings::step").calls(), thread);
                }
            });
        }
    });
}

#[test]
fn a_recording_inside_another_is_in_both() {
    let mut inner = None;
    let outer = record(|| {
        step(1);
        inner = Some(record(|| step(2)));
    });
    assert_eq!((outer.calls().len(), inner.expect("it ran").calls().len()), (2, 1));
}

#[test]
fn what_runs_outside_is_in_none() {
    step(7);
    let recording = record(|| drop(std::thread::spawn(|| step(7)).join()));
    assert_eq!(recording.calls().len(), 0, "a thread that was not given the context");
}

#[test]
fn threads_that_are_given_the_context_are_followed() {
    let recording = record(|| {
        let _span = obs::span!("parent");
        let context = Context::current();
        std::thread::spawn(context.bind(|| step(7))).join().expect("it does not panic");
    });
    let root = recording.roots().next().expect("one root");
    assert_eq!(
        (root.name(), root.children().next().map(|call| call.name())),
        ("parent", Some("kit::recordings::step"))
    );
}

#[test]
fn a_context_of_another_process_stays_in_the_recording() {
    let headers = [("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")];
    let headers: std::collections::HashMap<_, _> =
        headers.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    let recording = record(|| {
        let _scope = obs::propagation::extract(&headers).attach();
        work(1)
    });
    assert_eq!(recording.callsite("recordings::work").calls(), 1);
    assert_eq!(record(|| step(1)).calls().len(), 1, "and nothing is left behind");
    assert_eq!(Context::current().trace_id(), None);
}

#[traced(root)]
async fn detached() -> u64 {
    tokio::task::yield_now().await;
    step(1)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tasks_that_are_given_the_context_are_followed_and_roots_stay_in() {
    let recording = record_async(async {
        let task = tokio::spawn(detached().in_context(Context::current()));
        let blocking = tokio::task::spawn_blocking(Context::current().bind(|| step(2)));
        (task.await.expect("no panic"), blocking.await.expect("no panic"))
    })
    .await;
    assert_eq!(recording.callsite("recordings::step").calls(), 2, "{recording}");
    assert_eq!(recording.callsite("recordings::detached").calls(), 1);
}

#[traced]
async fn forever() {
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn what_is_still_running_is_said() {
    let mut running = None;
    let recording = record_async(async {
        let mut future = Box::pin(forever().in_context(Context::current()));
        assert!(std::future::poll_fn(|task| std::task::Poll::Ready(future.as_mut().poll(task).is_pending())).await);
        running = Some(future);
    })
    .await;
    assert_eq!((recording.unfinished(), recording.calls().len()), (1, 0));
}

#[test]
fn a_panic_ends_the_recording_and_is_passed_on() {
    assert_eq!(message(|| drop(record(|| panic!("of the test's own")))), "of the test's own");
    assert_eq!(record(|| step(1)).calls().len(), 1);
}

#[budget(ms = 10)]
fn slow(clock: &ManualClock, millis: u64) {
    clock.advance(Duration::from_millis(1));
    part(clock, millis);
    part(clock, 2);
}

#[profiled]
fn part(clock: &ManualClock, millis: u64) {
    clock.advance(Duration::from_millis(millis));
}

#[test]
fn a_failing_test_names_the_function_the_limit_the_value_and_the_slowest_child() {
    let clock = ManualClock::new();
    let recording = clock.run(|| {
        record(|| {
            slow(&clock, 3);
            slow(&clock, 9);
        })
    });
    let text = message(|| recording.assert_budgets());
    assert_eq!(
        text.lines().collect::<Vec<_>>(),
        [
            "a budget was broken",
            "",
            "kit::recordings::slow (tests/kit/recordings.rs:140)",
            "  took 12.0ms, 20 % over its budget of 10.0ms, in 1 of 2 calls",
            "  slowest: kit::recordings::part (tests/kit/recordings.rs:147), 11.0ms in 2 calls",
            "",
            "  kit::recordings::slow        12.0ms  <- over budget",
            "  └─ kit::recordings::part ×2  11.0ms",
        ]
    );
    assert_eq!(recording.callsite("recordings::slow").p50(), Some(Duration::from_millis(6)));
    assert_eq!(recording.callsite("recordings::slow").max(), Some(Duration::from_millis(12)));
    let root = recording.roots().next().expect("two roots");
    assert_eq!(root.self_time(), Some(Duration::from_millis(1)));
}

#[test]
fn single_assertions_fail_with_the_same_text() {
    let recording = record(|| step(1));
    recording.callsite("recordings::step").assert_calls(1).assert_allocs_within(0).assert_bytes_within(0);
    let text = message(|| {
        recording.callsite("recordings::step").assert_calls(2);
    });
    assert!(text.starts_with("kit::recordings::step was called 1 times, and 2 were expected\n"), "{text}");
    let text = message(|| {
        recording.callsite("no_such_function");
    });
    assert!(text.starts_with("no annotated function is called \"no_such_function\"; there are "), "{text}");
    assert_eq!(recording.callsite("recordings::part").calls(), 0, "known, and not called");
}

#[test]
fn work_that_outlives_its_recording_is_not_in_the_next() {
    let ((go, left), first) = record_with(|| {
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let left = Context::current().bind(move || {
            let _ = wait.recv();
            step(7)
        });
        (go, std::thread::spawn(left))
    });
    assert_eq!(first.calls().len(), 0);
    let next = record(|| {
        go.send(()).expect("it waits");
        left.join().expect("it does not panic");
    });
    assert_eq!(next.calls().len(), 0, "{next}");
}

struct Of<T>(T);

impl Of<u8> {
    #[budget(allocs = 0)]
    fn made(&self) -> Vec<u8> {
        vec![self.0]
    }
}

impl Of<u16> {
    #[budget(allocs = 0)]
    fn made(&self) -> Vec<u8> {
        Vec::with_capacity(usize::from(self.0))
    }
}

#[test]
fn of_two_functions_with_the_same_name_both_are_judged() {
    let over = |recording: obs::testing::Recording| recording.broken_budgets().len();
    assert_eq!(over(record(|| (Of(1_u8).made(), Of(0_u16).made()))), 1);
    assert_eq!(over(record(|| (Of(1_u8).made(), Of(1_u16).made()))), 2);
}

#[traced]
fn spans_that_end_in_the_order_they_were_made() {
    let first = obs::span!("first");
    let second = obs::span!("second");
    drop(first);
    drop(second);
}

#[test]
fn spans_that_end_in_any_order_cost_no_memory() {
    let recording = record(spans_that_end_in_the_order_they_were_made);
    recording.callsite("spans_that_end_in_the_order_they_were_made").assert_allocs_within(0);
}
