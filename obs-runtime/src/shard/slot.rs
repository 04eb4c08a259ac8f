//! The cells of one series in one thread: one cache line.

use super::details::{CostTotals, Details};
use crate::histogram::cells::Buckets;
use crate::static_ptr::StaticPtr;
use crate::sync::{AtomicU64, Ordering, add, own, raise};

/// Series in the whole program; each thread reserves this many slots and touches those it uses.
pub(crate) const MAX_SERIES: u32 = if cfg!(loom) { 4 } else { 32_768 };

/// One series in one thread. All zero is the empty state.
#[repr(C, align(64))]
pub(crate) struct Slot {
    calls: AtomicU64,
    entered: AtomicU64,
    details: StaticPtr<Details>,
    /// Calls until the next one that is timed, under `sample = n`.
    untimed: AtomicU64,
    total_nanos: AtomicU64,
    max_nanos: AtomicU64,
    buckets: StaticPtr<Buckets>,
    polls: StaticPtr<PollCells>,
}

const _: () = assert!(cfg!(loom) || size_of::<Slot>() == 64 || size_of::<usize>() != 8);

impl Slot {
    #[cfg(loom)]
    pub(crate) fn empty() -> Self {
        Self {
            calls: AtomicU64::new(0),
            entered: AtomicU64::new(0),
            details: StaticPtr::null(),
            untimed: AtomicU64::new(0),
            total_nanos: AtomicU64::new(0),
            max_nanos: AtomicU64::new(0),
            buckets: StaticPtr::null(),
            polls: StaticPtr::null(),
        }
    }

    #[inline(always)]
    pub(crate) fn count(&self) {
        add(&self.calls, 1);
    }

    #[inline(always)]
    pub(crate) fn enter(&self) {
        add(&self.entered, 1);
    }

    /// Counts a call that broke any limit of its budget; the function has so many.
    #[cold]
    pub(crate) fn exceed_budget(&self, limits: usize) {
        self.own_details(limits).count_over_budget();
    }

    /// Counts a call that passed one limit, in a step of time.
    #[cold]
    pub(crate) fn exceed_limit(&self, limits: usize, at: usize, overage: u64, step: u64) {
        self.own_details(limits).count_over_limit(at, overage, step);
    }

    /// Adds what one call took.
    #[inline]
    pub(crate) fn add_costs(&self, limits: usize, one: &CostTotals) {
        self.own_details(limits).add_costs(one);
    }

    #[inline]
    fn own_details(&self, limits: usize) -> &'static Details {
        self.details.get_own_or_leak(|| Details::new(limits))
    }

    #[inline(always)]
    pub(crate) fn time(&self, nanos: u64) {
        add(&self.total_nanos, nanos);
        raise(&self.max_nanos, nanos);
        match self.buckets.get_own() {
            Some(buckets) => buckets.record(nanos),
            None => self.first_time(nanos),
        }
    }

    #[cold]
    fn first_time(&self, nanos: u64) {
        let buckets = Buckets::leaked();
        self.buckets.set(buckets);
        buckets.record(nanos);
    }

    /// Whether this call is the one in `n` to be timed.
    #[inline(always)]
    pub(crate) fn is_turn(&self, n: u32) -> bool {
        let left = own!(self.untimed);
        let turn = left == 0;
        self.untimed.store(if turn { u64::from(n) - 1 } else { left - 1 }, Ordering::Relaxed);
        turn
    }

    pub(crate) fn polled(&self, polls: u64, busy: u64, longest: u64) {
        let cells = self.polls.get_own_or_leak(PollCells::default);
        add(&cells.polls, polls);
        add(&cells.busy_nanos, busy);
        raise(&cells.longest_nanos, longest);
    }

    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    pub(crate) fn entered(&self) -> u64 {
        self.entered.load(Ordering::Relaxed)
    }

    pub(crate) fn details(&self) -> Option<&'static Details> {
        self.details.get()
    }

    pub(crate) fn total_nanos(&self) -> u64 {
        self.total_nanos.load(Ordering::Relaxed)
    }

    pub(crate) fn max_nanos(&self) -> u64 {
        self.max_nanos.load(Ordering::Relaxed)
    }

    pub(crate) fn buckets(&self) -> Option<&'static Buckets> {
        self.buckets.get()
    }

    pub(crate) fn polls(&self) -> Option<(u64, u64, u64)> {
        let cells = self.polls.get()?;
        let read = |cell: &AtomicU64| cell.load(Ordering::Relaxed);
        Some((read(&cells.polls), read(&cells.busy_nanos), read(&cells.longest_nanos)))
    }
}

