//! The history of some totals of the program, begun when it is first asked for: a [`History`] behind a lock, with a clock.
//!
//! Ticked by [`crate::collector`] and by each reading: of [`crate::error_history`] and [`crate::budget_history`].

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use crate::clock;
use crate::registry::{self, SeriesMeta};
use crate::sync::{Mutex, lock};
use crate::window::{History, Total};

/// Changes that are kept of each length of step, at most: a megabyte or two.
const MAX_CHANGES: usize = 65_536;

/// What some totals came to, for the program.
pub(crate) struct SharedHistory<K, V> {
    history: Mutex<Option<History<K, V>>>,
    /// What came since the start.
    totals: fn(&[Option<SeriesMeta>]) -> HashMap<K, V>,
}

impl<K: Copy + Eq + Hash, V: Total> SharedHistory<K, V> {
    pub(crate) const fn new(totals: fn(&[Option<SeriesMeta>]) -> HashMap<K, V>) -> Self {
        Self { history: Mutex::new(None), totals }
    }

    /// Keeps what came since the last tick, when it is time for it.
    pub(crate) fn tick(&self) {
        let now = clock::now();
        let mut history = lock(&self.history);
        if history.as_ref().is_none_or(|history| history.is_due(now)) {
            self.ticked(&mut history, now);
        }
    }

    /// What came within a time up to now, and how long that time really is; `None` for all since the start.
    pub(crate) fn last(&self, window: Duration) -> (HashMap<K, V>, Option<Duration>) {
        self.ticked(&mut lock(&self.history), clock::now()).since(window)
    }

    /// The history, with everything in it that came until now.
    fn ticked<'a>(&self, history: &'a mut Option<History<K, V>>, now: u64) -> &'a History<K, V> {
        let history = history.get_or_insert_with(|| History::new(now, MAX_CHANGES));
        history.tick(now, (self.totals)(&registry::series()));
        history
    }
}
