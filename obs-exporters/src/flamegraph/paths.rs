//! Finds the path of each call.
//!
//! A span names its parent, and most parents come later. So the calls below a span that has not come are kept under its id,
//! added up by path, and move under it when it comes. A child that comes after its parent takes its time back from it, as
//! long as the parent is remembered. Nothing grows past its bound: what is given up is counted, and shows under a frame in
//! brackets.

use std::time::SystemTime;

use obs_runtime::SpanId;

use super::tree::{Measure, Node, Tree};
use crate::recent::Recent;

/// Above calls whose caller has not ended, or whose record was lost.
const UNFINISHED: &str = "[unfinished]";
/// Above calls that lie too deep.
const TOO_DEEP: &str = "[too deep]";
/// In the place of calls that had no room for a path of their own.
const NO_ROOM: &str = "[no room]";

/// A call that ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call {
    pub(super) id: SpanId,
    /// In this process.
    pub(super) parent: Option<SpanId>,
    pub(super) name: &'static str,
    pub(super) from: SystemTime,
    pub(super) to: SystemTime,
    /// What it took of its thread's time.
    pub(super) nanos: u64,
}

/// What is kept, at most.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Spans that have not ended and whose children did.
    pub(super) open: usize,
    /// Spans that ended and may have children that come late.
    pub(super) ended: usize,
    /// Nodes of all trees.
    pub(super) nodes: usize,
    /// Frames of one path.
    pub(super) depth: usize,
}

impl Bounds {
    pub(super) const DEFAULT: Self = Self { open: 65_536, ended: 65_536, nodes: 262_144, depth: 500 };
}

/// All calls so far.
#[derive(Debug)]
pub(super) struct Paths {
    bounds: Bounds,
    /// Whose callers are known up to the local root.
    whole: Tree,
    open: Recent<SpanId, Open>,
    ended: Recent<SpanId, Ended>,
    nodes: usize,
    given_up: u64,
}

/// What is below a span that has not ended.
#[derive(Debug, Default)]
struct Open {
    below: Tree,
    nanos: u64,
}

/// A span that has: it keeps of its own time what no child took yet.
#[derive(Clone, Copy, Debug)]
struct Ended {
    call: Call,
    left: u64,
}

impl Paths {
    pub(super) fn new(bounds: Bounds) -> Self {
        let (open, ended) = (Recent::new(bounds.open), Recent::new(bounds.ended));
        Self { bounds, whole: Tree::default(), open, ended, nodes: 0, given_up: 0 }
    }

    /// Calls given up since this was last asked.
    pub(super) fn take_given_up(&mut self) -> u64 {
        std::mem::take(&mut self.given_up)
    }

    /// Adds a call.
    pub(super) fn add(&mut self, call: Call) {
        let Open { below, nanos: children } = self.open.remove(&call.id).unwrap_or_default();
        let left = call.nanos.saturating_sub(children);
        self.ended.insert(call.id, Ended { call, left });
        self.nodes += 1;
        self.hang(call, Node { own_nanos: i64::try_from(left).unwrap_or(i64::MAX), calls: 1, below });
        self.make_room();
    }

    /// Hangs a call under its caller, wherever that is.
    fn hang(&mut self, call: Call, mut node: Node) {
        let (mut name, mut parent, mut nanos) = (call.name, call.parent, call.nanos);
        loop {
            if node.below.height() >= self.bounds.depth {
                let below = std::mem::take(&mut node.below);
                self.give_up(TOO_DEEP, below);
            }
            let Some(caller) = parent else {
                self.nodes -= self.whole.add(name, node).min(self.nodes);
                return;
            };
            let Some(ended) = self.ended.get_mut(&caller) else {
                return self.hang_open(caller, name, node, nanos);
            };
            // It came late: the caller was counted with the call's time as its own.
            let late = nanos.min(overlap(&call, &ended.call)).min(ended.left);
            ended.left -= late;
            // The caller's own time was taken from those above it when it came.
            nanos = 0;
            let own_nanos = -i64::try_from(late).unwrap_or(i64::MAX);
            node = Node { own_nanos, calls: 0, below: Tree::of(name, node) };
            (name, parent) = (ended.call.name, ended.call.parent);
            self.nodes += 1;
        }
    }

    fn hang_open(&mut self, caller: SpanId, name: &'static str, node: Node, nanos: u64) {
        let is_new = !self.open.contains(&caller);
        if is_new && let Some((_, oldest)) = self.open.insert(caller, Open::default()) {
            self.give_up(UNFINISHED, oldest.below);
        }
        if let Some(open) = self.open.get_mut(&caller) {
            open.nanos = open.nanos.saturating_add(nanos);
            self.nodes -= open.below.add(name, node).min(self.nodes);
        }
    }

    /// Calls that are not waited for any longer.
    fn give_up(&mut self, under: &'static str, below: Tree) {
        self.given_up += below.calls();
        let node = Node { own_nanos: 0, calls: 0, below };
        self.nodes -= self.whole.add(under, node).min(self.nodes);
    }

    fn make_room(&mut self) {
        while self.nodes > self.bounds.nodes {
            match self.open.pop_oldest() {
                Some((_, oldest)) => self.give_up(UNFINISHED, oldest.below),
                None => return self.cut_whole(),
            }
        }
    }

