//! What calls took beside time, and how they kept their limits: what a snapshot has of it.

use std::time::Duration;

use crate::limit::{Limit, share_within};
use crate::shard::{CostTotals, OverLimit};

/// How the calls of a function kept one limit of its budget, since the program started.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct LimitTotals {
    /// The limit.
    pub limit: Limit,
    /// Calls that passed it, exactly; of a quantile that is no fault as long as they are few enough.
    pub over: u64,
    /// By how much these passed it, all together, in the unit of the limit's kind.
    pub overage: u64,
    /// By how much the worst of them did.
    pub max_overage: u64,
}

impl LimitTotals {
    pub(crate) const fn new(limit: Limit, over: OverLimit) -> Self {
        Self { limit, over: over.calls, overage: over.overage, max_overage: over.max_overage }
    }

    /// The share of so many calls that stayed within; 1 where there were none.
    ///
    /// # Examples
    /// ```
    /// let totals = obs_runtime::LimitTotals::default();
    /// assert_eq!(totals.share_within(0), 1.0);
    /// ```
    pub fn share_within(&self, calls: u64) -> f64 {
        share_within(self.over, calls)
    }

    pub(crate) fn add(&mut self, more: &Self) {
        self.over += more.over;
        self.overage += more.overage;
        self.max_overage = self.max_overage.max(more.max_overage);
    }
}

impl Default for LimitTotals {
    fn default() -> Self {
        let limit = Limit { kind: crate::limit::LimitKind::Wall, at_most: u64::MAX, share: 1.0 };
        Self::new(limit, OverLimit::default())
    }
}

/// What the calls of a function took, under `#[profiled(cpu, alloc)]` and budgets on such things.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Spent {
    /// Calls that were measured.
    pub calls: u64,
    /// CPU time of the calling threads; zero where nobody asked for it.
    pub cpu: Duration,
    /// The most CPU time of one call.
    pub max_cpu: Duration,
    /// Requests for memory, with those of calls inside; zero without [`crate::Alloc`].
    pub allocs: u64,
    /// Bytes that were asked for.
    pub bytes: u64,
    /// The same without what annotated calls inside asked for that were measured, too.
    pub self_allocs: u64,
    /// Bytes of these.
    pub self_bytes: u64,
    /// The most requests of one call.
    pub max_allocs: u64,
    /// The most bytes that one call asked for.
    pub max_bytes: u64,
    /// The most bytes that one call held at the same time, beyond what was held when it began.
    pub max_held: u64,
}

impl Spent {
    pub(crate) const fn new(totals: CostTotals) -> Self {
        Self {
            calls: totals.calls,
            cpu: Duration::from_nanos(totals.cpu),
            max_cpu: Duration::from_nanos(totals.max_cpu),
            allocs: totals.allocs,
            bytes: totals.bytes,
            self_allocs: totals.own_allocs,
            self_bytes: totals.own_bytes,
            max_allocs: totals.max_allocs,
            max_bytes: totals.max_bytes,
            max_held: totals.max_peak,
        }
    }

    /// What two groups of calls took together.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self {
            calls: self.calls + other.calls,
            cpu: self.cpu + other.cpu,
            max_cpu: self.max_cpu.max(other.max_cpu),
            allocs: self.allocs + other.allocs,
            bytes: self.bytes + other.bytes,
            self_allocs: self.self_allocs + other.self_allocs,
            self_bytes: self.self_bytes + other.self_bytes,
            max_allocs: self.max_allocs.max(other.max_allocs),
            max_bytes: self.max_bytes.max(other.max_bytes),
            max_held: self.max_held.max(other.max_held),
        }
    }
}
