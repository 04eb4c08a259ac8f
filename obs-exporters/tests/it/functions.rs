//! The annotated functions of all tests. Each test has its own, since totals are those of the process.

use std::time::Duration;

use obs_runtime::expand::{EventSite, event};
use obs_runtime::{Level, ManualClock};

use crate::obs::{Classify, budget, counted, profiled, traced};

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

#[budget(ms = 10, objective = 50, p90 = "20ms", allocs = 2, bytes = 250, calls(looked_at = 1), crate = crate::obs)]
pub fn limited(clock: &ManualClock, millis: u64, blocks: usize, looks: u64) {
    takes(clock, millis, blocks, looks);
}

#[budget(ms = 20, p50 = "9ms", p90 = "10ms", allocs = 2, bytes = 1_000, calls(looked_at = 1), crate = crate::obs)]
pub fn limited_and_shown(clock: &ManualClock, millis: u64, blocks: usize, looks: u64) {
    takes(clock, millis, blocks, looks);
}

fn takes(clock: &ManualClock, millis: u64, blocks: usize, looks: u64) {
    clock.advance(Duration::from_millis(millis));
    (0..blocks).for_each(|_| drop(std::hint::black_box(Vec::<u8>::with_capacity(100))));
    (0..looks).for_each(|_| looked_at());
}

/// Asks for one block, never written to, and keeps it meanwhile.
#[profiled(alloc, crate = crate::obs)]
pub fn allocates(bytes: usize, inside: impl FnOnce()) {
    let block = std::hint::black_box(Vec::<u8>::with_capacity(bytes));
    inside();
    drop(block);
}

#[counted(crate = crate::obs)]
pub fn looked_at() {}

#[profiled(cpu, crate = crate::obs)]
pub fn worked(inside: impl FnOnce()) {
    inside();
}

#[derive(Debug, Classify)]
#[obs(crate = crate::obs)]
pub enum FetchError {
    #[class(inner)]
    Reply(Reply),
}

#[derive(Debug, Classify)]
#[obs(crate = crate::obs)]
pub enum Reply {
    #[class(transient)]
    Busy,
    #[class("gone")]
    Gone,
}

#[counted(crate = crate::obs, labels(host = host))]
pub fn fetch(host: &str, reply: Reply) -> Result<(), FetchError> {
    let _ = host;
    Err(FetchError::Reply(reply))
}
