//! Threads: totals survive them, shards are reused, and nothing is lost at their ends.

use std::cell::RefCell;
use std::thread;

use obs::{counted, profiled, traced};

use crate::support::{Kept, LONG, totals};

#[counted]
#[profiled]
fn on_many_threads() {}

#[test]
fn thousands_of_short_threads_are_counted_in_few_shards() {
    const THREADS: u64 = 3_000;
    for _ in 0..THREADS / 10 {
        thread::scope(|scope| (0..10).for_each(|_| _ = scope.spawn(on_many_threads)));
    }
    let function = totals("threads::on_many_threads");
    assert_eq!(function.calls(), THREADS);
    assert_eq!(function.duration().expect("profiled").count(), THREADS);
    let shards = obs::snapshot().threads();
    assert!(shards < 500, "{shards} shards: memory follows the threads that live at the same time");
}

#[profiled]
fn beside_snapshots() {}

#[test]
fn snapshots_beside_writers_never_go_back_and_end_exact() {
    const CALLS: u64 = 100_000;
    thread::scope(|scope| {
        let writers: Vec<_> = (0..2).map(|_| scope.spawn(|| (0..CALLS).for_each(|_| beside_snapshots()))).collect();
        let (mut calls, mut timed) = (0, 0);
        while writers.iter().any(|writer| !writer.is_finished()) {
            let now = totals("threads::beside_snapshots");
            let now = (now.calls(), now.duration().expect("profiled").count());
            assert!(now.0 >= calls && now.1 >= timed, "went back from {calls}, {timed} to {now:?}");
            (calls, timed) = now;
        }
    });
    let end = totals("threads::beside_snapshots");
    assert_eq!((end.calls(), end.duration().expect("profiled").count()), (2 * CALLS, 2 * CALLS));
}

#[counted]
#[profiled]
#[traced]
fn late() {}

struct CallsWhenDropped;

impl Drop for CallsWhenDropped {
    fn drop(&mut self) {
        late();
    }
}

thread_local! {
    static LAST: RefCell<Option<CallsWhenDropped>> = const { RefCell::new(None) };
}

#[test]
fn calls_in_thread_local_destructors_are_counted() {
    let kept = Kept::start();
    for _ in 0..20 {
        thread::spawn(|| {
            // Made before the thread's shard, so dropped after it.
            LAST.set(Some(CallsWhenDropped));
            late();
        })
        .join()
        .expect("no thread panics");
    }
    assert_eq!(totals("threads::late").calls(), 40);
    assert_eq!(kept.spans("threads::late").len(), 40);
}

#[traced]
fn burst() {}

#[test]
fn a_burst_of_a_million_spans_from_a_thread_that_ends_arrives_whole() {
    const SPANS: usize = 1_000_000;
    let kept = Kept::with(obs::builder().queue_capacity(2_000_000));
    let before = obs::snapshot().health().ring_full;
    thread::spawn(|| (0..SPANS).for_each(|_| burst())).join().expect("no thread panics");
    let report = kept.telemetry.flush(LONG);
    assert!(report.is_complete());
    let refused = obs::snapshot().health().ring_full - before;
    assert_eq!(kept.memory.spans_named("burst").len() as u64 + refused, SPANS as u64);
    assert_eq!(refused, 0, "the default memory holds a million spans");
}

#[counted]
fn outlives() {}

#[test]
fn a_guard_is_one_thread_and_a_future_may_move() {
    fn is_send<T: Send>(_: &T) {}

    #[traced]
    #[profiled]
    async fn moves() {
        outlives();
    }

    is_send(&moves());
}
