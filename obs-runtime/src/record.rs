//! Where a call's numbers go when it has ended: the slot of its series in this thread.

use crate::cache::SeriesKey;
use crate::callsite::{Callsite, Control, OnExceed, Violation};
use crate::outcome::Outcome;
use crate::probe::ErrorName;
use crate::shard::{Slot, attached, local, with_shard};
use crate::sync::add;

#[inline(always)]
fn write(slot: &Slot, nanos: Option<u64>) {
    slot.count();
    if let Some(nanos) = nanos {
        slot.time(nanos);
    }
}

/// Counts a call, adds its duration if it was timed, and gives the series it was counted in.
#[inline(always)]
pub(crate) fn ended(
    callsite: &'static Callsite,
    control: Control,
    outcome: Outcome,
    error: Option<&ErrorName>,
    nanos: Option<u64>,
) -> u32 {
    if outcome != Outcome::Ok {
        return failed(callsite, control, outcome, error, nanos);
    }
    match local(|local| local.slot(control.series())) {
        Some(slot) => write(slot, nanos),
        None => cold(control.series(), nanos),
    }
    control.series()
}

#[cold]
#[inline(never)]
fn cold(series: u32, nanos: Option<u64>) {
    with_shard(|shard| {
        if let Some(slot) = shard.slot(series) {
            write(slot, nanos);
        }
    });
}

/// Counts a call that did not end well.
#[cold]
#[inline(never)]
fn failed(
    callsite: &'static Callsite,
    control: Control,
    outcome: Outcome,
    error: Option<&ErrorName>,
    nanos: Option<u64>,
) -> u32 {
    let name = error.map_or_else(|| outcome.as_str().into(), |error| error.to_text());
    let key = SeriesKey { parent: control.series(), outcome: outcome as u8, bytes: name.as_bytes() };
    let series = crate::registry::find(callsite, &key);
    cold(series, nanos);
    series
}

/// Counts the start of a call.
#[inline(never)]
pub(crate) fn entered(control: Control) {
    match local(|local| local.slot(control.series())) {
        Some(slot) => slot.enter(),
        None => entered_cold(control.series()),
    }
}

#[cold]
#[inline(never)]
fn entered_cold(series: u32) {
    with_shard(|shard| shard.slot(series).into_iter().for_each(Slot::enter));
}

/// Adds how a future was driven.
#[inline]
pub(crate) fn polled(series: u32, [polls, busy, longest]: [u64; 3]) {
    match local(|local| local.slot(series)) {
        Some(slot) => slot.polled(polls, busy, longest),
        None => with_shard(|shard| shard.slot(series).into_iter().for_each(|slot| slot.polled(polls, busy, longest))),
    }
}

/// Whether this call is the one in `n` to be timed.
#[inline(never)]
pub(crate) fn is_turn(callsite: &'static Callsite, control: Control) -> bool {
    let n = callsite.meta().time_one_in;
    match local(|local| local.slot(control.series())) {
        Some(slot) => slot.is_turn(n),
        None => is_turn_cold(control.series(), n),
    }
}

#[cold]
#[inline(never)]
fn is_turn_cold(series: u32, n: u32) -> bool {
    with_shard(|shard| shard.slot(series).is_some_and(|slot| slot.is_turn(n)))
}

/// Notes that a clock went backwards during a call.
#[cold]
pub(crate) fn clock_backwards() {
    match attached() {
        Some(shard) => add(&shard.faults.clock_backwards, 1),
        None => with_shard(|shard| add(&shard.faults.clock_backwards, 1)),
    }
}

/// Counts a call that took longer than its budget allows, and does what the budget asks for.
///
/// # Panics
/// When the budget says `on_exceed = panic`, unless the thread is unwinding already or the future was dropped.
#[cold]
#[inline(never)]
pub(crate) fn over_budget(callsite: &'static Callsite, series: u32, outcome: Outcome, nanos: u64) {
    with_shard(|shard| shard.slot(series).into_iter().for_each(Slot::exceed_budget));
    let Some(budget) = &callsite.meta().budget else { return };
    let violation = Violation { callsite, limit_nanos: budget.wall_nanos, actual_nanos: nanos };
    match budget.on_exceed {
        OnExceed::Count => {}
        OnExceed::Warn => callsite.warn_rarely(&violation),
        // Neither while it unwinds, nor where a future is merely dropped.
        OnExceed::Panic if std::thread::panicking() || outcome == Outcome::Cancelled => {}
        OnExceed::Panic => panic!("{violation}"),
        OnExceed::Hook(hook) => hook(&violation),
    }
}