/// How the futures of one series were driven in one thread.
#[derive(Default)]
pub(crate) struct PollCells {
    polls: AtomicU64,
    busy_nanos: AtomicU64,
    longest_nanos: AtomicU64,
}

/// All slots of one thread: a table as long as there may be series, of which only touched pages take memory.
pub(crate) struct Slots(&'static [Slot]);

impl Slots {
    #[cfg(not(loom))]
    pub(crate) fn zeroed() -> Self {
        use std::alloc::{Layout, alloc_zeroed, handle_alloc_error};

        // Asked for with the alignment of `calloc`, which gives untouched pages, and aligned by hand: a larger
        // alignment makes the standard library write all the zeros itself.
        let bytes = MAX_SERIES as usize * size_of::<Slot>() + align_of::<Slot>();
        let layout = Layout::from_size_align(bytes, 16).expect("two megabytes are a valid layout");
        // SAFETY: the layout is not empty.
        let start = unsafe { alloc_zeroed(layout) };
        if start.is_null() {
            handle_alloc_error(layout);
        }
        #[expect(clippy::cast_ptr_alignment, reason = "aligned on this very line")]
        let slots = start.map_addr(|addr| addr.next_multiple_of(align_of::<Slot>())).cast::<Slot>();
        // SAFETY: `slots` is aligned, and at most `align_of::<Slot>()` bytes from the start, which leaves room for
        // MAX_SERIES slots. The memory is never freed, and nobody else has its address. A slot is made of atomic
        // integers and of pointers that may be null, so all zero is a valid one.
        Self(unsafe { std::slice::from_raw_parts(slots, MAX_SERIES as usize) })
    }

    #[cfg(loom)]
    pub(crate) fn zeroed() -> Self {
        Self(Box::leak((0..MAX_SERIES).map(|_| Slot::empty()).collect()))
    }

    pub(crate) const fn as_slice(&self) -> &'static [Slot] {
        self.0
    }

    pub(crate) fn get(&self, series: u32) -> Option<&'static Slot> {
        self.0.get(series as usize)
    }
}

#[cfg(all(test, loom))]
mod models {
    use loom::thread;

    use super::*;

    /// Shows: totals never go back beside the writer, and whoever sees the histogram or the cells for polls sees
    /// them made, with all that was counted before.
    #[test]
    fn calls_never_go_back_and_what_hangs_on_a_slot_is_whole() {
        loom::model(|| {
            let slot: &'static Slot = Box::leak(Box::new(Slot::empty()));
            let writer = thread::spawn(move || {
                slot.count();
                slot.time(1);
                slot.count();
                slot.polled(1, 2, 2);
            });
            let calls = slot.calls();
            if let Some((polls, busy, longest)) = slot.polls() {
                assert!(polls <= 1 && busy <= 2 && longest <= 2);
                assert_eq!((slot.calls(), slot.total_nanos()), (2, 1));
            }
            if let Some(buckets) = slot.buckets() {
                assert_eq!(buckets.clamped(), 0);
                assert!(slot.calls() >= 1 && slot.max_nanos() == 1);
            }
            assert!(slot.calls() >= calls);
            writer.join().expect("the writer does not panic");
            assert_eq!((slot.calls(), slot.total_nanos(), slot.polls()), (2, 1, Some((1, 2, 2))));
        });
    }
}
