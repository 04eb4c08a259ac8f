//! The OpenTelemetry SDK used directly, over its batch processor and an exporter that keeps nothing. The batch processor
//! drops what its queue of 2,048 has no room for: under load it is cheaper than it says.

use std::hint::black_box;
use std::pin::pin;
use std::sync::OnceLock;
use std::task::{Context as TaskContext, Waker};

use opentelemetry::context::FutureExt as _;
use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState, Tracer as _, TracerProvider as _,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};

use crate::tracing_otel::Nothing;
use crate::{Candidate, in_parts, repeat};

const WHO: &str = "OTel SDK";

pub(crate) const ALL: &[Candidate] = &[
    Candidate::peer("traced, child", WHO, |n| parent(n, children)).with(start, flush),
    Candidate::peer("traced, child, 2 fields", WHO, |n| parent(n, with_attributes)).with(start, flush),
    Candidate::peer("traced, trace not sampled", WHO, dropped_parent).with(start, flush),
    Candidate::peer("traced, root", WHO, children).with(start, flush),
    Candidate::peer("event in a span", WHO, |n| in_parts(n, |n| parent(n, events))).with(start, flush),
    Candidate::peer("context attached", WHO, attached).with(start, crate::nothing),
    Candidate::peer("future in a context, one poll", WHO, polled).with(start, crate::nothing),
];

static STARTED: OnceLock<(SdkTracerProvider, SdkTracer, Context)> = OnceLock::new();

fn start() {
    STARTED.get_or_init(|| {
        let provider = SdkTracerProvider::builder().with_batch_exporter(Nothing).build();
        let tracer = provider.tracer("compare");
        let context = Context::new().with_span(tracer.start("context"));
        (provider, tracer, context)
    });
}

fn started() -> &'static (SdkTracerProvider, SdkTracer, Context) {
    STARTED.get().expect("it is started")
}

fn flush() {
    started().0.force_flush().expect("nothing can fail");
}

fn parent(calls: u64, run: fn(u64)) {
    started().1.in_span("parent", |_| run(calls));
}

/// Under a parent elsewhere that is not sampled, which the default sampler follows.
fn dropped_parent(calls: u64) {
    let (trace, span) = (TraceId::from(1), SpanId::from(1));
    let remote = SpanContext::new(trace, span, TraceFlags::NOT_SAMPLED, true, TraceState::NONE);
    let _attached = Context::new().with_remote_span_context(remote).attach();
    children(calls);
}

#[inline(never)]
fn traced(x: u64) -> u64 {
    started().1.in_span("traced", |_| black_box(x) + 1)
}

#[inline(never)]
fn attributes(x: u64) -> u64 {
    let tracer = &started().1;
    let span = tracer
        .span_builder("attributes")
        .with_attributes([KeyValue::new("a", 1_i64), KeyValue::new("b", "a text")])
        .start(tracer);
    let _attached = Context::current_with_span(span).attach();
    black_box(x) + 1
}

#[inline(never)]
fn event(x: u64) -> u64 {
    Context::map_current(|context| context.span().add_event("a text", Vec::new()));
    black_box(x) + 1
}

#[inline(never)]
fn attach(x: u64) -> u64 {
    let _attached = started().2.clone().attach();
    black_box(x) + 1
}

#[inline(never)]
fn poll(x: u64) -> bool {
    let future = async { black_box(x) + 1 }.with_context(started().2.clone());
    pin!(future).poll(&mut TaskContext::from_waker(Waker::noop())).is_ready()
}

repeat!(children, i => traced(i));
repeat!(with_attributes, i => attributes(i));
repeat!(events, i => event(i));
repeat!(attached, i => attach(i));
repeat!(polled, i => poll(i));
