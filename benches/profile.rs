//! What it costs a call to be profiled: a call and one inside it, which is what each of the two pays.
//!
//! `cargo bench --bench profile`.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use obs::{ProfileMode, profiled};

#[profiled]
#[inline(never)]
fn outer(n: u64) -> u64 {
    inner(n) + 1
}

#[profiled]
#[inline(never)]
fn inner(n: u64) -> u64 {
    black_box(n)
}

fn profile(criterion: &mut Criterion) {
    obs::profile(ProfileMode::Trace);
    assert_eq!(outer(1), 2);
    let report = obs::report();
    let kept = |name| report.function(name).and_then(|function| function.kept).map(|kept| kept.calls);
    assert_eq!((kept("outer"), kept("inner")), (Some(1), Some(1)));

    let mut group = criterion.benchmark_group("profile");
    for (name, mode) in [
        ("off", ProfileMode::Off),
        ("left out", ProfileMode::Sample(u32::MAX)),
        ("one in 16", ProfileMode::Sample(16)),
        ("all", ProfileMode::Trace),
    ] {
        obs::profile(mode);
        group.bench_function(name, |bencher| bencher.iter(|| outer(black_box(1))));
    }
    group.finish();
}

criterion_group!(benches, profile);
criterion_main!(benches);
