//! Who makes the spans and sends them.

use std::hint::black_box;
use std::sync::OnceLock;
use std::time::Duration;

use obs::exporters::otlp::{Otlp, Protocol};
use opentelemetry::KeyValue;
use opentelemetry::trace::{Tracer as _, TracerProvider as _};
use opentelemetry_otlp::{Protocol as SdkProtocol, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, SdkTracer, SdkTracerProvider};

/// Spans of a trace.
pub(crate) const TRACE: u64 = 10;
/// Twice the memory for spans on their way to the collector.
pub(crate) const MORE_MEMORY: &str = "span_memory 128 MiB";
const PATIENCE: Duration = Duration::from_secs(60);

/// All of them, and what the server has to speak.
pub(crate) const WHO: [(&str, &str); 6] = [
    ("obs, HTTP", "http"),
    ("obs, HTTP, gzip", "http"),
    ("obs, gRPC", "grpc"),
    ("obs, gRPC, gzip", "grpc"),
    ("OTel SDK, HTTP", "http"),
    ("OTel SDK, HTTP, queue of 65,536", "http"),
];

/// Makes spans, and sends them.
pub(crate) enum Maker {
    Ours(std::cell::Cell<Option<obs::Telemetry>>),
    Sdk(SdkTracerProvider),
}

impl Maker {
    pub(crate) fn start(who: &str, address: &str) -> Self {
        if who.starts_with("obs") {
            let protocol = if who.contains("gRPC") { Protocol::Grpc } else { Protocol::HttpProtobuf };
            let otlp = Otlp::new().endpoint(address).protocol(protocol).gzip(who.contains("gzip"));
            let otlp = otlp.without_metrics().without_logs();
            let mut builder = obs::builder().service_name("ship").exporter(otlp);
            if who.contains(MORE_MEMORY) {
                builder = builder.span_memory(128 << 20);
            }
            let telemetry = builder.start().expect("nothing runs yet");
            return Self::Ours(Some(telemetry).into());
        }
        let exporter = SpanExporter::builder()
            .with_http()
            .with_protocol(SdkProtocol::HttpBinary)
            .with_endpoint(format!("{address}/v1/traces"))
            .build()
            .expect("an exporter");
        let mut config = BatchConfigBuilder::default();
        if who.contains("queue") {
            config = config.with_max_queue_size(65_536).with_max_export_batch_size(4_096);
        }
        let processor = BatchSpanProcessor::builder(exporter).with_batch_config(config.build()).build();
        let provider = SdkTracerProvider::builder().with_span_processor(processor).build();
        TRACER.get_or_init(|| provider.tracer("ship"));
        Self::Sdk(provider)
    }

    /// Makes so many spans, a multiple of [`TRACE`].
    pub(crate) fn make(&self, spans: u64) {
        let one = match self {
            Self::Ours(_) => ours,
            Self::Sdk(_) => with_sdk,
        };
        (0..spans / TRACE).for_each(|n| one(black_box(n)));
    }

    pub(crate) fn flush(&self) {
        match self {
            Self::Ours(telemetry) => {
                let running = telemetry.take();
                running.iter().for_each(|telemetry| assert!(telemetry.flush(PATIENCE).is_complete()));
                telemetry.set(running);
            }
            // It says so when the last batch could not be sent.
            Self::Sdk(provider) => provider.force_flush().expect("the server is there"),
        }
    }

    pub(crate) fn shutdown(&self) {
        match self {
            Self::Ours(telemetry) => {
                let report = telemetry.take().map(|telemetry| telemetry.shutdown(PATIENCE));
                assert!(report.is_some_and(|report| report.is_complete()));
            }
            Self::Sdk(provider) => provider.shutdown_with_timeout(PATIENCE).expect("the server is there"),
        }
    }

    /// Spans the maker knows to be lost, by counter.
    pub(crate) fn lost(&self) -> String {
        let Self::Ours(_) = self else { return String::new() };
        let snapshot = obs::snapshot();
        let health = snapshot.health();
        let counters = [
            ("ring_full", health.ring_full),
            ("queue_full", health.queue_full),
            ("export_failed", health.export_failed),
            ("rejected", health.rejected),
            ("shutdown_timeout", health.shutdown_timeout),
        ];
        let lost = counters.iter().filter(|(_, spans)| *spans > 0).map(|(name, spans)| format!("{name} {spans}"));
        lost.collect::<Vec<_>>().join(", ")
    }
}

#[obs::traced(fields(number))]
#[inline(never)]
fn ours(number: u64) {
    (1..TRACE).for_each(|n| ours_child(number + n));
}

#[obs::traced(fields(number))]
#[inline(never)]
fn ours_child(number: u64) {
    black_box(number);
}

static TRACER: OnceLock<SdkTracer> = OnceLock::new();

#[inline(never)]
fn with_sdk(number: u64) {
    span("root", number, || (1..TRACE).for_each(|n| with_sdk_child(number + n)));
}

#[inline(never)]
fn with_sdk_child(number: u64) {
    span("child", number, || {
        black_box(number);
    });
}

fn span(name: &'static str, number: u64, body: impl FnOnce()) {
    let tracer = TRACER.get().expect("it is started");
    let builder = tracer.span_builder(name).with_attributes([KeyValue::new("number", number as i64)]);
    tracer.in_span_with_builder(builder, |_| body());
}
