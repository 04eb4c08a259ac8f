//! What calls ask of the allocator: their own and that of calls inside, over polls and threads, and nothing of ours.

use std::hint::black_box;

use obs::testing::{record, record_with};
use obs::{FutureExt as _, Outcome, budget, counted, profiled, traced};

use crate::support::pause;

#[profiled(alloc)]
fn outer() -> Vec<u64> {
    let own: Vec<u64> = black_box(Vec::with_capacity(8));
    inner(2);
    inner(1);
    own
}

#[profiled(alloc)]
fn inner(blocks: usize) {
    (0..blocks).for_each(|_| drop(black_box(Box::new([0_u8; 100]))));
}

#[test]
fn a_call_has_what_it_asked_for_and_what_calls_inside_did() {
    let recording = record(|| drop(outer()));
    let call = recording.roots().next().expect("one root");
    assert_eq!((call.allocs(), call.bytes()), (4, 64 + 300));
    assert_eq!((call.self_allocs(), call.self_bytes()), (1, 64));
    assert_eq!(call.max_held(), 164, "the vector, and one block at a time");
    assert_eq!(call.children().map(|inner| inner.allocs()).collect::<Vec<_>>(), [2, 1]);
    assert_eq!((recording.allocs(), recording.bytes()), (Some(4), Some(364)));
    let spent = obs::snapshot().callsite("allocations::outer").expect("called").spent().expect("measured");
    assert!((spent.max_allocs, spent.self_bytes / spent.calls) == (4, 64), "{spent:?}");
}

#[profiled(alloc)]
fn grows() -> usize {
    let mut numbers: Vec<u64> = black_box(Vec::with_capacity(4));
    (0..9).for_each(|n| numbers.push(black_box(n)));
    numbers.len()
}

#[test]
fn a_block_that_grows_counts_what_it_grew_by() {
    let recording = record(grows);
    let call = recording.roots().next().expect("one root");
    // Four, then eight, then sixteen numbers: 32 bytes, and twice what was added.
    assert_eq!((call.allocs(), call.bytes(), call.max_held()), (3, 128, 128));
}

#[profiled(alloc)]
async fn pauses() {
    let first = black_box(vec![0_u8; 10]);
    pause().await;
    let second = black_box(vec![0_u8; 20]);
    pause().await;
    drop((first, second));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_future_has_what_it_asked_for_in_all_its_polls_on_whatever_threads() {
    let recording = obs::testing::record_async(async {
        let tasks: Vec<_> = (0..20).map(|_| tokio::spawn(pauses().in_context(obs::Context::current()))).collect();
        for task in tasks {
            task.await.expect("it does not panic");
        }
    })
    .await;
    let pauses = recording.callsite("allocations::pauses");
    assert_eq!(pauses.calls(), 20);
    assert!(pauses.each().all(|call| (call.allocs(), call.bytes()) == (2, 30)), "{recording}");
    assert!(pauses.each().all(|call| call.polls().is_some_and(|polls| polls.count == 3)));
}

#[traced(fields(text = %"much longer than what a span has room for without asking for memory of its own, as it seems", n))]
#[profiled(alloc)]
#[counted(labels(n = n.to_string()))]
fn noted(n: u64) -> Result<(), String> {
    obs::event!(obs::Level::Info, "something that is written down", n = n);
    obs::current().set("late", "a field that is added while the call runs, and is long");
    Err(String::new())
}

#[test]
fn what_is_written_down_about_a_call_is_not_on_its_account() {
    for n in 0..3 {
        let (_, recording) = record_with(|| noted(n));
        let call = recording.roots().next().expect("one root");
        // The label's own text is what the user wrote.
        assert_eq!((call.allocs(), call.bytes()), (0, 0), "{recording}");
    }
}

#[budget(allocs = 0, bytes = 0, on_exceed = warn)]
fn breaks_both() {
    drop(black_box(Box::new([0_u8; 10])));
}

#[profiled(alloc)]
fn around() {
    (0..3).for_each(|_| breaks_both());
}

#[test]
fn what_is_told_of_a_broken_budget_is_on_nobodys_account() {
    let recording = record(around);
    let call = recording.roots().next().expect("one root");
    assert_eq!((call.allocs(), call.bytes(), call.max_held()), (3, 30, 10), "{recording}");
    assert_eq!((recording.allocs(), recording.bytes()), (Some(3), Some(30)));
}

#[profiled(alloc)]
fn fails() -> Result<(), Box<[u8; 100]>> {
    Err(black_box(Box::new([0; 100])))
}

#[test]
fn a_call_that_fails_has_its_costs_where_it_is_counted() {
    (0..3).for_each(|_| drop(fails()));
    let snapshot = obs::snapshot();
    let all = snapshot.callsite("allocations::fails").expect("called").series();
    let failed = all.iter().find(|series| series.outcome() == Outcome::Error).expect("they failed");
    let spent = failed.spent().expect("measured");
    assert_eq!((spent.calls, spent.allocs, spent.max_bytes, spent.self_bytes), (3, 3, 100, 300), "{spent:?}");
}

#[profiled(alloc)]
fn goes_on() {
    goes_on_inside();
}

#[counted]
fn goes_on_inside() {
    drop(black_box(Box::new([0_u8; 1000])));
}

#[test]
fn work_that_outlives_its_recording_is_measured_as_any_other() {
    let (context, _) = record_with(obs::Context::current);
    let _attached = context.attach();
    goes_on();
    let spent = obs::snapshot().callsite("allocations::goes_on").expect("called").spent().expect("measured");
    assert_eq!((spent.bytes, spent.self_bytes), (1000, 1000), "nobody asked what goes on inside: {spent:?}");
}

#[test]
fn the_process_knows_what_it_holds() {
    let before = obs::memory().expect("the allocator is in place");
    let block = black_box(vec![1_u8; 16 << 20]);
    let during = obs::memory().expect("the allocator is in place");
    drop(block);
    assert!(during.allocs > before.allocs && during.bytes >= before.bytes + (16 << 20));
    // Each thread of another test may have 64 KiB that it did not tell yet.
    assert!(during.peak >= 12 << 20 && during.live >= 12 << 20, "{during:?}");
}

#[profiled(alloc)]
async fn keeps() -> Vec<u8> {
    let first = black_box(vec![0_u8; 1000]);
    pause().await;
    let second = black_box(vec![0_u8; 500]);
    drop(first);
    pause().await;
    second
}

#[tokio::test]
async fn what_a_future_holds_across_an_await_it_still_holds() {
    let recording = obs::testing::record_async(keeps()).await;
    let call = recording.callsite("allocations::keeps").each().next().expect("one call");
    assert_eq!((call.bytes(), call.max_held()), (1500, 1500));
}

async fn holds_a_span() {
    let _span = obs::span!("held");
    pause().await;
}

#[traced]
#[profiled(alloc)]
async fn outer_of_held() {
    holds_a_span().await;
}

#[traced]
#[profiled(alloc)]
async fn beside() {
    drop(black_box(vec![0_u8; 2000]));
    pause().await;
}

#[tokio::test]
async fn a_span_that_is_held_across_an_await_stays_with_its_future() {
    let recording = obs::testing::record_async(async { tokio::join!(outer_of_held(), beside()) }).await;
    let beside = recording.callsite("allocations::beside").each().next().expect("one call");
    assert!(beside.parent().is_none(), "{recording}");
    let held = recording.callsite("held").each().next().expect("one call");
    assert_eq!((held.bytes(), held.parent().map(|call| call.name())), (0, Some("kit::allocations::outer_of_held")));
}
