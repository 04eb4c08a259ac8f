//! OpenTelemetry's own benchmark: spans with one integer attribute and one event, each a root and always sampled, into an
//! exporter that keeps nothing. How many a core makes in a second, and the share of a core that 10,000 a second take.
//!
//! `cargo run --release --bin otel_shape`; each case runs in a process of its own. A span that was lost is cheaper than
//! one that arrived: what is divided by the processor time are those that arrived, with their attribute and event.

use std::hint::black_box;
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use compare::pace::pace;
use compare::process_time;
use fastrace::collector::{Config, Reporter, SpanRecord};
use fastrace::prelude::{Event, Span as FastSpan, SpanContext};
use opentelemetry::KeyValue;
use opentelemetry::trace::{Span as _, Tracer as _, TracerProvider as _};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider, SpanData, SpanExporter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

const WHO: [&str; 5] = ["-", "obs", "fastrace", "OTel SDK", "tracing + OTel"];
/// Spans of one repetition.
const SPANS: u64 = 200_000;
const REPETITIONS: usize = 11;
const RATE: u64 = 10_000;
const LENGTH: Duration = Duration::from_secs(15);

/// Spans that arrived with an attribute and an event.
static ARRIVED: AtomicU64 = AtomicU64::new(0);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [who] = &arguments[..] {
        return case(who);
    }
    print!("| who | spans/s on the caller, median of {REPETITIONS} | least | most | arrived | ");
    println!("spans/s/core, arrived | CPU share at {RATE}/s |");
    println!("|---|--:|--:|--:|--:|--:|--:|");
    for who in WHO {
        let this = std::env::current_exe().expect("it runs");
        let status = Command::new(this).arg(who).status().expect("it runs again");
        assert!(status.success(), "{who}");
    }
}

fn case(who: &str) {
    let maker = Maker::start(who);
    maker.make(1_000);
    maker.flush();
    let share = share(&maker);
    if who == "-" {
        return println!("| - | - | - | - | - | - | {share:.2} % |");
    }
    let mut runs: Vec<_> = (0..REPETITIONS).map(|_| repetition(&maker)).collect();
    let arrived: u64 = runs.iter().map(|run| run.arrived).sum();
    let cpu: f64 = runs.iter().map(|run| run.cpu.as_secs_f64()).sum();
    runs.sort_by_key(|run| run.caller);
    let rate = |run: &Run| SPANS as f64 / run.caller.as_secs_f64();
    let [least, median, most] = [REPETITIONS - 1, REPETITIONS / 2, 0].map(|place| rate(&runs[place]));
    let whole = arrived as f64 / (SPANS * REPETITIONS as u64) as f64;
    print!("| {who} | {median:.0} | {least:.0} | {most:.0} | {:.1} % ", 100.0 * whole);
    println!("| {:.0} | {share:.2} % |", arrived as f64 / cpu);
}

struct Run {
    caller: Duration,
    cpu: Duration,
    arrived: u64,
}

fn repetition(maker: &Maker) -> Run {
    let (cpu, arrived) = (process_time(), ARRIVED.load(Ordering::Relaxed));
    let start = Instant::now();
    maker.make(SPANS);
    let caller = start.elapsed();
    maker.flush();
    Run { caller, cpu: process_time() - cpu, arrived: ARRIVED.load(Ordering::Relaxed) - arrived }
}

/// Percent of one core, pacing included: the case `-` is the pacing alone.
fn share(maker: &Maker) -> f64 {
    let (cpu, arrived) = (process_time(), ARRIVED.load(Ordering::Relaxed));
    let (made, length) = pace(RATE, LENGTH, |spans| maker.make(spans));
    maker.flush();
    let arrived = ARRIVED.load(Ordering::Relaxed) - arrived;
    assert!(maker.run.is_none() || arrived == made, "{arrived} of {made} arrived");
    100.0 * (process_time() - cpu).as_secs_f64() / length.as_secs_f64()
}

/// Who makes the spans.
#[derive(Default)]
struct Maker {
    telemetry: Option<obs::Telemetry>,
    provider: Option<SdkTracerProvider>,
    run: Option<fn(u64)>,
}

impl Maker {
    fn start(who: &str) -> Self {
        match who {
            "-" => Self::default(),
            "obs" => {
                let telemetry = obs::builder().exporter(Counted).start().expect("nothing runs yet");
                Self { telemetry: Some(telemetry), run: Some(ours), ..Self::default() }
            }
            "fastrace" => {
                fastrace::set_reporter(Counted, Config::default());
                Self { run: Some(with_fastrace), ..Self::default() }
            }
            _ => {
                let provider = SdkTracerProvider::builder().with_batch_exporter(Counted).build();
                let tracer = provider.tracer("otel_shape");
                let run: fn(u64) = if who == "OTel SDK" { with_sdk } else { with_tracing };
                if who != "OTel SDK" {
                    let layer = tracing_opentelemetry::layer().with_tracer(tracer.clone());
                    tracing_subscriber::registry().with(layer).init();
                }
                TRACER.get_or_init(|| tracer);
                Self { provider: Some(provider), run: Some(run), ..Self::default() }
            }
        }
    }

    fn make(&self, spans: u64) {
        if let Some(run) = self.run {
            (0..spans).for_each(|i| run(black_box(i)));
        }
    }

    fn flush(&self) {
        match (&self.telemetry, &self.provider) {
            (Some(telemetry), _) => assert!(telemetry.flush(Duration::from_secs(60)).is_complete()),
            (_, Some(provider)) => provider.force_flush().expect("nothing can fail"),
            _ => fastrace::flush(),
        }
    }
}

static TRACER: OnceLock<SdkTracer> = OnceLock::new();

#[obs::traced(fields(number))]
#[inline(never)]
fn ours(number: u64) {
    obs::event!(obs::Level::Info, "an event");
    black_box(number);
}

#[inline(never)]
fn with_fastrace(number: u64) {
    let span = FastSpan::root("span", SpanContext::random()).with_property(|| ("number", number.to_string()));
    span.add_event(Event::new("an event"));
    black_box(number);
}

#[inline(never)]
fn with_sdk(number: u64) {
    let mut span = TRACER.get().expect("it is started").start("span");
    span.set_attribute(KeyValue::new("number", number as i64));
    span.add_event("an event", Vec::new());
    black_box(number);
}

#[tracing::instrument]
#[inline(never)]
fn with_tracing(number: u64) {
    tracing::info!("an event");
    black_box(number);
}

#[derive(Debug)]
struct Counted;

fn arrived(whole: impl Iterator<Item = bool>) {
    ARRIVED.fetch_add(whole.filter(|&whole| whole).count() as u64, Ordering::Relaxed);
}

impl obs::Exporter for Counted {
    type Error = std::convert::Infallible;

    fn wants(&self) -> obs::Wants {
        obs::Wants { events: true, ..obs::Wants::SPANS }
    }

    fn export(&mut self, batch: &obs::Batch) -> Result<(), Self::Error> {
        arrived(batch.spans().iter().map(|span| !span.fields().is_empty() && !span.events().is_empty()));
        Ok(())
    }
}

impl Reporter for Counted {
    fn report(&mut self, spans: Vec<SpanRecord>) {
        arrived(spans.iter().map(|span| !span.properties.is_empty() && !span.events.is_empty()));
    }
}

impl SpanExporter for Counted {
    async fn export(&self, spans: Vec<SpanData>) -> OTelSdkResult {
        arrived(spans.iter().map(|span| !span.attributes.is_empty() && !span.events.is_empty()));
        Ok(())
    }
}
