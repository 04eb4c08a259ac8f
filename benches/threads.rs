//! What a call costs on each of several threads that call the same function at once.
//!
//! `cargo bench --bench threads`. Nothing is shared between them, so that the time of a row with two threads is that
//! with one; on a machine with fewer processors than threads (and collector) it is not.

#[path = "common/mod.rs"]
mod common;

use std::sync::Barrier;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};

use common::Row;

/// The rows that do not switch anything: that would be for all threads.
fn rows() -> impl Iterator<Item = &'static Row> {
    let still =
        ["bare", "two reads of the TSC", "counted", "counted(labels)", "profiled", "traced, child", "all four, child"];
    common::ROWS.iter().filter(move |row| still.contains(&row.name))
}

/// The time of the slowest of the threads.
fn at_once(threads: usize, calls: u64, row: &Row) -> Duration {
    let barrier = Barrier::new(threads);
    std::thread::scope(|scope| {
        let one = || {
            barrier.wait();
            row.time(calls)
        };
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(one)).collect();
        running.into_iter().map(|thread| thread.join().expect("it does not panic")).max().unwrap_or_default()
    })
}

fn threads(criterion: &mut Criterion) {
    common::telemetry();
    let mut group = criterion.benchmark_group("threads");
    for row in rows() {
        row.check();
        if !row.callsite.is_empty() {
            let before = common::counted_calls(row.callsite);
            at_once(2, 1_000, row);
            assert_eq!(common::counted_calls(row.callsite) - before, 2_000, "{}", row.name);
        }
        for threads in [1, 2] {
            let id = BenchmarkId::new(row.name, threads);
            group.bench_function(id, |bencher| bencher.iter_custom(|calls| at_once(threads, calls, row)));
        }
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(30)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(2));
    targets = threads
}
criterion_main!(benches);
