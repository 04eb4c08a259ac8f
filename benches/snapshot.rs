//! What a snapshot and a scrape of a thousand functions cost, each with a histogram of 11 buckets that holds 1,000 calls.
//!
//! `cargo bench --bench snapshot --features prometheus`.

#[path = "common/thousand.rs"]
mod thousand;

use std::cell::RefCell;
use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};

const CALLS: u64 = 1_000;
const BUCKETS: i32 = 11;

thread_local! {
    static CLOCK: RefCell<obs::ManualClock> = RefCell::default();
}

/// Lets the call take so long that call `i` falls into bucket `i % 11`.
fn take(i: u64) {
    let bucket = (i % u64::from(BUCKETS.unsigned_abs())) as f64;
    let seconds = 1e-6 * ((bucket + 0.5) / 16.0).exp2();
    CLOCK.with_borrow(|clock| clock.advance(Duration::from_secs_f64(seconds)));
}

/// The pages, by what a scraper accepts.
const PAGES: [(&str, &str); 3] = [
    ("text", "text/plain"),
    ("openmetrics", "application/openmetrics-text"),
    ("protobuf", "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"),
];

fn snapshot(criterion: &mut Criterion) {
    let clock = obs::ManualClock::new();
    CLOCK.set(clock.clone());
    let prometheus = obs::exporters::Prometheus::new().without_server();
    let handle = prometheus.handle();
    let _telemetry = obs::builder().clock(clock).exporter(prometheus).start().expect("nothing runs yet");
    (0..CALLS).for_each(thousand::call);

    let taken = obs::snapshot();
    assert_eq!(taken.callsites().len(), 1_000);
    for callsite in taken.callsites() {
        let duration = callsite.duration().expect("they are timed");
        let filled = duration.counts().iter().filter(|&&n| n > 0).count();
        assert_eq!((callsite.calls(), duration.count(), filled), (CALLS, CALLS, 11), "{}", callsite.name());
    }

    let mut group = criterion.benchmark_group("1000 functions");
    group.bench_function("snapshot", |bencher| bencher.iter(|| black_box(obs::snapshot())));
    for (name, accept) in PAGES {
        let (kind, page) = handle.render(accept);
        eprintln!("{name}: {} bytes of {kind}", page.len());
        assert!(page.len() > 100_000);
        group.bench_function(name, |bencher| bencher.iter(|| black_box(handle.render(accept))));
    }
    group.finish();
}

criterion_group!(benches, snapshot);
criterion_main!(benches);
