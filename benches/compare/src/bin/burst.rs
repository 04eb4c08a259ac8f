//! A million spans at once from one thread: how many arrive, how many are counted as lost, and what a span costs the
//! process until it is with the exporter.
//!
//! `cargo run --release --bin burst`; each case runs in a process of its own.

use std::hint::black_box;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use compare::process_time;
use fastrace::collector::{Config, Reporter, SpanRecord};
use fastrace::prelude::{Span, SpanContext};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

const SPANS: u64 = 1_000_000;
const WHO: [&str; 3] = ["obs", "fastrace", "tracing + OTel"];
const SHAPES: [&str; 3] = ["one trace", "a million traces", "1,000 traces, from a thread that ends"];

static ARRIVED: AtomicU64 = AtomicU64::new(0);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [who, shape] = &arguments[..] {
        return case(who, shape);
    }
    println!(
        "| who | spans in | arrived | counted as lost | caller, ns a span | process CPU, ns a span | best of 10: caller | CPU |"
    );
    println!("|---|---|--:|--:|--:|--:|--:|--:|");
    for who in WHO {
        for shape in SHAPES {
            let this = std::env::current_exe().expect("it runs");
            let status = Command::new(this).args([who, shape]).status().expect("it runs again");
            assert!(status.success(), "{who}, {shape}");
        }
    }
}

fn case(who: &str, shape: &str) {
    let backend = Backend::start(who);
    // Whatever is set up once is not of interest.
    (backend.run)(1, 1_000);
    backend.flush();
    // The first burst touches its memory for the first time.
    let first = burst(&backend, shape);
    let (mut caller, mut cpu) = (first.caller, first.cpu);
    for _ in 0..9 {
        let again = burst(&backend, shape);
        (caller, cpu) = (caller.min(again.caller), cpu.min(again.cpu));
    }
    let lost = first.lost.map_or_else(|| "not counted".to_owned(), |lost| lost.to_string());
    let each = |time: Duration| time.as_nanos() as f64 / SPANS as f64;
    print!("| {who} | {shape} | {} | {lost} | {:.0} | {:.0} ", first.arrived, each(first.caller), each(first.cpu));
    println!("| {:.0} | {:.0} |", each(caller), each(cpu));
}

/// What became of one burst.
struct Burst {
    arrived: u64,
    /// As its maker says; not all say it.
    lost: Option<u64>,
    caller: Duration,
    cpu: Duration,
}

fn burst(backend: &Backend, shape: &str) -> Burst {
    let (cpu, arrived, lost) = (process_time(), ARRIVED.load(Ordering::Relaxed), backend.lost());
    let start = Instant::now();
    match shape {
        "one trace" => (backend.run)(1, SPANS - 1),
        "a million traces" => (backend.run)(SPANS, 0),
        _ => {
            let run = backend.run;
            std::thread::spawn(move || run(1_000, 999)).join().expect("it does not panic");
        }
    }
    let caller = start.elapsed();
    backend.flush();
    Burst {
        arrived: ARRIVED.load(Ordering::Relaxed) - arrived,
        lost: backend.lost().zip(lost).map(|(after, before)| after - before),
        caller,
        cpu: process_time() - cpu,
    }
}

/// Who makes the spans.
struct Backend {
    telemetry: Option<obs::Telemetry>,
    provider: Option<SdkTracerProvider>,
    /// Makes so many traces, with so many children each.
    run: fn(u64, u64),
}

impl Backend {
    fn start(who: &str) -> Self {
        match who {
            "obs" => {
                let telemetry = obs::builder().exporter(Counted).start().expect("nothing runs yet");
                ours_root(1);
                // The TSC is taken into use by the first reading that comes 10 ms after the very first.
                std::thread::sleep(Duration::from_millis(20));
                Self {
                    telemetry: Some(telemetry),
                    provider: None,
                    run: |traces, n| (0..traces).for_each(|_| ours_root(n)),
                }
            }
            "fastrace" => {
                fastrace::set_reporter(Counted, Config::default());
                Self { telemetry: None, provider: None, run: |traces, n| (0..traces).for_each(|_| fastrace_root(n)) }
            }
            _ => {
                let provider = SdkTracerProvider::builder().with_batch_exporter(Counted).build();
                let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("burst"));
                tracing_subscriber::registry().with(layer).init();
                Self {
                    telemetry: None,
                    provider: Some(provider),
                    run: |traces, n| (0..traces).for_each(|_| tracing_root(n)),
                }
            }
        }
    }

    fn flush(&self) {
        match (&self.telemetry, &self.provider) {
            (Some(telemetry), _) => assert!(telemetry.flush(Duration::from_secs(60)).is_complete()),
            (_, Some(provider)) => provider.force_flush().expect("nothing can fail"),
            _ => fastrace::flush(),
        }
    }

    /// Spans it says it has lost; only ours says so.
    fn lost(&self) -> Option<u64> {
        self.telemetry.as_ref().map(|_| obs::snapshot().health().spans_dropped())
    }
}

#[derive(Debug)]
struct Counted;

impl obs::Exporter for Counted {
    type Error = std::convert::Infallible;

    fn export(&mut self, batch: &obs::Batch) -> Result<(), Self::Error> {
        ARRIVED.fetch_add(black_box(batch.spans()).len() as u64, Ordering::Relaxed);
        Ok(())
    }
}

impl Reporter for Counted {
    fn report(&mut self, spans: Vec<SpanRecord>) {
        ARRIVED.fetch_add(black_box(spans).len() as u64, Ordering::Relaxed);
    }
}

impl SpanExporter for Counted {
    async fn export(&self, spans: Vec<SpanData>) -> OTelSdkResult {
        ARRIVED.fetch_add(black_box(spans).len() as u64, Ordering::Relaxed);
        Ok(())
    }
}

#[obs::traced]
#[inline(never)]
fn ours_root(children: u64) {
    (0..children).for_each(ours_child);
}

#[obs::traced]
#[inline(never)]
fn ours_child(x: u64) {
    black_box(x);
}

#[inline(never)]
fn fastrace_root(children: u64) {
    let root = Span::root("root", SpanContext::random());
    let _entered = root.set_local_parent();
    (0..children).for_each(fastrace_child);
}

#[fastrace::trace]
#[inline(never)]
fn fastrace_child(x: u64) {
    black_box(x);
}

#[tracing::instrument(skip_all)]
#[inline(never)]
fn tracing_root(children: u64) {
    (0..children).for_each(tracing_child);
}

#[tracing::instrument(skip_all)]
#[inline(never)]
fn tracing_child(x: u64) {
    black_box(x);
}
