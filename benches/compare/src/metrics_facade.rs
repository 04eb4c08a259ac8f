//! `metrics` with the recorder of `metrics-exporter-prometheus`: handles kept by hand, and the macros as they stand.

use std::hint::black_box;
use std::sync::LazyLock;
use std::time::Instant;

use metrics::{Counter, Histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use crate::{Candidate, repeat};

pub(crate) const ALL: &[Candidate] = &[
    Candidate::peer("counted", "metrics, cached", counters).with(start, crate::nothing),
    Candidate::peer("counted", "metrics", macros).with(start, crate::nothing),
    Candidate::peer("counted(labels)", "metrics", labels).with(start, crate::nothing),
    Candidate::peer("profiled", "metrics, cached", histograms).with(start, upkeep),
    Candidate::peer("profiled", "metrics", histogram_macros).with(start, upkeep),
];

static RECORDER: LazyLock<PrometheusHandle> = LazyLock::new(|| {
    let builder = PrometheusBuilder::new().set_buckets(&[1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0]);
    builder.expect("there are buckets").install_recorder().expect("nothing is installed yet")
});
static COUNTER: LazyLock<Counter> = LazyLock::new(|| metrics::counter!("kept"));
static HISTOGRAM: LazyLock<Histogram> = LazyLock::new(|| metrics::histogram!("kept_seconds"));

pub(crate) fn start() {
    LazyLock::force(&RECORDER);
}

/// Without it every sample stays in memory.
fn upkeep() {
    RECORDER.run_upkeep();
}

/// What `#[profiled]` and `#[counted]` do, with the handles kept.
#[inline(always)]
pub(crate) fn counted_and_timed<R>(body: impl FnOnce() -> R) -> R {
    let start = Instant::now();
    let value = body();
    HISTOGRAM.record(start.elapsed());
    COUNTER.increment(1);
    value
}

/// The same with the macros, as people write it.
#[inline(always)]
pub(crate) fn counted_and_timed_by_macros<R>(body: impl FnOnce() -> R) -> R {
    let start = Instant::now();
    let value = body();
    metrics::histogram!("all_seconds").record(start.elapsed());
    metrics::counter!("all").increment(1);
    value
}

#[inline(never)]
fn cached_counter(x: u64) -> u64 {
    COUNTER.increment(1);
    black_box(x) + 1
}

#[inline(never)]
fn counter(x: u64) -> u64 {
    metrics::counter!("calls").increment(1);
    black_box(x) + 1
}

#[inline(never)]
fn labelled(x: u64, method: &str) -> u64 {
    metrics::counter!("labelled_calls", "method" => method.to_owned()).increment(1);
    black_box(x) + 1
}

#[inline(never)]
fn cached_histogram(x: u64) -> u64 {
    let start = Instant::now();
    let value = black_box(x) + 1;
    HISTOGRAM.record(start.elapsed());
    value
}

#[inline(never)]
fn histogram(x: u64) -> u64 {
    let start = Instant::now();
    let value = black_box(x) + 1;
    metrics::histogram!("seconds").record(start.elapsed());
    value
}

repeat!(counters, i => cached_counter(i));
repeat!(macros, i => counter(i));
repeat!(labels, i => labelled(i, black_box("GET")));
repeat!(histograms, i => cached_histogram(i));
repeat!(histogram_macros, i => histogram(i));
