//! The annotated functions of all tests. Each test has its own, since totals are those of the process.

use std::time::Duration;

use obs_runtime::expand::{
    Budget, Count, EventSite, Guard, Limit, LimitKind, NoFields, NoLabels, OnExceed, Time, callee, callsite, event,
    with_callees,
};
use obs_runtime::{Level, ManualClock};

use crate::obs::{budget, counted, profiled, traced};

#[derive(Debug)]
pub enum PayError {
    Declined,
}

impl std::fmt::Display for PayError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("declined")
    }
}

/// Pays for a cart.
///
/// More about it.
#[profiled(crate = crate::obs)]
pub fn pay(clock: &ManualClock, millis: u64, declined: bool) -> Result<(), PayError> {
    clock.advance(Duration::from_millis(millis));
    if declined { Err(PayError::Declined) } else { Ok(()) }
}

#[counted(crate = crate::obs, labels(method = method))]
pub fn counted_by_method(method: &str) {
    let _ = method;
}

#[profiled(crate = crate::obs, name = "page::twice")]
pub fn twice_a() {}

#[profiled(crate = crate::obs, name = "page::twice")]
pub fn twice_b() {}

#[profiled(crate = crate::obs)]
#[budget(ms = 10, crate = crate::obs)]
pub fn bounded(clock: &ManualClock, millis: u64) {
    clock.advance(Duration::from_millis(millis));
}

#[profiled(crate = crate::obs)]
#[budget(ms = 10, crate = crate::obs)]
pub fn bounded_exactly(clock: &ManualClock, nanos: u64) {
    clock.advance(Duration::from_nanos(nanos));
}

#[budget(ms = 10, crate = crate::obs, name = "page::limited_twice")]
pub fn limited_twice_a(clock: &ManualClock, millis: u64) {
    clock.advance(Duration::from_millis(millis));
}

#[budget(ms = 20, crate = crate::obs, name = "page::limited_twice")]
pub fn limited_twice_b(clock: &ManualClock, millis: u64) {
    clock.advance(Duration::from_millis(millis));
}

#[profiled(crate = crate::obs)]
pub async fn waits() {
    let mut polled = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut polled, true) {
            return std::task::Poll::Ready(());
        }
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

#[counted(in_flight, crate = crate::obs)]
pub fn running(inside: impl FnOnce()) {
    inside();
}

#[profiled(crate = crate::obs)]
pub fn busy_work() {}

#[profiled(crate = crate::obs)]
pub fn bridged(clock: &ManualClock, millis: u64) {
    clock.advance(Duration::from_millis(millis));
}

#[counted(crate = crate::obs)]
pub fn bridged_count() {}

#[traced(crate = crate::obs, fields(id = id, who = who, big = u64::MAX, ratio = 0.5_f64, yes = true))]
pub fn outer(id: i64, who: &str) -> Result<(), PayError> {
    inner();
    Err(PayError::Declined)
}

#[traced(crate = crate::obs, kind = client)]
pub fn inner() {}

#[traced(crate = crate::obs)]
pub fn remembered() {}

/// An event, inside a span where one runs.
pub fn says(message: &str) {
    static SITE: EventSite = EventSite::new("it::functions", "tests/it/functions.rs", 1);
    event(&SITE, Level::Info, message, |fields| fields.value("n", &7_i64));
}

#[traced(crate = crate::obs)]
pub fn remembered_saying(message: &str) {
    says(message);
}

#[profiled(crate = crate::obs)]
#[traced(crate = crate::obs)]
pub fn exampled(clock: &ManualClock, nanos: u64) {
    clock.advance(Duration::from_nanos(nanos));
}

#[profiled(crate = crate::obs)]
pub fn shown(clock: &ManualClock, millis: u64) {
    clock.advance(Duration::from_millis(millis));
}

#[profiled(crate = crate::obs)]
pub fn at_bounds(clock: &ManualClock, nanos: u64) {
    clock.advance(Duration::from_nanos(nanos));
}

#[profiled(crate = crate::obs)]
pub fn wide(clock: &ManualClock, nanos: u64) {
    clock.advance(Duration::from_nanos(nanos));
}

#[profiled(crate = crate::obs)]
pub fn written(clock: &ManualClock, nanos: u64) {
    clock.advance(Duration::from_nanos(nanos));
}

