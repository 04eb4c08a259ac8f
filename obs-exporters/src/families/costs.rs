//! The families of what calls took beside wall time: of functions whose attributes or budgets ask for it.

use obs_runtime::{CallsiteSnapshot, Snapshot, Spent};

use super::family::{Family, Kind, Number};
use super::functions::function;

const BLOCKS: &str = "{allocation}";

pub(super) fn families(snapshot: &Snapshot) -> Vec<Family<'_>> {
    let mut all = Costs::new();
    // Without an allocator that counts, there is nothing to say of allocations.
    let are_counted = snapshot.memory().is_some();
    for callsite in snapshot.callsites() {
        if let Some(spent) = callsite.spent() {
            all.add(callsite, &spent, are_counted);
        }
    }
    all.settle()
}

struct Costs<'a> {
    cpu: Family<'a>,
    allocations: Family<'a>,
    allocated: Family<'a>,
    self_allocations: Family<'a>,
    self_allocated: Family<'a>,
    max_held: Family<'a>,
}

impl<'a> Costs<'a> {
    fn new() -> Self {
        let counter = |name, unit, help| Family::new(name, unit, Kind::Counter, help);
        let held = "The most bytes that one call held at the same time, beyond what was held when it began.";
        Self {
            cpu: counter("obs.function.cpu", "s", "CPU time of calling threads inside calls."),
            allocations: counter("obs.function.allocations", BLOCKS, "Blocks that calls allocated or let grow."),
            allocated: counter("obs.function.allocated", "By", "Bytes that calls asked for."),
            self_allocations: counter("obs.function.self_allocations", BLOCKS, "Blocks, less measured calls inside."),
            self_allocated: counter("obs.function.self_allocated", "By", "Bytes, less measured calls inside."),
            max_held: Family::new("obs.function.max_held", "By", Kind::Gauge, held),
        }
    }

    fn add(&mut self, callsite: &'a CallsiteSnapshot, spent: &Spent, are_counted: bool) {
        if !spent.cpu.is_zero() {
            self.cpu.push(function(callsite), Number::Float(spent.cpu.as_secs_f64()));
        }
        if !are_counted {
            return;
        }
        self.allocations.push(function(callsite), Number::Int(spent.allocs));
        self.allocated.push(function(callsite), Number::Int(spent.bytes));
        self.self_allocations.push(function(callsite), Number::Int(spent.self_allocs));
        self.self_allocated.push(function(callsite), Number::Int(spent.self_bytes));
        self.max_held.push(function(callsite), Number::Int(spent.max_held));
    }

    fn settle(self) -> Vec<Family<'a>> {
        let Self { cpu, allocations, allocated, self_allocations, self_allocated, max_held } = self;
        [cpu, allocations, allocated, self_allocations, self_allocated, max_held].map(Family::settle).into()
    }
}
