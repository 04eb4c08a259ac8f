//! What calls took beside time as points: one for each function that was measured.

use std::collections::BTreeMap;

use obs_runtime::{Snapshot, Spent};

use super::functions::{Fields, Point};
use super::line::Field;
use super::tags::Tags;

/// The measurement of CPU time and allocations.
pub(super) const MEASUREMENT: &str = "obs_function_costs";

/// All points of costs.
pub(super) fn points<'a>(snapshot: &'a Snapshot, common: &Tags<'a>) -> Vec<Point<'a>> {
    let mut all: BTreeMap<Tags<'a>, Spent> = BTreeMap::new();
    for callsite in snapshot.callsites() {
        if let Some(spent) = callsite.spent() {
            let tags = common.with("code.function.name", callsite.name());
            all.entry(tags).and_modify(|known| *known = known.merge(spent)).or_insert(spent);
        }
    }
    // Without an allocator that counts, there is nothing to say of allocations.
    let are_counted = snapshot.memory().is_some();
    all.into_iter().map(|(tags, spent)| (MEASUREMENT, tags, fields(&spent, are_counted))).collect()
}

fn fields(spent: &Spent, are_counted: bool) -> Fields {
    let mut fields = Vec::new();
    if !spent.cpu.is_zero() {
        fields.push(("cpu_seconds", Field::Float(spent.cpu.as_secs_f64())));
    }
    if are_counted {
        fields.extend([
            ("allocations", Field::Int(spent.allocs)),
            ("allocated_bytes", Field::Int(spent.bytes)),
            ("self_allocations", Field::Int(spent.self_allocs)),
            ("self_allocated_bytes", Field::Int(spent.self_bytes)),
            ("max_held_bytes", Field::Int(spent.max_held)),
        ]);
    }
    fields
}
