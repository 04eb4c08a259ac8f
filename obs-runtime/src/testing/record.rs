//! Runs something in a recording.

use std::future::{Future, poll_fn};
use std::pin::pin;

use super::recording::Recording;
use crate::alloc::{self, Mark};
use crate::context::Context;
use crate::recording::{self, Started};

/// Runs something, and gives what annotated calls did in it.
///
/// # Panics
/// When what runs does, and when 4,095 recordings run already.
/// # Examples
/// ```ignore
/// let recording = obs::testing::record(|| checkout(&cart));
/// assert_eq!(recording.callsite("checkout").calls(), 1);
/// recording.assert_budgets();
/// ```
pub fn record<R>(body: impl FnOnce() -> R) -> Recording {
    record_with(body).1
}

/// The same, with the value.
pub fn record_with<R>(body: impl FnOnce() -> R) -> (R, Recording) {
    let started = begin();
    let context = context(&started);
    let mark = Mark::take();
    let value = context.run(body);
    let asked = mark.asked_since();
    (value, alloc::unseen(|| Recording::new(started.finish(), asked)))
}

/// Awaits something, and gives what annotated calls did in it, whichever threads polled it.
///
/// # Panics
/// As [`record`].
/// # Examples
/// ```ignore
/// let recording = obs::testing::record_async(fetch("https://example.org")).await;
/// recording.assert_budgets();
/// ```
pub async fn record_async<F: Future>(future: F) -> Recording {
    record_async_with(future).await.1
}

/// The same, with the value.
pub async fn record_async_with<F: Future>(future: F) -> (F::Output, Recording) {
    let started = begin();
    let context = context(&started);
    let mut future = pin!(future);
    let mut asked = alloc::Asked::default();
    let value = poll_fn(|task| {
        let mark = Mark::take();
        let polled = context.clone().run(|| future.as_mut().poll(task));
        asked.add(mark.asked_since());
        polled
    })
    .await;
    (value, alloc::unseen(|| Recording::new(started.finish(), asked)))
}

fn begin() -> Started {
    alloc::unseen(recording::start).expect("4,095 recordings run already; let some of them end first")
}

/// What runs here, in the recording.
fn context(started: &Started) -> Context {
    let mut context = Context::current();
    context.record_in(started);
    context
}
