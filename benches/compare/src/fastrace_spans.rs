//! `fastrace`: local spans under a root, with a reporter that keeps nothing.

use std::hint::black_box;
use std::pin::pin;
use std::sync::Once;
use std::task::{Context, Waker};

use fastrace::collector::{Config, Reporter, SpanRecord};
use fastrace::prelude::{Event, LocalSpan, Span, SpanContext};

use crate::{Candidate, in_parts, metrics_facade, repeat};

pub(crate) const ALL: &[Candidate] = &[
    Candidate::peer("traced, child", "fastrace", |n| under_roots(true, n, children)).with(start, fastrace::flush),
    Candidate::peer("traced, child, 2 fields", "fastrace", |n| under_roots(true, n, with_properties))
        .with(start, fastrace::flush),
    Candidate::peer("traced, trace not sampled", "fastrace", |n| under_roots(false, n, children))
        .with(start, fastrace::flush),
    Candidate::peer("traced, root", "fastrace", roots).with(start, fastrace::flush),
    Candidate::peer("event in a span", "fastrace", |n| under_roots(true, n, |n| in_parts(n, in_a_span)))
        .with(start, fastrace::flush),
    Candidate::peer("context attached", "fastrace", attached).with(start, fastrace::flush),
    Candidate::peer("all four, child", "fastrace + metrics, cached", |n| under_roots(true, n, with_metrics))
        .with(start_both, fastrace::flush),
    Candidate::peer("all four, async, child", "fastrace", |n| under_roots(true, n, polled))
        .with(start, fastrace::flush),
];

/// Spans that one trace may hold before it loses the rest: 10,240.
const TRACE: u64 = 8_000;

struct Nothing;

impl Reporter for Nothing {
    fn report(&mut self, spans: Vec<SpanRecord>) {
        black_box(spans);
    }
}

fn start() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| fastrace::set_reporter(Nothing, Config::default()));
}

fn start_both() {
    start();
    metrics_facade::start();
}

fn under_roots(sampled: bool, calls: u64, run: fn(u64)) {
    let mut left = calls;
    while left > 0 {
        let root = Span::root("root", SpanContext::random().sampled(sampled));
        let _entered = root.set_local_parent();
        run(left.min(TRACE));
        left -= left.min(TRACE);
    }
}

#[fastrace::trace]
#[inline(never)]
fn traced(x: u64) -> u64 {
    black_box(x) + 1
}

#[fastrace::trace(properties = { "a": "1", "b": "a text" })]
#[inline(never)]
fn properties(x: u64) -> u64 {
    black_box(x) + 1
}

#[inline(never)]
fn root(x: u64) -> u64 {
    let root = Span::root("root", SpanContext::random());
    let _entered = root.set_local_parent();
    black_box(x) + 1
}

#[fastrace::trace]
#[inline(never)]
fn in_a_span(calls: u64) {
    events(calls);
}

#[inline(never)]
fn event(x: u64) -> u64 {
    LocalSpan::add_event(Event::new("a text"));
    black_box(x) + 1
}

#[inline(never)]
fn attach(x: u64, span: &Span) -> u64 {
    let _entered = span.set_local_parent();
    black_box(x) + 1
}

#[fastrace::trace]
#[inline(never)]
fn all(x: u64) -> u64 {
    metrics_facade::counted_and_timed(|| black_box(x) + 1)
}

#[fastrace::trace]
#[inline(never)]
async fn traced_async(x: u64) -> u64 {
    black_box(x) + 1
}

fn attached(calls: u64) {
    let span = Span::root("root", SpanContext::random());
    for i in 0..calls {
        black_box(attach(black_box(i), &span));
    }
}

#[inline(never)]
fn poll(x: u64) -> bool {
    pin!(traced_async(x)).poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

repeat!(children, i => traced(i));
repeat!(with_properties, i => properties(i));
repeat!(roots, i => root(i));
repeat!(events, i => event(i));
repeat!(with_metrics, i => all(i));
repeat!(polled, i => poll(i));
