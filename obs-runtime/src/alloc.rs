//! What a thread asks of the allocator: counted by an allocator that wraps the program's own.
//!
//! Plain numbers in thread-local storage without a destructor, so that the allocator may touch them at any time. A call's
//! share is the difference between two readings of them ([`crate::frame`]). Totals of the process are put together from
//! what threads publish each 64 KiB.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use crate::health_counters::Counter;

/// Bytes that a thread may have asked for or given back before it publishes.
const UNPUBLISHED: i64 = 64 << 10;
/// What an event counts in these bytes, however small its block.
const EVENT: i64 = 64;

static ALLOCS: Counter = Counter::new();
static BYTES: Counter = Counter::new();
/// Goes up and down, and wraps below zero for a moment where one thread frees what another has not published.
static LIVE: Counter = Counter::new();
static PEAK: Counter = Counter::new();

/// A global allocator that counts what each call asks for, in front of another one.
///
/// # Cost
/// Some dozen plain instructions for each block, no atomic ones (`benches/allocations.rs`).
/// # Examples
/// ```
/// use std::alloc::System;
///
/// #[global_allocator]
/// static ALLOCATOR: obs_runtime::Alloc<System> = obs_runtime::Alloc::new(System);
///
/// let before = obs_runtime::memory().unwrap();
/// let block = vec![0_u8; 1 << 20];
/// let after = obs_runtime::memory().unwrap();
/// assert!(after.bytes - before.bytes >= 1 << 20);
/// # drop(block);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Alloc<A = System>(A);

impl Alloc<System> {
    /// In front of the system's allocator.
    pub const fn system() -> Self {
        Self(System)
    }
}

impl<A> Alloc<A> {
    /// In front of any allocator.
    pub const fn new(inner: A) -> Self {
        Self(inner)
    }
}

// SAFETY: every call is handed on unchanged to an allocator that keeps the contract, and its answer is given back
// unchanged; counting touches neither the block nor its layout, does not unwind, and does not allocate.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Alloc<A> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        asked(layout.size());
        // SAFETY: the caller keeps the contract of this very function.
        unsafe { self.0.alloc(layout) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        asked(layout.size());
        // SAFETY: as above.
        unsafe { self.0.alloc_zeroed(layout) }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        gave_back(layout.size());
        // SAFETY: as above.
        unsafe { self.0.dealloc(block, layout) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        match size.checked_sub(layout.size()) {
            Some(0) => {}
            Some(more) => asked(more),
            None => gave_back(layout.size() - size),
        }
        // SAFETY: as above.
        unsafe { self.0.realloc(block, layout, size) }
    }
}

/// One thread's numbers.
struct Tally {
    allocs: Cell<u64>,
    bytes: Cell<u64>,
    /// Bytes asked for and not given back here; below zero where blocks of other threads are given back.
    live: Cell<i64>,
    /// The most that `live` was since somebody looked.
    peak: Cell<i64>,
    /// The same as `live` for what this crate does on its own account.
    own: Cell<i64>,
    /// This crate works on its own account, so many times within itself.
    unseen: Cell<u32>,
    /// What may still come before the next publication.
    left: Cell<i64>,
    published: Cell<[u64; 3]>,
}

thread_local! {
    static TALLY: Tally = const {
        Tally {
            allocs: Cell::new(0),
            bytes: Cell::new(0),
            live: Cell::new(0),
            peak: Cell::new(0),
            own: Cell::new(0),
            unseen: Cell::new(0),
            left: Cell::new(0),
            published: Cell::new([0; 3]),
        }
    };
}

/// A block was asked for, or more of one.
#[inline(always)]
fn asked(size: usize) {
    TALLY.with(|tally| {
        let size = size.cast_signed() as i64;
        if tally.unseen.get() == 0 {
            tally.allocs.set(tally.allocs.get().wrapping_add(1));
            tally.bytes.set(tally.bytes.get().wrapping_add(size.cast_unsigned()));
            let live = tally.live.get().wrapping_add(size);
            tally.live.set(live);
            if live > tally.peak.get() {
                tally.peak.set(live);
            }
        } else {
            tally.own.set(tally.own.get().wrapping_add(size));
        }
        tally.spend(size);
    });
}

/// A block was given back, or a part of one.
#[inline(always)]
fn gave_back(size: usize) {
    TALLY.with(|tally| {
        let size = size.cast_signed() as i64;
        let cell = if tally.unseen.get() == 0 { &tally.live } else { &tally.own };
        cell.set(cell.get().wrapping_sub(size));
        tally.spend(size);
    });
}

impl Tally {
    #[inline(always)]
    fn spend(&self, size: i64) {
        let left = self.left.get().wrapping_sub(size.wrapping_add(EVENT));
        self.left.set(left);
        if left < 0 {
            self.publish();
        }
    }

