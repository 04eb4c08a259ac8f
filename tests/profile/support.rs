//! One test profiles at a time, on a clock of its own.

use std::future::{Future, poll_fn};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use obs::{CallEdge, FunctionReport, ManualClock, ProfileMode, Report};

/// Waits until no other test profiles.
pub(crate) fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Profiles what runs inside, on a clock moved by hand.
pub(crate) fn profile(mode: ProfileMode, body: impl FnOnce(&ManualClock)) -> Report {
    profile_some(mode, body).0
}

/// The same, with the number of call trees that were left out meanwhile.
pub(crate) fn profile_some(mode: ProfileMode, body: impl FnOnce(&ManualClock)) -> (Report, u64) {
    let (_turn, clock) = (turn(), ManualClock::new());
    let before = obs::report().trees_left_out();
    obs::profile(mode);
    clock.run(|| body(&clock));
    obs::profile(ProfileMode::Off);
    let report = obs::report();
    let left_out = report.trees_left_out() - before;
    (report, left_out)
}

pub(crate) fn wait(clock: &ManualClock, millis: u64) {
    clock.advance(Duration::from_millis(millis));
}

/// Pending in its first poll.
pub(crate) fn pending_once() -> impl Future<Output = ()> {
    let mut was_polled = false;
    poll_fn(move |_| if std::mem::replace(&mut was_polled, true) { Poll::Ready(()) } else { Poll::Pending })
}

pub(crate) fn function<'a>(report: &'a Report, name: &str) -> &'a FunctionReport {
    report.function(name).unwrap_or_else(|| panic!("no function {name}"))
}

/// The last part of each name, calls, and milliseconds.
pub(crate) fn edges(edges: &[CallEdge]) -> Vec<(&'static str, u64, u128)> {
    let last = |name: &'static str| name.rsplit("::").next().unwrap_or(name);
    edges.iter().map(|edge| (last(edge.callsite.name()), edge.calls, edge.time.as_millis())).collect()
}
