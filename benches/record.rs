//! What it costs to put a duration into the histogram that travels: the one in a snapshot, not the one in a thread.
//!
//! `cargo bench --bench record`.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};

fn record(criterion: &mut Criterion) {
    let mut histogram = obs::Histogram::default();
    (1..=1_000).for_each(|n| histogram.record_nanos(n * 1_000));
    assert_eq!(histogram.count(), 1_000);
    assert!(histogram.quantile(0.5).is_some_and(|median| (median / 500e-6 - 1.0).abs() < 0.05));

    let mut group = criterion.benchmark_group("histogram");
    let mut nanos = 1_u64;
    group.bench_function("record_nanos", |bencher| {
        bencher.iter(|| {
            nanos = nanos * 29 % 999_983;
            histogram.record_nanos(black_box(nanos));
        });
    });
    group.bench_function("quantile", |bencher| bencher.iter(|| black_box(&histogram).quantile(black_box(0.99))));
    let other = histogram.clone();
    group.bench_function("merge", |bencher| bencher.iter(|| histogram.merge(black_box(&other))));
    group.finish();
}

criterion_group!(benches, record);
criterion_main!(benches);