#[traced(crate = crate::obs)]
#[profiled(crate = crate::obs)]
pub fn exemplary(clock: &ManualClock, nanos: u64) {
    clock.advance(Duration::from_nanos(nanos));
}

#[traced(crate = crate::obs)]
#[budget(ms = 1_140, crate = crate::obs)]
pub fn exemplary_within(clock: &ManualClock, nanos: u64) {
    clock.advance(Duration::from_nanos(nanos));
}

#[traced(crate = crate::obs)]
pub fn drawn(inside: impl FnOnce()) {
    inside();
}

#[traced(crate = crate::obs)]
pub async fn awaits() {
    let mut polled = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut polled, true) {
            return std::task::Poll::Ready(());
        }
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

#[traced(crate = crate::obs)]
pub fn shown_inside(clock: &ManualClock, millis: u64) {
    clock.advance(Duration::from_millis(millis));
}

#[profiled(crate = crate::obs)]
#[traced(crate = crate::obs)]
pub fn exampled_too(clock: &ManualClock, nanos: u64) {
    clock.advance(Duration::from_nanos(nanos));
}

/// A limit, written down by hand: a callsite knows them, whoever did.
const fn limit(kind: LimitKind, at_most: u64, share: f64) -> Limit {
    Limit { kind, at_most, share }
}

const fn budget_of(limits: &'static [Limit]) -> Budget {
    Budget { limits, on_exceed: OnExceed::Count }
}

fn takes(clock: &ManualClock, millis: u64, blocks: usize, looks: u64) {
    clock.advance(Duration::from_millis(millis));
    (0..blocks).for_each(|_| drop(std::hint::black_box(Vec::<u8>::with_capacity(100))));
    (0..looks).for_each(|_| looked_at());
}

pub fn limited(clock: &ManualClock, millis: u64, blocks: usize, looks: u64) {
    const LIMITS: &[Limit] = &[
        limit(LimitKind::Wall, 10_000_000, 0.5),
        limit(LimitKind::Quantile("p90"), 20_000_000, 0.9),
        limit(LimitKind::Allocs, 2, 1.0),
        limit(LimitKind::Bytes, 250, 1.0),
        limit(LimitKind::Calls("looked_at"), 1, 1.0),
    ];
    let callsite = with_callees(callsite!(timed: true, budget: Some(budget_of(LIMITS))), || [callee(&looked_at)]);
    let guard = Guard::<Time>::enter(callsite, NoLabels, NoFields);
    takes(clock, millis, blocks, looks);
    guard.finish_ok();
}

pub fn limited_and_shown(clock: &ManualClock, millis: u64, blocks: usize, looks: u64) {
    const LIMITS: &[Limit] = &[
        limit(LimitKind::Wall, 20_000_000, 1.0),
        limit(LimitKind::Quantile("p50"), 10_000_000, 0.5),
        limit(LimitKind::Quantile("p90"), 10_000_000, 0.9),
        limit(LimitKind::Allocs, 2, 1.0),
        limit(LimitKind::Bytes, 1_000, 1.0),
        limit(LimitKind::Calls("looked_at"), 1, 1.0),
    ];
    let callsite = with_callees(callsite!(timed: true, budget: Some(budget_of(LIMITS))), || [callee(&looked_at)]);
    let guard = Guard::<Time>::enter(callsite, NoLabels, NoFields);
    takes(clock, millis, blocks, looks);
    guard.finish_ok();
}

/// Asks for one block, never written to, and keeps it meanwhile.
pub fn allocates(clock: &ManualClock, bytes: usize, inside: impl FnOnce()) {
    let guard = Guard::<Time>::enter(callsite!(timed: true, alloc: true), NoLabels, NoFields);
    let block = std::hint::black_box(Vec::<u8>::with_capacity(bytes));
    inside();
    clock.advance(Duration::from_millis(1));
    drop(block);
    guard.finish_ok();
}

#[counted(crate = crate::obs)]
pub fn looked_at() {}

/// Its CPU time is measured.
pub fn worked(inside: impl FnOnce()) {
    let guard = Guard::<Count>::enter(callsite!(counted: true, cpu: true), NoLabels, NoFields);
    inside();
    guard.finish_ok();
}
