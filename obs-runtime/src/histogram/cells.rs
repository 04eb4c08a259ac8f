//! The histogram of one series in one thread: single writer, any reader.
//!
//! One page of 16 counters (one cache line) for each power of two that was hit, so a function that takes
//! between 1 and 60 ms costs six lines. Counters are 32 bits wide; one that wraps is carried over, under a lock
//! that the writer takes once in four thousand million records.
//!
//! Durations wait in a line of their own until there are eight, and are then put into their buckets together: the
//! search for the bucket would hang on the second reading of the clock and hold up the next first one (28 ns a call
//! against 21 in a loop that does nothing else, with 19 for the two readings). Readers count what waits, so a
//! reading of a thread that has come to rest is exact, and no reading ever goes back.

use super::buckets::Histogram;
use super::index::{POSITIONS, native_of, position};
use crate::alloc::unseen;
use crate::static_ptr::StaticPtr;
use crate::sync::{AtomicU32, AtomicU64, Mutex, Ordering, add, fence, lock, own};

const PAGES: usize = POSITIONS / 16;

/// Durations that wait.
const WAITING: usize = if cfg!(loom) { 2 } else { 8 };

/// Readings that may be disturbed by the writer before one leaves out what waits.
const TRIES: u32 = 4;

/// One thread's buckets of one series.
#[repr(align(64))]
pub(crate) struct Buckets {
    waiting: [AtomicU64; WAITING],
    /// Durations ever put into `waiting`.
    taken: AtomicU64,
    /// Durations ever put into their buckets. `taken - placed` wait.
    placed: AtomicU64,
    /// Odd while durations are moved from `waiting` into their buckets.
    epoch: AtomicU64,
    zero: AtomicU64,
    clamped: AtomicU64,
    /// Positions that wrapped, once for each time.
    carries: Mutex<Vec<usize>>,
    pages: [StaticPtr<Page>; PAGES],
}

/// Sixteen neighbouring buckets: one cache line.
#[repr(align(64))]
struct Page([AtomicU32; 16]);

impl Page {
    fn leaked() -> &'static Self {
        unseen(|| Box::leak(Box::new(Self(std::array::from_fn(|_| AtomicU32::new(0))))))
    }
}