    #[cold]
    #[inline(never)]
    fn publish(&self) {
        self.left.set(UNPUBLISHED);
        let live = self.live.get().wrapping_add(self.own.get()).cast_unsigned();
        let now = [self.allocs.get(), self.bytes.get(), live];
        let before = self.published.replace(now);
        ALLOCS.add(now[0].wrapping_sub(before[0]));
        BYTES.add(now[1].wrapping_sub(before[1]));
        LIVE.add(now[2].wrapping_sub(before[2]));
        PEAK.raise(LIVE.get().cast_signed().max(0).cast_unsigned());
    }
}

/// Where a thread's numbers stood.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mark {
    allocs: u64,
    bytes: u64,
    live: i64,
    peak: i64,
}

/// What was asked for between two moments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) allocs: u64,
    pub(crate) bytes: u64,
    /// The most bytes that were held at the same time, beyond what was held at the first moment.
    pub(crate) peak: u64,
    /// Bytes that are held at the second moment beyond that; below zero where more was given back.
    pub(crate) kept: i64,
}

impl Asked {
    /// Adds a later stretch of the same work.
    pub(crate) fn add(&mut self, more: Self) {
        self.allocs += more.allocs;
        self.bytes += more.bytes;
        self.peak = self.peak.max(self.kept.saturating_add_unsigned(more.peak).max(0).cast_unsigned());
        self.kept = self.kept.saturating_add(more.kept);
    }
}

impl Mark {
    /// Begins a stretch of the thread's work.
    #[inline]
    pub(crate) fn take() -> Self {
        TALLY.with(|tally| {
            let live = tally.live.get();
            Self { allocs: tally.allocs.get(), bytes: tally.bytes.get(), live, peak: tally.peak.replace(live) }
        })
    }

    /// Ends it. Stretches lie within each other, or side by side.
    #[inline]
    pub(crate) fn asked_since(self) -> Asked {
        TALLY.with(|tally| {
            let peak = tally.peak.get();
            tally.peak.set(peak.max(self.peak));
            Asked {
                allocs: tally.allocs.get().wrapping_sub(self.allocs),
                bytes: tally.bytes.get().wrapping_sub(self.bytes),
                peak: peak.wrapping_sub(self.live).max(0).cast_unsigned(),
                kept: tally.live.get().wrapping_sub(self.live),
            }
        })
    }
}

/// Does something on this crate's own account: what it allocates is nobody's.
#[inline]
pub(crate) fn unseen<R>(body: impl FnOnce() -> R) -> R {
    let _unseen = Unseen::begin();
    body()
}

/// The same until it is dropped, also by a panic.
pub(crate) struct Unseen(());

impl Unseen {
    #[inline]
    pub(crate) fn begin() -> Self {
        TALLY.with(|tally| tally.unseen.set(tally.unseen.get() + 1));
        Self(())
    }
}

impl Drop for Unseen {
    #[inline]
    fn drop(&mut self) {
        TALLY.with(|tally| tally.unseen.set(tally.unseen.get() - 1));
    }
}

/// Whether [`Alloc`] is the program's allocator.
pub(crate) fn is_installed() -> bool {
    // The first block a program allocates is published at once.
    PEAK.get() > 0 || ALLOCS.get() > 0
}

/// What the process asked of its allocator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Memory {
    /// Requests for memory since the program started: blocks that were allocated or grew.
    pub allocs: u64,
    /// Bytes that were asked for; of a block that grew, what it grew by.
    pub bytes: u64,
    /// Bytes that are held now.
    pub live: u64,
    /// The most bytes that were held at any time.
    pub peak: u64,
}

/// What the process has asked of its allocator so far; `None` unless [`Alloc`] is the program's allocator.
///
/// # Shape
/// Exact for the calling thread. Each other thread may have 64 KiB that it did not tell yet, and one that has ended may
/// have taken as much with it.
pub fn memory() -> Option<Memory> {
    TALLY.with(Tally::publish);
    is_installed().then(|| Memory {
        allocs: ALLOCS.get(),
        bytes: BYTES.get(),
        live: LIVE.get().cast_signed().max(0).cast_unsigned(),
        peak: PEAK.get(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without the allocator in place: its two ends, called by hand.
    fn asked_in(body: impl FnOnce()) -> Asked {
        let mark = Mark::take();
        body();
        mark.asked_since()
    }

    #[test]
    fn a_stretch_has_what_was_asked_for_and_the_most_that_was_held() {
        let outer = asked_in(|| {
            asked(100);
            let inner = asked_in(|| {
                asked(50);
                asked(70);
                gave_back(120);
                asked(10);
            });
            assert_eq!(inner, Asked { allocs: 3, bytes: 130, peak: 120, kept: 10 });
            gave_back(100);
        });
        assert_eq!(outer, Asked { allocs: 4, bytes: 230, peak: 220, kept: 10 });
    }

    #[test]
    fn what_this_crate_does_is_nobodys() {
        let seen = asked_in(|| {
            unseen(|| {
                asked(1 << 20);
                unseen(|| asked(1));
                asked(1);
            });
            asked(5);
        });
        assert_eq!(seen, Asked { allocs: 1, bytes: 5, peak: 5, kept: 5 });
    }
}
