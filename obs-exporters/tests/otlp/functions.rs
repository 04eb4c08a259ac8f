//! Annotated functions, and an exporter that keeps batches.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use obs_runtime::expand::{EventSite, event};
use obs_runtime::{Batch, Context, Exporter, Level, ManualClock, SpanId, TraceId, TraceState, Value, Wants, current};

use crate::obs::{counted, profiled, traced};

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

#[derive(Debug)]
pub enum PayError {
    Declined,
}

impl std::fmt::Display for PayError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the card was declined")
    }
}

/// A span with everything that a span can have.
#[traced(
    crate = crate::obs,
    kind = client,
    err,
    fields(small = -7_i64, big = u64::MAX, ratio = 0.5_f64, yes = true, who = "me", empty = "")
)]
pub fn everything() -> Result<(), PayError> {
    static SITE: EventSite = EventSite::new("otlp::functions", "tests/otlp/functions.rs", 42);
    event(&SITE, Level::Warn, "the card is old", |fields| fields.value("years", &9_u64));
    current().link(&remote(3, 4));
    plain();
    Err(PayError::Declined)
}

#[traced(crate = crate::obs)]
pub fn plain() {}

#[traced(crate = crate::obs)]
pub async fn waits() {}

#[profiled(crate = crate::obs)]
#[traced(crate = crate::obs)]
pub fn timed(clock: &ManualClock, nanos: u64) {
    clock.advance(Duration::from_nanos(nanos));
}

#[profiled(crate = crate::obs)]
pub fn timed_widely(clock: &ManualClock, nanos: u64) {
    clock.advance(Duration::from_nanos(nanos));
}

#[profiled(crate = crate::obs)]
pub fn timed_twice(clock: &ManualClock, nanos: u64) {
    clock.advance(Duration::from_nanos(nanos));
}

#[counted(crate = crate::obs, labels(method = method))]
pub fn counted_by(method: &str) {
    let _ = method;
}

/// A span of another process that is recorded.
pub fn remote(trace: u128, span: u64) -> Context {
    Context::remote(TraceId::new(trace).unwrap(), SpanId::new(span).unwrap(), 1, TraceState::EMPTY)
}

/// An event outside of any span.
pub fn alone() {
    static SITE: EventSite = EventSite::new("otlp::functions", "", 0);
    event(&SITE, Level::Error, "nobody is here", |_| {});
}

/// Keeps all batches.
#[derive(Clone, Default)]
pub struct Batches(Arc<Mutex<Vec<Batch>>>);

impl Batches {
    pub fn taken(&self) -> Vec<Batch> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Exporter for Batches {
    type Error = Infallible;

    fn wants(&self) -> Wants {
        Wants { events: true, exemplars: true, ..Wants::SPANS }
    }

    fn export(&mut self, batch: &Batch) -> Result<(), Infallible> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(batch.clone());
        Ok(())
    }
}

/// What a body records, as the batches that exporters are given.
pub fn batches_of(body: impl FnOnce()) -> Vec<Batch> {
    let _turn = turn();
    let batches = Batches::default();
    let telemetry = obs_runtime::builder().service_name("shop").exporter(batches.clone()).start().unwrap();
    body();
    assert!(telemetry.shutdown(Duration::from_secs(10)).is_complete());
    batches.taken()
}

/// The right to run telemetry.
pub fn turn() -> MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An array of everything, for values.
pub fn array() -> Value {
    Value::Array(Box::new([Value::I64(1), Value::Str("two".into()), Value::F64(3.0), Value::Bool(true)]))
}