impl Buckets {
    /// Makes an empty set of buckets that lives as long as the program.
    #[cold]
    pub(crate) fn leaked() -> &'static Self {
        let new = Self {
            waiting: std::array::from_fn(|_| AtomicU64::new(0)),
            taken: AtomicU64::new(0),
            placed: AtomicU64::new(0),
            epoch: AtomicU64::new(0),
            zero: AtomicU64::new(0),
            clamped: AtomicU64::new(0),
            carries: Mutex::new(Vec::new()),
            pages: std::array::from_fn(|_| StaticPtr::null()),
        };
        unseen(|| Box::leak(Box::new(new)))
    }

    /// Adds one duration. Only the owning thread may call this.
    ///
    /// # Cost
    /// Two stores that do not hang on the duration; every eighth time some 15 instructions for each of eight.
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "only the low bits choose the place")]
    pub(crate) fn record(&self, nanos: u64) {
        let taken = own!(self.taken);
        self.waiting[taken as usize % WAITING].store(nanos, Ordering::Relaxed);
        let taken = taken.wrapping_add(1);
        // Release pairs with the Acquire in `try_read`: whoever sees the count sees the duration.
        self.taken.store(taken, Ordering::Release);
        if (taken as usize).is_multiple_of(WAITING) {
            self.place_all(taken);
        }
    }

    /// Puts what waits into its buckets.
    #[inline(never)]
    fn place_all(&self, taken: u64) {
        let epoch = own!(self.epoch);
        self.epoch.store(epoch.wrapping_add(1), Ordering::Relaxed);
        // Pairs with the Acquire fence in `try_read`: whoever sees one of the stores below sees the odd epoch.
        fence(Ordering::Release);
        for nanos in &self.waiting {
            self.place(own!(nanos));
        }
        self.placed.store(taken, Ordering::Relaxed);
        // Release pairs with the Acquire at the start of `try_read`: whoever sees this epoch sees those stores.
        self.epoch.store(epoch.wrapping_add(2), Ordering::Release);
    }

    #[inline(always)]
    fn place(&self, nanos: u64) {
        let position = position(nanos);
        match self.pages.get(position >> 4).and_then(StaticPtr::get_own) {
            Some(page) => self.bump(&page.0[position & 15], position),
            None => self.place_cold(nanos, position),
        }
    }

    #[inline(always)]
    fn bump(&self, bucket: &AtomicU32, position: usize) {
        let next = own!(bucket).wrapping_add(1);
        if next == 0 {
            self.carry(bucket, position);
        } else {
            bucket.store(next, Ordering::Relaxed);
        }
    }

    #[cold]
    fn place_cold(&self, nanos: u64, position: usize) {
        if nanos == 0 {
            return add(&self.zero, 1);
        }
        if position >= POSITIONS {
            add(&self.clamped, 1);
        }
        let position = position.min(POSITIONS - 1);
        let place = &self.pages[position >> 4];
        let page = place.get_own().unwrap_or_else(|| {
            place.set(Page::leaked());
            place.get_own().expect("the page was set on the line above, by the only writer")
        });
        self.bump(&page.0[position & 15], position);
    }

    /// Notes that a bucket passed `2^32 - 1`. A reader that holds the lock sees it before or after, never between.
    #[cold]
    fn carry(&self, bucket: &AtomicU32, position: usize) {
        let mut carries = lock(&self.carries);
        carries.push(position);
        bucket.store(0, Ordering::Relaxed);
    }

    /// Adds these buckets to an owned histogram. Any thread may call this.
    ///
    /// Beside a writer that does not rest it may leave out the last few durations, but never one that an earlier
    /// reading had: before it gives up on what waits, all that waited when it began has been placed.
    pub(crate) fn read(&self, into: &mut Histogram) {
        for _ in 0..TRIES {
            if let Some(read) = self.try_read() {
                return into.absorb(read);
            }
        }
        self.await_even();
        self.read_placed(into);
    }

    /// A reading of placed and waiting durations, unless the writer moved any meanwhile.
    fn try_read(&self) -> Option<Histogram> {
        let epoch = self.await_even();
        let mut read = Histogram::default();
        self.read_placed(&mut read);
        let waiting = self.taken.load(Ordering::Acquire).wrapping_sub(self.placed.load(Ordering::Relaxed));
        for nanos in self.waiting.iter().take(usize::try_from(waiting).unwrap_or(WAITING)) {
            read.add_nanos(nanos.load(Ordering::Relaxed));
        }
        // Pairs with the Release fence in `place_all`.
        fence(Ordering::Acquire);
        (self.epoch.load(Ordering::Relaxed) == epoch).then_some(read)
    }

    /// Waits out a move, which takes the writer some hundred nanoseconds.
    fn await_even(&self) -> u64 {
        loop {
            let epoch = self.epoch.load(Ordering::Acquire);
            if epoch.is_multiple_of(2) {
                return epoch;
            }
            crate::sync::yield_now();
        }
    }

    fn read_placed(&self, into: &mut Histogram) {
        let carries = lock(&self.carries);
        into.add_zero(self.zero.load(Ordering::Relaxed));
        for (number, page) in self.pages.iter().enumerate() {
            if let Some(page) = page.get() {
                into.add_page(native_of(number * 16), page.0.each_ref().map(|n| n.load(Ordering::Relaxed).into()));
            }
        }
        for &position in carries.iter() {
            into.add_bucket(native_of(position), 1 << 32);
        }
    }

    /// Durations that were too long for any bucket and were put into the last.
    pub(crate) fn clamped(&self) -> u64 {
        self.clamped.load(Ordering::Relaxed)
    }

    /// Buckets that wrapped.
    pub(crate) fn carried(&self) -> u64 {
        lock(&self.carries).len() as u64
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn read(buckets: &Buckets) -> Histogram {
        let mut histogram = Histogram::default();
        buckets.read(&mut histogram);
        histogram
    }

    #[test]
    fn buckets_are_those_of_the_owned_histogram() {
        let buckets = Buckets::leaked();
        let mut oracle = Histogram::default();
        for nanos in (0..4_000).chain([1 << 20, (1 << 30) + 1, 1 << 47, u64::MAX]) {
            buckets.place(nanos);
            oracle.record_nanos(nanos);
        }
        let read = read(buckets);
        assert_eq!((read.offset(), read.counts()), (oracle.offset(), oracle.counts()));
        assert_eq!(read.zero_count(), 1);
        assert_eq!(buckets.clamped(), 1);
    }

    #[test]
    fn a_bucket_that_wraps_is_carried_and_loses_nothing() {
        let buckets = Buckets::leaked();
        buckets.place(1_000);
        let position = position(1_000);
        let page = buckets.pages[position >> 4].get().expect("placed above");
        page.0[position & 15].store(u32::MAX, Ordering::Relaxed);
        buckets.place(1_000);
        buckets.place(1_000);
        assert_eq!(read(buckets).count(), (1 << 32) + 1);
        assert_eq!(buckets.carried(), 1);
    }

    #[test]
    fn readings_beside_a_writer_never_go_back_and_the_last_is_exact() {
        const RECORDS: u64 = if cfg!(miri) { 200 } else { 300_000 };
        let buckets = Buckets::leaked();
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| (0..RECORDS).for_each(|n| buckets.record(n % 5_000 + 1)));
            let mut last = 0;
            while !writer.is_finished() {
                let count = read(buckets).count();
                assert!(count >= last, "went back from {last} to {count}");
                last = count;
            }
        });
        assert_eq!(read(buckets).count(), RECORDS);
    }
}

