//! Where a call's numbers go when it has ended: the slot of its series in this thread.

use crate::alloc::Unseen;
use crate::cache::SeriesKey;
use crate::callsite::Callsite;
use crate::class_number;
use crate::control_word::Control;
use crate::error_name::ErrorName;
use crate::failure_key;
use crate::frame::Ran;
use crate::outcome::Outcome;
use crate::shard::{CostTotals, Slot, local, with_shard};
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
    with_slot(series, |slot| write(slot, nanos));
}

/// Runs with a series' slot, also before this thread has a shard, and after; `None` for a series past every table.
fn with_slot<R>(series: u32, body: impl FnOnce(&Slot) -> R) -> Option<R> {
    match local(|local| local.slot(series)) {
        Some(slot) => Some(body(slot)),
        None => with_shard(|shard| shard.slot(series).map(body)),
    }
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
    let _unseen = Unseen::begin();
    let name = error.map_or_else(|| outcome.as_str().into(), |error| error.to_text());
    let bytes = failure_key::encode(&name, error.map_or(class_number::NONE, ErrorName::class));
    let key = SeriesKey { parent: control.series(), outcome: outcome as u8, bytes: &bytes };
    let series = crate::registry::find(callsite, &key);
    cold(series, nanos);
    series
}

/// Counts the start of a call.
#[inline(never)]
pub(crate) fn entered(control: Control) {
    with_slot(control.series(), Slot::enter);
}

/// Adds how a future was driven.
#[inline]
pub(crate) fn polled(series: u32, [polls, busy, longest]: [u64; 3]) {
    with_slot(series, |slot| slot.polled(polls, busy, longest));
}

/// Whether this call is the one in `Callsite::timed_one_in` to be timed.
#[inline(never)]
pub(crate) fn is_turn(callsite: &'static Callsite, control: Control) -> bool {
    with_slot(control.series(), |slot| slot.is_turn(callsite.timed_one_in())).unwrap_or(false)
}

/// Notes that a clock went backwards during a call.
#[cold]
pub(crate) fn clock_backwards() {
    with_shard(|shard| add(&shard.faults.clock_backwards, 1));
}

/// Counts a call that broke any limit of its budget.
#[cold]
pub(crate) fn over_budget(callsite: &'static Callsite, series: u32) {
    with_slot(series, |slot| slot.exceed_budget(callsite.limits().len()));
}

/// Counts a call that passed one limit of its budget, in a step of time.
#[cold]
pub(crate) fn over_limit(callsite: &'static Callsite, series: u32, at: usize, overage: u64, step: u64) {
    with_slot(series, |slot| slot.exceed_limit(callsite.limits().len(), at, overage, step));
}

/// Adds what one call took, to a function whose attributes ask for that.
#[inline]
pub(crate) fn costs(callsite: &'static Callsite, series: u32, ran: &Ran) {
    if callsite.needs().frame {
        with_slot(series, |slot| slot.add_costs(callsite.limits().len(), &totals(ran)));
    }
}

/// One call's costs, as its function's totals take them.
#[inline]
const fn totals(ran: &Ran) -> CostTotals {
    let (costs, own) = (&ran.costs, ran.own());
    CostTotals {
        calls: 1,
        cpu: costs.cpu,
        allocs: costs.asked.allocs,
        bytes: costs.asked.bytes,
        own_allocs: own.allocs,
        own_bytes: own.bytes,
        max_cpu: costs.cpu,
        max_allocs: costs.asked.allocs,
        max_bytes: costs.asked.bytes,
        max_peak: costs.asked.peak,
    }
}