    /// There are too many paths: all of them become one frame, and counting begins anew.
    fn cut_whole(&mut self) {
        let whole = std::mem::take(&mut self.whole);
        let calls = whole.calls();
        self.given_up += calls;
        self.whole.add(NO_ROOM, Node { own_nanos: whole.own_nanos(), calls, below: Tree::default() });
        self.nodes = 1;
    }

    /// Folded stacks of everything so far; what hangs under a span that has not ended shows under a frame of its own.
    pub(super) fn folded(&self, measure: Measure) -> String {
        let mut out = String::new();
        self.whole.write(&mut String::new(), measure, &mut out);
        for open in self.open.values() {
            open.below.write(&mut UNFINISHED.to_owned(), measure, &mut out);
        }
        added_up(&out)
    }
}

fn overlap(call: &Call, caller: &Call) -> u64 {
    let both = call.to.min(caller.to).duration_since(call.from.max(caller.from));
    both.map_or(0, |both| u64::try_from(both.as_nanos()).unwrap_or(u64::MAX))
}

/// One line for each stack, sorted.
fn added_up(folded: &str) -> String {
    let mut lines = std::collections::BTreeMap::<&str, u64>::new();
    for (stack, value) in folded.lines().filter_map(|line| line.rsplit_once(' ')) {
        *lines.entry(stack).or_default() += value.parse().unwrap_or(0);
    }
    lines.into_iter().flat_map(|(stack, value)| [stack.to_owned(), format!(" {value}\n")]).collect()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    const SMALL: Bounds = Bounds { open: 2, ended: 4, nodes: 8, depth: 4 };

    /// From and to in microseconds.
    fn call(id: u64, parent: u64, name: &'static str, from: u64, to: u64) -> Call {
        let at = |micros| UNIX_EPOCH + Duration::from_micros(micros);
        let (id, parent) = (SpanId::new(id).expect("not zero"), SpanId::new(parent));
        Call { id, parent, name, from: at(from), to: at(to), nanos: (to - from) * 1000 }
    }

    fn folded(paths: &Paths) -> String {
        paths.folded(Measure::SelfMicros)
    }

    #[test]
    fn self_time_is_the_same_in_whatever_order_calls_come() {
        let calls = [
            call(1, 0, "root", 0, 100),
            call(2, 1, "left", 0, 30),
            call(3, 1, "right", 40, 90),
            call(4, 3, "leaf", 50, 60),
            call(5, 3, "leaf", 60, 75),
        ];
        let orders =
            [[4, 3, 2, 1, 0], [1, 3, 4, 2, 0], [0, 1, 2, 3, 4], [0, 4, 2, 1, 3], [2, 0, 3, 1, 4], [2, 4, 0, 3, 1]];
        for order in orders {
            let mut paths = Paths::new(Bounds::DEFAULT);
            order.iter().for_each(|at| paths.add(calls[*at]));
            assert_eq!(folded(&paths), "root 20\nroot;left 30\nroot;right 25\nroot;right;leaf 25\n", "{order:?}");
            assert_eq!(paths.folded(Measure::Calls), "root 1\nroot;left 1\nroot;right 1\nroot;right;leaf 2\n");
            assert_eq!(paths.take_given_up(), 0);
        }
    }

    #[test]
    fn a_call_that_outlives_its_caller_takes_only_what_they_share() {
        let mut paths = Paths::new(Bounds::DEFAULT);
        paths.add(call(1, 0, "root", 0, 100));
        paths.add(call(2, 1, "spawned", 90, 500));
        assert_eq!(folded(&paths), "root 90\nroot;spawned 410\n");
    }

    #[test]
    fn what_waits_for_its_caller_stands_under_a_frame_of_its_own_until_it_comes() {
        let mut paths = Paths::new(Bounds::DEFAULT);
        paths.add(call(2, 1, "child", 10, 20));
        assert_eq!(folded(&paths), "[unfinished];child 10\n");
        paths.add(call(1, 0, "root", 0, 100));
        assert_eq!(folded(&paths), "root 90\nroot;child 10\n");
    }

    #[test]
    fn the_oldest_caller_that_did_not_come_is_given_up_and_counted() {
        let mut paths = Paths::new(SMALL);
        for id in 0..3 {
            paths.add(call(10 + id, 20 + id, "child", 0, 10));
            paths.add(call(30 + id, 10 + id, "late", 0, 5));
        }
        assert_eq!(paths.take_given_up(), 2);
        let folded = folded(&paths);
        assert_eq!(folded, "[unfinished];child 15\n[unfinished];child;late 15\n", "no time is lost");
    }

    #[test]
    fn paths_past_the_depth_are_cut_and_counted() {
        let mut paths = Paths::new(SMALL);
        (1..=6).rev().for_each(|id| paths.add(call(id, id - 1, "f", 0, 10)));
        assert_eq!(paths.take_given_up(), 4);
        assert_eq!(folded(&paths), "[too deep];f;f;f;f 10\n");
        assert_eq!(paths.folded(Measure::Calls).lines().last(), Some("f;f 1"));
    }

    #[test]
    fn too_many_paths_become_one_frame_and_are_counted() {
        const NAMES: [&str; 12] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
        let mut paths = Paths::new(SMALL);
        for (id, name) in (1..).zip(NAMES) {
            paths.add(call(id, 0, name, 0, 10));
        }
        assert_eq!(paths.take_given_up(), 9);
        assert_eq!(folded(&paths), "[no room] 90\nj 10\nk 10\nl 10\n");
        assert_eq!(paths.folded(Measure::Calls), "[no room] 9\nj 1\nk 1\nl 1\n");
    }
}