#[cfg(all(test, loom))]
mod models {
    use loom::thread;

    use super::*;

    fn count(buckets: &Buckets) -> u64 {
        let mut read = Histogram::default();
        buckets.read(&mut read);
        assert_eq!(read.zero_count(), 0, "counted, and not yet there");
        read.count()
    }

    /// Shows: while durations are moved from waiting to placed, a reader counts each of them once, with its value.
    #[test]
    fn readings_never_go_back_never_count_twice_and_end_exact() {
        crate::sync::model(|| {
            let buckets = Buckets::leaked();
            // One waits already: the writer's first moves two, and its second waits where the first one did.
            buckets.record(1);
            let writer = thread::spawn(move || (0..2).for_each(|_| buckets.record(1)));
            let (first, second) = (count(buckets), count(buckets));
            assert!(1 <= first && first <= second && second <= 3, "read {first}, then {second}");
            writer.join().expect("the writer does not panic");
            assert_eq!(count(buckets), 3);
        });
    }

    /// Shows: the carry and the zero that it leaves in the bucket are seen together.
    #[test]
    fn a_bucket_that_wraps_is_read_before_or_after_never_between() {
        const FULL: u64 = u32::MAX as u64;
        loom::model(|| {
            let buckets = Buckets::leaked();
            buckets.place(1);
            let page = buckets.pages[0].get().expect("placed above");
            page.0[position(1)].store(u32::MAX, Ordering::Relaxed);
            let writer = thread::spawn(move || (0..2).for_each(|_| buckets.place(1)));
            let (first, second) = (count(buckets), count(buckets));
            assert!(FULL <= first && first <= second && second <= FULL + 2, "read {first}, then {second}");
            writer.join().expect("the writer does not panic");
            assert_eq!((count(buckets), buckets.carried()), (FULL + 2, 1));
        });
    }
}
