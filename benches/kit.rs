//! What the test kit takes: to set up a recording, for each annotated call in one, and to hold a thousand against their
//! budgets.
//!
//! `cargo bench --bench kit --features testing`. The first recording of a process, which has every annotated function ask
//! whether it is in one, is printed apart: there is only one.

#[path = "common/mod.rs"]
mod common;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use obs::testing::{Recording, record};

use common::{Call, counted, repeat};

#[global_allocator]
static ALLOCATOR: obs::Alloc = obs::Alloc::system();

/// Calls in one recording.
const CALLS: u64 = 1_000;

#[obs::profiled]
#[obs::counted]
#[obs::budget(s = 10, allocs = 2)]
#[inline(never)]
fn bounded(x: u64) -> u64 {
    *black_box(Box::new(x)) + 1
}

#[obs::profiled]
#[obs::counted]
#[inline(never)]
fn timed(x: u64) -> u64 {
    black_box(x) + 1
}

/// A recording of so many calls, and the time these took by themselves.
fn recorded(call: Call, calls: u64) -> (Recording, Duration) {
    let mut took = Duration::ZERO;
    let recording = record(|| {
        let start = Instant::now();
        repeat(call, calls);
        took = start.elapsed();
    });
    (recording, took)
}

/// The time of so many calls, in recordings of a thousand.
fn inside(call: Call, calls: u64) -> Duration {
    let full = (0..calls / CALLS).map(|_| CALLS);
    full.chain([calls % CALLS]).map(|calls| recorded(call, calls).1).sum()
}

fn outside(call: Call, calls: u64) -> Duration {
    let start = Instant::now();
    repeat(call, calls);
    start.elapsed()
}

/// Shows that a recording has what ran in it, and nothing else.
fn check() {
    let (recording, _) = recorded(bounded, CALLS);
    bounded(1);
    assert_eq!(recording.callsite("bounded").calls(), CALLS);
    assert_eq!(recording.callsite("bounded").allocs(), CALLS);
    assert_eq!(recording.allocs(), Some(CALLS));
    recording.assert_budgets();
    assert_eq!(record(|| {}).calls().len(), 0);
}

fn kit(criterion: &mut Criterion) {
    const ROWS: [(&str, Call); 2] = [("counted", counted), ("profiled", timed)];
    common::telemetry();
    repeat(bounded, CALLS);
    let mut group = criterion.benchmark_group("a call before the first recording");
    for (name, call) in ROWS {
        group.bench_function(name, |bencher| bencher.iter_custom(|calls| outside(call, calls)));
    }
    group.finish();

    let start = Instant::now();
    drop(record(|| {}));
    eprintln!("the first recording, {} annotated functions: {:?}", obs::callsites().count(), start.elapsed());
    check();

    let mut group = criterion.benchmark_group("recording");
    group.bench_function("set up", |bencher| bencher.iter(|| record(|| {})));
    group.bench_function("of 1,000 calls", |bencher| bencher.iter_with_large_drop(|| recorded(bounded, CALLS)));
    let (recording, _) = recorded(bounded, CALLS);
    group.bench_function("assert_budgets, 1,000 calls", |bencher| bencher.iter(|| recording.assert_budgets()));
    group.finish();

    let mut group = criterion.benchmark_group("a call in a recording");
    for (name, call) in [ROWS[0], ROWS[1], ("profiled, budget on allocations", bounded)] {
        group.bench_function(name, |bencher| bencher.iter_custom(|calls| inside(call, calls)));
    }
    group.finish();
    let mut group = criterion.benchmark_group("a call beside recordings");
    for (name, call) in ROWS {
        group.bench_function(name, |bencher| bencher.iter_custom(|calls| outside(call, calls)));
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(30)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(2));
    targets = kit
}
criterion_main!(benches);
