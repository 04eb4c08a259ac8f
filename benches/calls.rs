//! What each attribute adds to a call, in nanoseconds: the rows of the cost table.
//!
//! `cargo bench --bench calls`. Subtract the row `bare`; compare with `two reads of the TSC`.

#[path = "common/mod.rs"]
mod common;

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};

fn calls(criterion: &mut Criterion) {
    common::telemetry();
    let mut group = criterion.benchmark_group("calls");
    for row in common::ROWS {
        row.check();
        group.bench_function(row.name, |bencher| bencher.iter_custom(|calls| row.time(calls)));
    }
    group.finish();
    show_call_costs();
    common::drain();
    assert_eq!(obs::snapshot().health().spans_dropped(), 0, "a refused span is cheaper than a recorded one");
}

/// The same rows, over `bare`, as the program finds them out itself.
fn show_call_costs() {
    let Some(overhead) = obs::overhead() else { return };
    let costs = overhead.call_costs();
    for (name, nanos) in [
        ("counted", costs.counted()),
        ("profiled", costs.timed()),
        ("traced, child", costs.traced()),
        ("traced, trace not sampled", costs.not_sampled()),
        ("traced and profiled, child", costs.timed_and_traced()),
        ("with a frame", costs.framed()),
    ] {
        eprintln!("calibrated: {name:<27} {nanos:7.2} ns");
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(30)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(2));
    targets = calls
}
criterion_main!(benches);
