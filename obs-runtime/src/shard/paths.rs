//! What calls took in one thread, by the number of their path.

use crate::sync::{Mutex, lock};

/// Totals of one path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PathTotals {
    pub(crate) calls: u64,
    pub(crate) nanos: u64,
    pub(crate) allocs: u64,
    pub(crate) bytes: u64,
    /// What was not taken by annotated calls inside.
    pub(crate) own_nanos: u64,
    pub(crate) own_allocs: u64,
    pub(crate) own_bytes: u64,
}

impl PathTotals {
    pub(crate) const fn add(&mut self, more: Self) {
        self.calls += more.calls;
        self.nanos += more.nanos;
        self.allocs += more.allocs;
        self.bytes += more.bytes;
        self.own_nanos += more.own_nanos;
        self.own_allocs += more.own_allocs;
        self.own_bytes += more.own_bytes;
    }
}

/// One thread's totals by path. The lock is the thread's own but for a moment, when somebody reads.
pub(crate) struct PathTable(Mutex<Vec<PathTotals>>);

impl PathTable {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    pub(crate) fn add(&self, at: usize, totals: PathTotals) {
        let mut table = lock(&self.0);
        if table.len() <= at {
            table.resize(at + 1, PathTotals::default());
        }
        table[at].add(totals);
    }

    pub(crate) fn read(&self, mut each: impl FnMut(usize, PathTotals)) {
        lock(&self.0).iter().enumerate().for_each(|(at, &totals)| each(at, totals));
    }
}
