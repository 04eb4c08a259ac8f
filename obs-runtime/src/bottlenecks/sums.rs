//! Paths added up by function, and by who calls whom.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::time::Duration;

use super::function::{CallEdge, KeptCalls};
use crate::callsite::Callsite;
use crate::paths::{Before, PathSnapshot};

/// One function's share of all paths.
#[derive(Clone, Debug, Default)]
pub(super) struct Sum {
    pub(super) kept: KeptCalls,
    pub(super) callers: Vec<CallEdge>,
    pub(super) callees: Vec<CallEdge>,
}

/// The sums of all functions on any path.
#[derive(Default)]
pub(super) struct Sums(HashMap<usize, Sum>);

impl Sums {
    pub(super) fn of(paths: &[PathSnapshot]) -> Self {
        let mut sums = Self::default();
        for (at, path) in paths.iter().enumerate().filter(|(_, path)| path.totals.calls > 0) {
            sums.add(path, is_within_its_function(paths, at));
            let again = path.totals.again;
            if let Before::Path(before) = path.before {
                let nanos = if is_within_its_edge(paths, at) { 0 } else { path.totals.nanos };
                sums.add_edge(paths[before].callsite, path.callsite, path.totals.calls - again, nanos);
            }
            // Without the path it is not known who called: perhaps another function in between.
            if path.before != Before::Unknown {
                sums.add_edge(path.callsite, path.callsite, again, 0);
            }
        }
        sums.0.values_mut().flat_map(|sum| [&mut sum.callers, &mut sum.callees]).for_each(|edges| rank(edges));
        sums
    }

    /// Takes out one function's; `None` where no call was kept.
    pub(super) fn take(&mut self, callsite: &'static Callsite) -> Option<Sum> {
        self.0.remove(&address(callsite))
    }

    fn of_function(&mut self, callsite: &'static Callsite) -> &mut Sum {
        self.0.entry(address(callsite)).or_default()
    }

    fn add(&mut self, path: &PathSnapshot, is_within: bool) {
        let totals = path.totals;
        let outer = |n: u64| if is_within { 0 } else { n };
        let kept = &mut self.of_function(path.callsite).kept;
        kept.calls += totals.calls;
        kept.time += Duration::from_nanos(outer(totals.nanos));
        kept.self_time += Duration::from_nanos(totals.own_nanos);
        kept.allocs += outer(totals.allocs);
        kept.bytes += outer(totals.bytes);
        kept.self_allocs += totals.own_allocs;
        kept.self_bytes += totals.own_bytes;
    }

    fn add_edge(&mut self, from: &'static Callsite, to: &'static Callsite, calls: u64, nanos: u64) {
        if calls > 0 {
            add_to(&mut self.of_function(from).callees, to, calls, nanos);
            add_to(&mut self.of_function(to).callers, from, calls, nanos);
        }
    }
}

fn add_to(edges: &mut Vec<CallEdge>, callsite: &'static Callsite, calls: u64, nanos: u64) {
    let time = Duration::from_nanos(nanos);
    match edges.iter_mut().find(|edge| std::ptr::eq(edge.callsite, callsite)) {
        Some(edge) => {
            edge.calls += calls;
            edge.time += time;
        }
        None => edges.push(CallEdge { callsite, calls, time }),
    }
}

fn rank(edges: &mut [CallEdge]) {
    edges.sort_by_key(|edge| (Reverse(edge.time), Reverse(edge.calls), edge.callsite.name()));
}

fn address(callsite: &'static Callsite) -> usize {
    std::ptr::from_ref(callsite).addr()
}

/// The places of a path and of those before it, the last function first.
fn outward(paths: &[PathSnapshot], at: usize) -> impl Iterator<Item = usize> {
    let before = |at: &usize| match paths[*at].before {
        Before::Path(before) => Some(before),
        Before::Nothing | Before::Unknown => None,
    };
    std::iter::successors(Some(at), before)
}

/// Whether the path's last function is also further out on it: its time there has the time here in it.
fn is_within_its_function(paths: &[PathSnapshot], at: usize) -> bool {
    outward(paths, at).skip(1).any(|outer| std::ptr::eq(paths[outer].callsite, paths[at].callsite))
}

/// Whether the path's last two functions are also further out on it, one after the other.
fn is_within_its_edge(paths: &[PathSnapshot], at: usize) -> bool {
    let edge = |at: usize| match paths[at].before {
        Before::Path(before) => Some([address(paths[before].callsite), address(paths[at].callsite)]),
        Before::Nothing | Before::Unknown => None,
    };
    edge(at).is_some() && outward(paths, at).skip(1).any(|outer| edge(outer) == edge(at))
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::callsite::{Meta, Name};
    use crate::shard::PathTotals;

    fn function(name: &'static str) -> &'static Callsite {
        Box::leak(Box::new(Callsite::new(Meta { name: Name::Given(name), ..Meta::EMPTY })))
    }

    fn path(callsite: &'static Callsite, before: Before, [calls, again, nanos, own_nanos]: [u64; 4]) -> PathSnapshot {
        let totals = PathTotals { calls, again, nanos, own_nanos, ..PathTotals::default() };
        PathSnapshot { callsite, before, totals }
    }

    fn edges(edges: &[CallEdge]) -> Vec<(&'static str, u64, u128)> {
        edges.iter().map(|edge| (edge.callsite.name(), edge.calls, edge.time.as_nanos())).collect()
    }

    #[test]
    fn a_function_that_comes_back_has_its_time_once_and_each_edge_too() {
        let (a, b) = (function("a"), function("b"));
        // a -> b -> a -> b, and b itself three times in the middle one.
        let paths = [
            path(a, Before::Nothing, [1, 0, 100, 10]),
            path(b, Before::Path(0), [4, 3, 90, 20]),
            path(a, Before::Path(1), [1, 0, 70, 30]),
            path(b, Before::Path(2), [2, 0, 40, 40]),
        ];
        let mut sums = Sums::of(&paths);
        let [a, b] = [a, b].map(|function| sums.take(function).expect("on a path"));
        let nanos = |sum: &Sum| [sum.kept.time, sum.kept.self_time].map(|time| time.as_nanos());
        assert_eq!((a.kept.calls, nanos(&a)), (2, [100, 40]));
        assert_eq!((b.kept.calls, nanos(&b)), (6, [90, 60]));
        assert_eq!(edges(&a.callees), [("b", 3, 90)], "the inner b is in the outer one");
        assert_eq!(edges(&a.callers), [("b", 1, 70)]);
        assert_eq!(edges(&b.callers), [("a", 3, 90), ("b", 3, 0)]);
        assert_eq!(edges(&b.callees), [("a", 1, 70), ("b", 3, 0)]);
    }

    #[test]
    fn where_there_was_no_room_for_a_path_nobody_is_said_to_have_called() {
        let a = function("a");
        let mut sums = Sums::of(&[path(a, Before::Unknown, [5, 2, 10, 10])]);
        let a = sums.take(a).expect("on a path");
        assert_eq!((a.kept.calls, a.callers.len(), a.callees.len()), (5, 0, 0));
    }
}
