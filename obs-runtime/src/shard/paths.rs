//! What calls took in one thread, by the number of their path.

use super::MAX_SERIES;
use crate::static_ptr::StaticPtr;
use crate::sync::{AtomicU64, Ordering, add};

/// Paths of the program: their numbers are below this one.
pub(crate) const MAX_PATHS: u32 = 16_384;
/// Paths that find their place in memory together.
const TOGETHER: usize = 256;
/// Every path, and every function that had no room for one.
const PLACES: usize = (MAX_PATHS + MAX_SERIES) as usize;

/// Totals of one path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PathTotals {
    pub(crate) calls: u64,
    /// Calls among these that the function made itself. They have costs of their own alone.
    pub(crate) again: u64,
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
        self.again += more.again;
        self.nanos += more.nanos;
        self.allocs += more.allocs;
        self.bytes += more.bytes;
        self.own_nanos += more.own_nanos;
        self.own_allocs += more.own_allocs;
        self.own_bytes += more.own_bytes;
    }
}

/// One path's cells: a cache line.
#[derive(Default)]
#[repr(align(64))]
struct PathCells([AtomicU64; 8]);

impl PathCells {
    fn add(&self, totals: &PathTotals) {
        let PathTotals { calls, again, nanos, allocs, bytes, own_nanos, own_allocs, own_bytes } = *totals;
        let more = [calls, again, nanos, allocs, bytes, own_nanos, own_allocs, own_bytes];
        self.0.iter().zip(more).for_each(|(cell, n)| add(cell, n));
    }

    fn read(&self) -> PathTotals {
        let [calls, again, nanos, allocs, bytes, own_nanos, own_allocs, own_bytes] =
            self.0.each_ref().map(|cell| cell.load(Ordering::Relaxed));
        PathTotals { calls, again, nanos, allocs, bytes, own_nanos, own_allocs, own_bytes }
    }
}

/// One thread's totals by path. Single writer, any reader.
pub(crate) struct PathTable(Box<[StaticPtr<[PathCells; TOGETHER]>]>);

impl PathTable {
    pub(crate) fn new() -> Self {
        Self((0..PLACES.div_ceil(TOGETHER)).map(|_| StaticPtr::null()).collect())
    }

    /// Adds to a path, by its place in the list of all.
    pub(crate) fn add(&self, at: usize, totals: &PathTotals) {
        let Some(place) = self.0.get(at / TOGETHER) else { return };
        let cells = place.get_own_or_leak(|| std::array::from_fn(|_| PathCells::default()));
        cells[at % TOGETHER].add(totals);
    }

    /// Every path that this thread may have added to, by its place.
    pub(crate) fn read(&self) -> impl Iterator<Item = (usize, PathTotals)> {
        let there = self.0.iter().enumerate().filter_map(|(at, place)| Some((at * TOGETHER, place.get()?)));
        there.flat_map(|(from, cells)| cells.iter().enumerate().map(move |(at, cells)| (from + at, cells.read())))
    }
}
