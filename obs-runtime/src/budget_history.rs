//! How calls kept each limit: since the start, and when they did.
//!
//! A limit goes by the number of its function's series and its place in the budget. Ticked by [`crate::collector`] and by
//! each reading of [`crate::budgets`].

use std::collections::HashMap;

use crate::registry::SeriesMeta;
use crate::shard::{OverLimit, POOL, Recent, Shard};
use crate::shared_history::SharedHistory;
use crate::window::Total;

/// A limit: the function's series, and the place in its budget.
pub(crate) type LimitKey = (u32, usize);

/// How calls kept one limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) calls: u64,
    pub(crate) over: u64,
    pub(crate) overage: u64,
    pub(crate) max_overage: u64,
    recent: Recent,
}

impl Total for Kept {
    fn since(self, earlier: Self) -> Self {
        // What is as it was came before.
        let new = self.recent.into_iter().filter(|step| !earlier.recent.contains(step));
        Self {
            calls: self.calls.saturating_sub(earlier.calls),
            over: self.over.saturating_sub(earlier.over),
            overage: self.overage.saturating_sub(earlier.overage),
            max_overage: new.map(|[_, overage]| overage).max().unwrap_or(0),
            recent: Recent::default(),
        }
    }

    fn merged(self, other: Self) -> Self {
        Self {
            calls: self.calls + other.calls,
            over: self.over + other.over,
            overage: self.overage + other.overage,
            max_overage: self.max_overage.max(other.max_overage),
            recent: latest(self.recent, other.recent),
        }
    }
}

/// The last two steps of both.
fn latest(one: Recent, other: Recent) -> Recent {
    let mut steps = [one[0], one[1], other[0], other[1]];
    // Of the same step the larger overage comes first, and the other one goes.
    steps.sort_unstable_by(|a, b| b.cmp(a));
    let mut latest = Recent::default();
    let mut known = None;
    let kept = steps.into_iter().filter(|step| known.replace(step[0]) != Some(step[0]));
    latest.iter_mut().zip(kept).for_each(|(place, step)| *place = step);
    latest
}

pub(crate) static BUDGETS: SharedHistory<LimitKey, Kept> = SharedHistory::new(totals);

/// What came since the start, of every function that has a budget.
pub(crate) fn totals(series: &[Option<SeriesMeta>]) -> HashMap<LimitKey, Kept> {
    let shards = POOL.all();
    let mut totals: HashMap<LimitKey, Kept> = HashMap::new();
    for (number, meta) in (0..).zip(series) {
        let Some(meta) = meta else { continue };
        for at in 0..meta.callsite.limits().len() {
            let sum = totals.entry((meta.callsite.series(), at)).or_default();
            *sum = shards.iter().map(|shard| of_shard(shard, number, at)).fold(*sum, Kept::merged);
        }
    }
    totals
}

/// How the calls of one series kept one limit in one thread.
fn of_shard(shard: &Shard, series: u32, at: usize) -> Kept {
    let Some(slot) = shard.slot(series) else { return Kept::default() };
    let over = slot.details().and_then(|details| details.over_limits().nth(at)).unwrap_or_default();
    let OverLimit { calls, overage, max_overage, recent } = over;
    Kept { calls: slot.calls(), over: calls, overage, max_overage, recent }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_overage_of_a_window_is_that_of_its_steps() {
        let reading = |over, max_overage, recent| Kept { calls: 10 * over, over, overage: over, max_overage, recent };
        let first = reading(1, 50, [[7, 50], [0, 0]]);
        let second = reading(3, 50, [[8, 20], [7, 50]]);
        assert_eq!(second.since(first).max_overage, 20, "the largest ever came before");
        assert_eq!(second.since(Kept::default()).max_overage, 50);
        assert_eq!(second.since(second), Kept::default());
    }

    #[test]
    fn of_two_threads_the_last_two_steps_are_kept() {
        assert_eq!(latest([[8, 5], [7, 9]], [[8, 6], [6, 1]]), [[8, 6], [7, 9]]);
        assert_eq!(latest([[0, 0], [0, 0]], [[3, 4], [0, 0]]), [[3, 4], [0, 0]]);
    }
}
