//! What few series have beside calls and times: broken limits and the costs of calls, in one thread.

use crate::static_ptr::StaticPtr;
use crate::sync::{AtomicU64, Ordering, add, own, raise};

/// One series' details in one thread. Single writer, any reader.
pub(crate) struct Details {
    /// Calls that broke any limit.
    over_budget: AtomicU64,
    /// By the place of the limit in the budget.
    limits: Box<[LimitCells]>,
    costs: StaticPtr<CostCells>,
}

#[derive(Default)]
struct LimitCells {
    calls: AtomicU64,
    overage: AtomicU64,
    max_overage: AtomicU64,
    /// The last two steps of time in which the limit was passed, and the largest overage in each.
    recent: [[AtomicU64; 2]; 2],
}

#[derive(Default)]
struct CostCells {
    cells: [AtomicU64; 6],
    max: [AtomicU64; 4],
}

/// How often one limit was passed, and by how much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct OverLimit {
    pub(crate) calls: u64,
    pub(crate) overage: u64,
    pub(crate) max_overage: u64,
    pub(crate) recent: Recent,
}

/// The last two steps of time in which something was passed, the later one first, and by how much at most.
pub(crate) type Recent = [[u64; 2]; 2];

/// What calls took whose costs are told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct CostTotals {
    pub(crate) calls: u64,
    pub(crate) cpu: u64,
    pub(crate) allocs: u64,
    pub(crate) bytes: u64,
    pub(crate) own_allocs: u64,
    pub(crate) own_bytes: u64,
    pub(crate) max_cpu: u64,
    pub(crate) max_allocs: u64,
    pub(crate) max_bytes: u64,
    /// The most bytes that one call held at the same time.
    pub(crate) max_peak: u64,
}

impl Details {
    pub(crate) fn new(limits: usize) -> Self {
        Self {
            over_budget: AtomicU64::new(0),
            limits: (0..limits).map(|_| LimitCells::default()).collect(),
            costs: StaticPtr::null(),
        }
    }

    pub(crate) fn count_over_budget(&self) {
        add(&self.over_budget, 1);
    }

    /// Counts a call past a limit, in a step of time.
    pub(crate) fn count_over_limit(&self, at: usize, overage: u64, step: u64) {
        if let Some(cells) = self.limits.get(at) {
            add(&cells.calls, 1);
            add(&cells.overage, overage);
            raise(&cells.max_overage, overage);
            cells.raise_recent(overage, step);
        }
    }

    /// Adds what one call took: totals and largest values of the same one.
    #[inline]
    pub(crate) fn add_costs(&self, one: &CostTotals) {
        let costs = self.costs.get_own_or_leak(CostCells::default);
        let totals = [one.calls, one.cpu, one.allocs, one.bytes, one.own_allocs, one.own_bytes];
        costs.cells.iter().zip(totals).for_each(|(cell, n)| add(cell, n));
        let largest = [one.max_cpu, one.max_allocs, one.max_bytes, one.max_peak];
        costs.max.iter().zip(largest).for_each(|(cell, n)| raise(cell, n));
    }

    pub(crate) fn over_budget(&self) -> u64 {
        self.over_budget.load(Ordering::Relaxed)
    }

    pub(crate) fn over_limits(&self) -> impl Iterator<Item = OverLimit> {
        let read = |cell: &AtomicU64| cell.load(Ordering::Relaxed);
        self.limits.iter().map(move |cells| OverLimit {
            calls: read(&cells.calls),
            overage: read(&cells.overage),
            max_overage: read(&cells.max_overage),
            recent: cells.recent.each_ref().map(|step| step.each_ref().map(read)),
        })
    }

    pub(crate) fn costs(&self) -> Option<CostTotals> {
        let costs = self.costs.get()?;
        let read = |cell: &AtomicU64| cell.load(Ordering::Relaxed);
        let [calls, cpu, allocs, bytes, own_allocs, own_bytes] = costs.cells.each_ref().map(read);
        let [max_cpu, max_allocs, max_bytes, max_peak] = costs.max.each_ref().map(read);
        Some(CostTotals { calls, cpu, allocs, bytes, own_allocs, own_bytes, max_cpu, max_allocs, max_bytes, max_peak })
    }
}

impl LimitCells {
    fn raise_recent(&self, overage: u64, step: u64) {
        let [now, before] = &self.recent;
        if own!(now[0]) != step {
            before[0].store(own!(now[0]), Ordering::Relaxed);
            before[1].store(own!(now[1]), Ordering::Relaxed);
            now[0].store(step, Ordering::Relaxed);
            now[1].store(0, Ordering::Relaxed);
        }
        raise(&now[1], overage);
    }
}
