//! The memory of rings, in segments.

use crate::alloc::unseen;
use crate::static_ptr::StaticPtr;
use crate::sync::{AtomicU32, AtomicU64, Mutex, Ordering, lock, own};

/// Words of one segment: 256 records of 64 bytes.
pub(crate) const WORDS: usize = if cfg!(loom) { 16 } else { 2048 };

/// A piece of a ring. Words are atomics so that nothing here is unsafe; their order is made by `published`.
pub(crate) struct Segment {
    words: [AtomicU64; WORDS],
    /// Words that the reader may read.
    published: AtomicU32,
    next: StaticPtr<Segment>,
}

impl Segment {
    fn leaked() -> &'static Self {
        let new = Self {
            words: std::array::from_fn(|_| AtomicU64::new(0)),
            published: AtomicU32::new(0),
            next: StaticPtr::null(),
        };
        unseen(|| Box::leak(Box::new(new)))
    }

    #[inline(always)]
    pub(super) fn write(&self, at: usize, words: &[u64]) {
        for (place, word) in self.words[at..].iter().zip(words) {
            place.store(*word, Ordering::Relaxed);
        }
    }

    /// Words written so far, as its writer knows it.
    #[inline(always)]
    pub(super) fn written(&self) -> usize {
        own!(self.published) as usize
    }

    #[inline(always)]
    pub(super) fn write_first(&self, at: usize, words: [u64; 8]) {
        let places: &[AtomicU64; 8] = self.words[at..].first_chunk().expect("the caller has seen that it fits");
        for (place, word) in places.iter().zip(words) {
            place.store(word, Ordering::Relaxed);
        }
    }

    #[inline(always)]
    pub(super) fn publish(&self, end: u32) {
        // Release pairs with the Acquire in `published`: whoever sees the end sees the words before it.
        self.published.store(end, Ordering::Release);
    }

    pub(super) fn published(&self) -> u32 {
        self.published.load(Ordering::Acquire)
    }

    pub(super) fn word(&self, at: usize) -> u64 {
        self.words[at].load(Ordering::Relaxed)
    }

    pub(super) fn read(&self, at: usize) -> [u64; 8] {
        std::array::from_fn(|i| self.word(at + i))
    }

    /// Names the segment that comes after this one, which is written no more.
    pub(super) fn link(&self, next: &'static Self) {
        self.next.set(next);
    }

    pub(super) fn next(&self) -> Option<&'static Self> {
        self.next.get()
    }
}

/// The segments of all rings: a bound, and those that are free.
pub(crate) struct Memory {
    inner: Mutex<Inner>,
    /// Segments in rings; read without the lock to see how full the memory is.
    used: AtomicU32,
}

struct Inner {
    limit: u32,
    free: Vec<&'static Segment>,
    /// Who empties the rings; woken when they fill fast.
    reader: Option<std::thread::Thread>,
}

/// Each time the rings have taken this many segments (a megabyte), their reader is woken.
const WAKE: u32 = 64;

impl Memory {
    #[cfg(not(loom))]
    pub(crate) const fn new(limit: u32) -> Self {
        Self { inner: Mutex::new(Inner { limit, free: Vec::new(), reader: None }), used: AtomicU32::new(0) }
    }

    #[cfg(loom)]
    pub(crate) fn new(limit: u32) -> Self {
        Self { inner: Mutex::new(Inner { limit, free: Vec::new(), reader: None }), used: AtomicU32::new(0) }
    }

    /// Changes the bound; what is in rings already stays there.
    pub(crate) fn set_limit(&self, bytes: usize) {
        let segments = u32::try_from(bytes / size_of::<Segment>()).unwrap_or(u32::MAX);
        lock(&self.inner).limit = segments;
    }

    /// Names the thread that empties the rings.
    pub(crate) fn set_reader(&self, reader: Option<std::thread::Thread>) {
        lock(&self.inner).reader = reader;
    }

    /// Wakes the thread that empties the rings.
    pub(crate) fn wake_reader(&self) {
        lock(&self.inner).reader.iter().for_each(std::thread::Thread::unpark);
    }

    pub(super) fn take(&self) -> Option<&'static Segment> {
        let mut inner = lock(&self.inner);
        let used = self.used.load(Ordering::Relaxed);
        if used >= inner.limit {
            return None;
        }
        self.used.store(used + 1, Ordering::Relaxed);
        if used % WAKE == WAKE - 1 {
            inner.reader.iter().for_each(std::thread::Thread::unpark);
        }
        Some(inner.free.pop().unwrap_or_else(Segment::leaked))
    }

    pub(super) fn give_back(&self, segment: &'static Segment) {
        let mut inner = lock(&self.inner);
        segment.publish(0);
        segment.next.clear();
        self.used.store(self.used.load(Ordering::Relaxed) - 1, Ordering::Relaxed);
        inner.free.push(segment);
    }

    /// The share of the memory that is in rings.
    pub(crate) fn fill(&self) -> f64 {
        let limit = lock(&self.inner).limit.max(1);
        f64::from(self.used.load(Ordering::Relaxed)) / f64::from(limit)
    }
}
