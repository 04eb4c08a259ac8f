//! A map with a bound: past it the oldest entry has to go.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// What was put in lately, by key.
#[derive(Debug)]
pub(crate) struct Recent<K, V> {
    entries: HashMap<K, (V, u64)>,
    /// In the order of insertion; an entry whose number is not that of its key was removed.
    order: VecDeque<(K, u64)>,
    next: u64,
    bound: usize,
}

impl<K: Copy + Eq + Hash, V> Recent<K, V> {
    pub(crate) fn new(bound: usize) -> Self {
        Self { entries: HashMap::new(), order: VecDeque::new(), next: 0, bound }
    }

    pub(crate) fn contains(&self, key: &K) -> bool {
        self.entries.contains_key(key)
    }

    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.entries.get_mut(key).map(|(value, _)| value)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.entries.values().map(|(value, _)| value)
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        self.entries.remove(key).map(|(value, _)| value)
    }

    /// Puts an entry in, in the place of the one with its key; gives back the oldest one if there are too many.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<(K, V)> {
        self.next += 1;
        self.order.push_back((key, self.next));
        self.entries.insert(key, (value, self.next));
        if self.entries.len() > self.bound {
            return self.pop_oldest();
        }
        if self.order.len() > 2 * self.bound {
            let entries = &self.entries;
            self.order.retain(|(key, number)| entries.get(key).is_some_and(|(_, last)| last == number));
        }
        None
    }

    /// Takes out the entry that was put in first.
    pub(crate) fn pop_oldest(&mut self) -> Option<(K, V)> {
        while let Some((key, number)) = self.order.pop_front() {
            if self.entries.get(&key).is_some_and(|(_, last)| *last == number) {
                return self.remove(&key).map(|value| (key, value));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_when_there_are_too_many_and_what_was_removed_takes_no_place() {
        let mut recent = Recent::new(2);
        assert_eq!(recent.insert(1, 'a'), None);
        assert_eq!(recent.insert(2, 'b'), None);
        assert_eq!(recent.remove(&1), Some('a'));
        for turn in 0..100 {
            assert_eq!(recent.insert(3, 'c'), None, "turn {turn}");
            assert_eq!(recent.remove(&3), Some('c'));
        }
        assert_eq!(recent.insert(1, 'd'), None);
        assert_eq!(recent.insert(4, 'e'), Some((2, 'b')));
        assert_eq!([1, 2, 4].map(|key| recent.contains(&key)), [true, false, true]);
        assert_eq!(
            [recent.pop_oldest(), recent.pop_oldest(), recent.pop_oldest()],
            [Some((1, 'd')), Some((4, 'e')), None]
        );
    }
}
