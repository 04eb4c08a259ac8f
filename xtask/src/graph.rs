//! A directed graph of names, and the loops in it.

use std::collections::{BTreeMap, BTreeSet};

/// Who names whom.
#[derive(Default)]
pub(crate) struct Graph {
    edges: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    pub(crate) fn add_node(&mut self, node: &str) {
        self.edges.entry(node.to_owned()).or_default();
    }

    pub(crate) fn add_edge(&mut self, from: &str, to: &str) {
        self.edges.entry(from.to_owned()).or_default().insert(to.to_owned());
    }

    pub(crate) fn edges(&self) -> impl Iterator<Item = (&String, &BTreeSet<String>)> {
        self.edges.iter()
    }

    /// A loop, as the names on it, if there is one.
    pub(crate) fn find_loop(&self) -> Option<Vec<String>> {
        let mut done = BTreeSet::new();
        self.edges.keys().find_map(|node| self.follow(node, &mut Vec::new(), &mut done))
    }

    fn follow(&self, node: &str, path: &mut Vec<String>, done: &mut BTreeSet<String>) -> Option<Vec<String>> {
        if let Some(at) = path.iter().position(|seen| seen == node) {
            return Some(path[at..].to_vec());
        }
        if !done.contains(node) {
            path.push(node.to_owned());
            for next in self.edges.get(node).into_iter().flatten() {
                if let Some(found) = self.follow(next, path, done) {
                    return Some(found);
                }
            }
            path.pop();
            done.insert(node.to_owned());
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::Graph;

    fn graph(edges: &[(&str, &str)]) -> Graph {
        let mut graph = Graph::default();
        edges.iter().for_each(|(from, to)| graph.add_edge(from, to));
        graph
    }

    #[test]
    fn a_diamond_has_no_loop() {
        assert_eq!(graph(&[("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")]).find_loop(), None);
    }

    #[test]
    fn a_loop_is_found_behind_a_tail() {
        let found = graph(&[("a", "b"), ("b", "c"), ("c", "d"), ("d", "b")]).find_loop().expect("a loop");
        assert_eq!(found, ["b", "c", "d"]);
    }
}
