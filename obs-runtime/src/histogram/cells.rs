//! The histogram of one series in one thread: single writer, any reader.
//!
//! One page of 16 counters (one cache line) for each power of two that was hit, so a function that takes
//! between 1 and 60 ms costs six lines. Counters are 32 bits wide; one that wraps is carried over, under a lock
//! that the writer takes once in four thousand million records.

use super::buckets::Histogram;
use super::index::{POSITIONS, native_of, position};
use crate::static_ptr::StaticPtr;
use crate::sync::{AtomicU32, AtomicU64, Mutex, Ordering, add, lock};

const PAGES: usize = POSITIONS / 16;

/// One thread's buckets of one series.
pub(crate) struct Buckets {
    pages: [StaticPtr<Page>; PAGES],
    zero: AtomicU64,
    clamped: AtomicU64,
    /// Positions that wrapped, once for each time.
    carries: Mutex<Vec<usize>>,
}

/// Sixteen neighbouring buckets: one cache line.
#[repr(align(64))]
struct Page([AtomicU32; 16]);

impl Page {
    fn leaked() -> &'static Self {
        Box::leak(Box::new(Self(std::array::from_fn(|_| AtomicU32::new(0)))))
    }
}

impl Buckets {
    /// Makes an empty set of buckets that lives as long as the program.
    #[cold]
    pub(crate) fn leaked() -> &'static Self {
        Box::leak(Box::new(Self {
            pages: std::array::from_fn(|_| StaticPtr::null()),
            zero: AtomicU64::new(0),
            clamped: AtomicU64::new(0),
            carries: Mutex::new(Vec::new()),
        }))
    }

    /// Adds one duration. Only the owning thread may call this.
    ///
    /// # Cost
    /// About 15 instructions once the page exists; no locked instruction.
    #[inline(always)]
    pub(crate) fn record(&self, nanos: u64) {
        let position = position(nanos);
        match self.pages.get(position >> 4).and_then(StaticPtr::get) {
            Some(page) => self.bump(&page.0[position & 15], position),
            None => self.record_cold(nanos, position),
        }
    }

    #[inline(always)]
    fn bump(&self, bucket: &AtomicU32, position: usize) {
        let next = bucket.load(Ordering::Relaxed).wrapping_add(1);
        if next == 0 {
            self.carry(bucket, position);
        } else {
            bucket.store(next, Ordering::Relaxed);
        }
    }

    #[cold]
    fn record_cold(&self, nanos: u64, position: usize) {
        if nanos == 0 {
            return add(&self.zero, 1);
        }
        if position >= POSITIONS {
            add(&self.clamped, 1);
        }
        let position = position.min(POSITIONS - 1);
        let place = &self.pages[position >> 4];
        let page = place.get().unwrap_or_else(|| {
            place.set(Page::leaked());
            place.get().expect("the page was set on the line above, by the only writer")
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
    pub(crate) fn read(&self, into: &mut Histogram) {
        let carries = lock(&self.carries);
        into.add_zero(self.zero.load(Ordering::Relaxed));
        for (number, page) in self.pages.iter().enumerate() {
            for (at, bucket) in page.get().into_iter().flat_map(|page| &page.0).enumerate() {
                let n = u64::from(bucket.load(Ordering::Relaxed));
                into.add_bucket(native_of(number * 16 + at), n);
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
            buckets.record(nanos);
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
        buckets.record(1_000);
        let position = position(1_000);
        let page = buckets.pages[position >> 4].get().expect("recorded above");
        page.0[position & 15].store(u32::MAX, Ordering::Relaxed);
        buckets.record(1_000);
        buckets.record(1_000);
        assert_eq!(read(buckets).count(), (1 << 32) + 1);
        assert_eq!(buckets.carried(), 1);
    }
}
