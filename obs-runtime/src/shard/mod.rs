//! One thread's share of everything: its cells, its ring, its caches, its counts of what went wrong.
//!
//! A shard has one writer, the thread that leases it, and any number of readers. When the thread ends, the
//! next new thread takes the shard over and goes on with the same counters, so totals never go backwards and
//! memory follows the largest number of threads that lived at the same time.

mod details;
mod faults;
mod live;
mod local;
mod paths;
mod pool;
#[expect(unsafe_code, reason = "a table of zeros that is not written before it is used")]
mod slot;
mod trees;

pub(crate) use details::{CostTotals, Details, OverLimit, Recent};
pub(crate) use faults::Faults;
pub(crate) use live::{LIVE_CELLS, Live, LiveCell};
#[expect(unreachable_pub, reason = "named by a sealed trait of the public guard")]
pub use local::Current;
pub(crate) use local::{Local, TraceInfo, Tracing, attached, local, with_shard_apart};
pub(crate) use paths::{MAX_PATHS, PathTable, PathTotals};
pub(crate) use pool::Pool;
pub(crate) use slot::{MAX_SERIES, Slot, Slots};
pub(crate) use trees::Trees;

use crate::alloc;
use crate::cache::SeriesCache;
use crate::ring::Ring;
use crate::static_ptr::StaticPtr;

/// One thread's share. Lives as long as the program.
pub(crate) struct Shard {
    pub(crate) number: u32,
    pub(crate) slots: Slots,
    pub(crate) ring: Ring,
    /// What is added to running spans.
    pub(crate) notes: Ring,
    pub(crate) faults: Faults,
    /// What calls took by path, while paths are profiled.
    paths: StaticPtr<PathTable>,
    /// Which of its call trees are profiled.
    pub(crate) trees: Trees,
    cache: StaticPtr<SeriesCache>,
    live: StaticPtr<Live>,
}

impl Shard {
    fn leaked(number: u32) -> &'static Self {
        Box::leak(Box::new(Self {
            number,
            slots: Slots::zeroed(),
            ring: Ring::new(),
            notes: Ring::new(),
            faults: Faults::default(),
            paths: StaticPtr::null(),
            trees: Trees::default(),
            cache: StaticPtr::null(),
            live: StaticPtr::null(),
        }))
    }

    /// A shard that is not in the pool: nobody counts, drains or lists what is recorded there.
    pub(crate) fn apart() -> &'static Self {
        /// No shard of the pool has this number, and calls that are listed there still find it.
        #[expect(clippy::cast_possible_truncation, reason = "some thousand")]
        const NUMBER: u32 = u32::MAX / LIVE_CELLS as u32 - 1;
        Self::leaked(NUMBER)
    }

    /// The series this thread has looked up before. Only the leasing thread may call this.
    #[inline(always)]
    pub(crate) fn cache(&self) -> &'static SeriesCache {
        match self.cache.get() {
            Some(cache) => cache,
            None => self.new_cache(),
        }
    }

    #[cold]
    #[inline(never)]
    fn new_cache(&self) -> &'static SeriesCache {
        let cache: &'static SeriesCache = alloc::unseen(|| Box::leak(Box::default()));
        self.cache.set(cache);
        cache
    }

    /// The calls that run now. Only the leasing thread may call this.
    pub(crate) fn live(&self) -> &'static Live {
        self.live.get_own_or_leak(Live::new)
    }

    /// What calls took by path. Only the leasing thread may call this.
    pub(crate) fn paths(&self) -> &'static PathTable {
        self.paths.get_own_or_leak(PathTable::new)
    }

    /// What calls took by path, if any were profiled.
    pub(crate) fn paths_if_any(&self) -> Option<&'static PathTable> {
        self.paths.get()
    }

    /// The calls that run now, if there ever were any.
    pub(crate) fn live_if_any(&self) -> Option<&'static Live> {
        self.live.get()
    }

    /// Calls recorded so far in one series. Any thread may call this.
    pub(crate) fn slot(&self, series: u32) -> Option<&Slot> {
        self.slots.get(series)
    }
}

/// The shards of the program.
pub(crate) static POOL: Pool<Shard> = Pool::new();

/// Makes room in the calling thread's local storage and gives its shard.
///
/// After the thread's storage is gone, the one late shard, which is locked, serves every thread.
#[cold]
pub(crate) fn with_shard<R>(body: impl FnOnce(&'static Shard) -> R) -> R {
    let _unseen = alloc::Unseen::begin();
    match local::attach() {
        Some(shard) => body(shard),
        None => late(body),
    }
}

/// Runs with the calling thread's shard, which most threads have.
pub(crate) fn on_shard<R>(body: impl FnOnce(&'static Shard) -> R) -> R {
    match attached() {
        Some(shard) => body(shard),
        None => with_shard(body),
    }
}

fn late<R>(body: impl FnOnce(&'static Shard) -> R) -> R {
    static LATE: std::sync::Mutex<Option<&'static Shard>> = std::sync::Mutex::new(None);
    let mut late = crate::sync::lock(&LATE);
    let shard = *late.get_or_insert_with(|| POOL.take(Shard::leaked));
    crate::sync::add(&shard.faults.late_calls, 1);
    body(shard)
}
