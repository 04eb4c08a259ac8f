//! Spans that others make with `tracing`, on their way in: through our layer, through that of OpenTelemetry, and into a
//! registry that does no more than remember them, the floor of both.
//!
//! A process has one `tracing` subscriber, so each of these runs in a process of its own.

use std::hint::black_box;
use std::sync::Once;

use tracing_subscriber::util::SubscriberInitExt as _;

use crate::{Candidate, in_parts, ours, repeat, tracing_otel};

/// The rows, in the order of the tables.
pub(crate) const ROWS: [&str; 4] =
    ["bridge in, child", "bridge in, child, 2 fields", "bridge in, root", "bridge in, event"];
const FLOOR: &str = "tracing + registry";
const OTEL: &str = "tracing + OTel";

pub(crate) const ALL: &[Candidate] = &[
    candidate(0, "obs", |n| parent(n, children)).with(bridge, ours::drain),
    candidate(0, OTEL, |n| parent(n, children)).with(tracing_otel::start, tracing_otel::flush),
    candidate(0, FLOOR, |n| parent(n, children)).with(remember, crate::nothing),
    candidate(1, "obs", |n| parent(n, with_fields)).with(bridge, ours::drain),
    candidate(1, OTEL, |n| parent(n, with_fields)).with(tracing_otel::start, tracing_otel::flush),
    candidate(1, FLOOR, |n| parent(n, with_fields)).with(remember, crate::nothing),
    candidate(2, "obs", children).with(bridge, ours::drain),
    candidate(2, OTEL, children).with(tracing_otel::start, tracing_otel::flush),
    candidate(2, FLOOR, children).with(remember, crate::nothing),
    candidate(3, "obs", |n| in_parts(n, |n| parent(n, events))).with(bridge, ours::drain),
    candidate(3, OTEL, |n| in_parts(n, |n| parent(n, events))).with(tracing_otel::start, tracing_otel::flush),
    candidate(3, FLOOR, |n| in_parts(n, |n| parent(n, events))).with(remember, crate::nothing),
];

const fn candidate(row: usize, who: &'static str, run: fn(u64)) -> Candidate {
    Candidate { is_apart: true, ..Candidate::peer(ROWS[row], who, run) }
}

fn bridge() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        ours::telemetry_with(obs::ClockChoice::Tsc);
        obs::bridges::tracing::subscriber().init();
        let before = obs::snapshot().health().spans_finished;
        parent(10, children);
        assert_eq!(obs::snapshot().health().spans_finished - before, 11, "the children and the parent");
    });
}

fn remember() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| tracing_subscriber::registry().init());
}

#[tracing::instrument(skip_all)]
#[inline(never)]
fn parent(calls: u64, run: fn(u64)) {
    run(calls);
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

repeat!(children, i => traced(i));
repeat!(with_fields, i => fields(i));
repeat!(events, i => event(i));
