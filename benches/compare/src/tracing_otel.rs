//! `tracing` with a registry and the OpenTelemetry layer, over the SDK's batch processor and an exporter that keeps
//! nothing. The batch processor drops what its queue of 2,048 has no room for: under load it is cheaper than it says.

use std::hint::black_box;
use std::pin::pin;
use std::sync::OnceLock;
use std::task::{Context, Waker};

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::{Candidate, in_parts, metrics_facade, repeat};

pub(crate) const ALL: &[Candidate] = &[
    Candidate::peer("switched off, all", "tracing", below_level).with(start, crate::nothing),
    Candidate::peer("traced, child", "tracing + OTel", |n| parent(n, children)).with(start, flush),
    Candidate::peer("traced, child, 2 fields", "tracing + OTel", |n| parent(n, with_fields)).with(start, flush),
    Candidate::peer("traced, root", "tracing + OTel", children).with(start, flush),
    Candidate::peer("event in a span", "tracing + OTel", |n| in_parts(n, |n| parent(n, events))).with(start, flush),
    Candidate::peer("all four, child", "tracing + OTel + metrics", |n| parent(n, with_metrics)).with(start_both, flush),
    Candidate::peer("all four, async, child", "tracing + OTel", |n| parent(n, polled)).with(start, flush),
];

#[derive(Debug)]
pub(crate) struct Nothing;

impl SpanExporter for Nothing {
    async fn export(&self, spans: Vec<SpanData>) -> OTelSdkResult {
        black_box(spans);
        Ok(())
    }
}

static PROVIDER: OnceLock<SdkTracerProvider> = OnceLock::new();

pub(crate) fn start() {
    PROVIDER.get_or_init(|| {
        let provider = SdkTracerProvider::builder().with_batch_exporter(Nothing).build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("compare"));
        tracing_subscriber::registry().with(LevelFilter::INFO).with(layer).init();
        provider
    });
}

fn start_both() {
    start();
    metrics_facade::start();
}

pub(crate) fn flush() {
    PROVIDER.get().expect("it is started").force_flush().expect("nothing can fail");
}

#[tracing::instrument(skip_all)]
#[inline(never)]
fn parent(calls: u64, run: fn(u64)) {
    run(calls);
}

#[tracing::instrument(level = "trace", skip_all)]
#[inline(never)]
fn off(x: u64) -> u64 {
    black_box(x) + 1
}

#[tracing::instrument(skip_all)]
#[inline(never)]
fn traced(x: u64) -> u64 {
    black_box(x) + 1
}

#[tracing::instrument(skip_all, fields(a = 1_u64, b = "a text"))]
#[inline(never)]
fn fields(x: u64) -> u64 {
    black_box(x) + 1
}

#[inline(never)]
fn event(x: u64) -> u64 {
    tracing::info!("a text");
    black_box(x) + 1
}

#[tracing::instrument(skip_all)]
#[inline(never)]
fn all(x: u64) -> u64 {
    metrics_facade::counted_and_timed_by_macros(|| black_box(x) + 1)
}

#[tracing::instrument(skip_all)]
#[inline(never)]
async fn traced_async(x: u64) -> u64 {
    black_box(x) + 1
}

#[inline(never)]
fn poll(x: u64) -> bool {
    pin!(traced_async(x)).poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

repeat!(below_level, i => off(i));
repeat!(children, i => traced(i));
repeat!(with_fields, i => fields(i));
repeat!(events, i => event(i));
repeat!(with_metrics, i => all(i));
repeat!(polled, i => poll(i));
