//! Crates whose counters and histograms are statics: `prometheus`, `prometheus-client`, `metriken`; and `puffin` off.

use std::hint::black_box;
use std::sync::LazyLock;
use std::time::Instant;

use metriken::AtomicCounterHistogram;
use prometheus::{HistogramOpts, IntCounter, IntCounterVec, Opts};
use prometheus_client::metrics::counter::Counter as ClientCounter;
use prometheus_client::metrics::family::Family;

use crate::{Candidate, repeat};

pub(crate) const ALL: &[Candidate] = &[
    Candidate::peer("switched off, all", "puffin", scopes),
    Candidate::peer("counted", "prometheus", prometheus_counters),
    Candidate::peer("counted", "prometheus-client", client_counters),
    Candidate::peer("counted", "metriken", metriken_counters),
    Candidate::peer("counted(labels)", "prometheus", prometheus_labels),
    Candidate::peer("counted(labels)", "prometheus-client", client_labels),
    Candidate::peer("profiled", "prometheus", prometheus_histograms),
    Candidate::peer("profiled", "metriken", metriken_histograms),
];

static PROMETHEUS: LazyLock<IntCounter> = LazyLock::new(|| IntCounter::new("calls", "Calls.").expect("a name"));
static PROMETHEUS_LABELS: LazyLock<IntCounterVec> =
    LazyLock::new(|| IntCounterVec::new(Opts::new("calls", "Calls."), &["method"]).expect("a name"));
static PROMETHEUS_SECONDS: LazyLock<prometheus::Histogram> =
    LazyLock::new(|| prometheus::Histogram::with_opts(HistogramOpts::new("seconds", "Seconds.")).expect("a name"));
static CLIENT: LazyLock<ClientCounter> = LazyLock::new(ClientCounter::default);
static CLIENT_LABELS: LazyLock<Family<Vec<(&'static str, String)>, ClientCounter>> = LazyLock::new(Family::default);
static METRIKEN: metriken::Counter = metriken::Counter::new();
static METRIKEN_NANOS: AtomicCounterHistogram = AtomicCounterHistogram::new(7, 64);

#[inline(never)]
fn scope(x: u64) -> u64 {
    puffin::profile_function!();
    black_box(x) + 1
}

#[inline(never)]
fn prometheus_counter(x: u64) -> u64 {
    PROMETHEUS.inc();
    black_box(x) + 1
}

#[inline(never)]
fn prometheus_label(x: u64, method: &str) -> u64 {
    PROMETHEUS_LABELS.with_label_values(&[method]).inc();
    black_box(x) + 1
}

#[inline(never)]
fn prometheus_histogram(x: u64) -> u64 {
    let _timer = PROMETHEUS_SECONDS.start_timer();
    black_box(x) + 1
}

#[inline(never)]
fn client_counter(x: u64) -> u64 {
    CLIENT.inc();
    black_box(x) + 1
}

#[inline(never)]
fn client_label(x: u64, method: &str) -> u64 {
    CLIENT_LABELS.get_or_create(&vec![("method", method.to_owned())]).inc();
    black_box(x) + 1
}

#[inline(never)]
fn metriken_counter(x: u64) -> u64 {
    METRIKEN.increment();
    black_box(x) + 1
}

#[inline(never)]
fn metriken_histogram(x: u64) -> u64 {
    let start = Instant::now();
    let value = black_box(x) + 1;
    let _ = METRIKEN_NANOS.increment(start.elapsed().as_nanos() as u64);
    value
}

repeat!(scopes, i => scope(i));
repeat!(prometheus_counters, i => prometheus_counter(i));
repeat!(prometheus_labels, i => prometheus_label(i, black_box("GET")));
repeat!(prometheus_histograms, i => prometheus_histogram(i));
repeat!(client_counters, i => client_counter(i));
repeat!(client_labels, i => client_label(i, black_box("GET")));
repeat!(metriken_counters, i => metriken_counter(i));
repeat!(metriken_histograms, i => metriken_histogram(i));
