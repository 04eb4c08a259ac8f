//! Calls added up by their path.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::Write;

use obs_runtime::text::folded;

/// What is counted on each path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    SelfMicros,
    Calls,
}

/// Calls by function, each with those it called.
#[derive(Debug, Default)]
pub(super) struct Tree {
    nodes: BTreeMap<&'static str, Node>,
    height: usize,
}

/// The calls of one function on one path.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// Below zero while a child that came late takes its time back from calls that are counted elsewhere already.
    pub(super) own_nanos: i64,
    pub(super) calls: u64,
    pub(super) below: Tree,
}

impl Tree {
    pub(super) fn of(name: &'static str, node: Node) -> Self {
        let mut tree = Self::default();
        tree.add(name, node);
        tree
    }

    /// Frames of the deepest path.
    pub(super) const fn height(&self) -> usize {
        self.height
    }

    /// Adds calls, and says how many nodes became one with nodes that were there.
    pub(super) fn add(&mut self, name: &'static str, node: Node) -> usize {
        self.height = self.height.max(node.below.height + 1);
        match self.nodes.entry(name) {
            Entry::Vacant(place) => {
                place.insert(node);
                0
            }
            Entry::Occupied(mut kept) => {
                let kept = kept.get_mut();
                kept.own_nanos += node.own_nanos;
                kept.calls += node.calls;
                1 + kept.below.merge(node.below)
            }
        }
    }

    pub(super) fn merge(&mut self, more: Self) -> usize {
        more.nodes.into_iter().map(|(name, node)| self.add(name, node)).sum()
    }

    /// All calls on all paths.
    pub(super) fn calls(&self) -> u64 {
        self.nodes.values().map(|node| node.calls + node.below.calls()).sum()
    }

    /// Self time on all paths.
    pub(super) fn own_nanos(&self) -> i64 {
        self.nodes.values().map(|node| node.own_nanos + node.below.own_nanos()).sum()
    }

    /// One line for each path that holds something: `caller;function 1234`.
    pub(super) fn write(&self, path: &mut String, measure: Measure, out: &mut String) {
        for (name, node) in &self.nodes {
            let before = path.len();
            folded::push(path, name);
            let value = node.value(measure);
            if value > 0 {
                let _ = writeln!(out, "{path} {value}");
            }
            node.below.write(path, measure, out);
            path.truncate(before);
        }
    }
}

impl Node {
    fn value(&self, measure: Measure) -> u64 {
        match measure {
            Measure::SelfMicros => (u64::try_from(self.own_nanos).unwrap_or(0) + 500) / 1000,
            Measure::Calls => self.calls,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(own_nanos: i64, below: Tree) -> Node {
        Node { own_nanos, calls: 1, below }
    }

    fn text(tree: &Tree, measure: Measure) -> String {
        let mut out = String::new();
        tree.write(&mut String::new(), measure, &mut out);
        out
    }

    #[test]
    fn paths_that_are_the_same_become_one_line() {
        let mut tree = Tree::default();
        assert_eq!(tree.add("a", node(1_000, Tree::of("b", node(2_000, Tree::default())))), 0);
        assert_eq!(tree.add("a", node(4_000, Tree::of("b", node(8_400, Tree::default())))), 2);
        assert_eq!(tree.add("b", node(499, Tree::default())), 0);
        assert_eq!(text(&tree, Measure::SelfMicros), "a 5\na;b 10\n");
        assert_eq!(text(&tree, Measure::Calls), "a 2\na;b 2\nb 1\n");
        assert_eq!((tree.height(), tree.calls()), (2, 5));
    }
}
