//! The series a thread has looked up before: label sets and failures.
//!
//! Direct-mapped, single writer, and only its writer reads it; the atomics are there to keep it safe code.
//! A miss asks [`crate::registry`], behind a lock.

use crate::static_ptr::StaticPtr;
use crate::sync::{AtomicU64, Ordering};

const WAYS: usize = if cfg!(loom) { 2 } else { 256 };

/// What names a series beside its callsite: the series it branches from, how the calls ended, and some bytes
/// (the label values, or the error's type).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SeriesKey<'a> {
    pub(crate) parent: u32,
    pub(crate) outcome: u8,
    pub(crate) bytes: &'a [u8],
}

/// A series that exists.
#[derive(Debug)]
pub(crate) struct KnownSeries {
    pub(crate) parent: u32,
    pub(crate) outcome: u8,
    pub(crate) bytes: Box<[u8]>,
    pub(crate) series: u32,
}

impl KnownSeries {
    #[inline]
    fn is(&self, key: &SeriesKey<'_>) -> bool {
        self.parent == key.parent && self.outcome == key.outcome && same(&self.bytes, key.bytes)
    }
}

/// Whether two keys have the same bytes, word by word: they are short.
#[inline]
fn same(a: &[u8], b: &[u8]) -> bool {
    let ((a_words, a_rest), (b_words, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    a.len() == b.len()
        && a_words.iter().zip(b_words).all(|(a, b)| u64::from_le_bytes(*a) == u64::from_le_bytes(*b))
        && a_rest == b_rest
}

/// One thread's recently used series.
pub(crate) struct SeriesCache {
    entries: [Entry; WAYS],
}

struct Entry {
    hash: AtomicU64,
    known: StaticPtr<KnownSeries>,
}

impl Default for SeriesCache {
    fn default() -> Self {
        Self { entries: std::array::from_fn(|_| Entry { hash: AtomicU64::new(0), known: StaticPtr::null() }) }
    }
}

impl SeriesCache {
    /// The series of a key, if this thread has looked it up lately.
    #[inline]
    pub(crate) fn get(&self, key: &SeriesKey<'_>, hash: u64) -> Option<u32> {
        let entry = self.entry(hash);
        if entry.hash.load(Ordering::Relaxed) != hash {
            return None;
        }
        entry.known.get().filter(|known| known.is(key)).map(|known| known.series)
    }

    /// Remembers a series, forgetting the one in its place. Only the owning thread may call this.
    pub(crate) fn put(&self, known: &'static KnownSeries, hash: u64) {
        let entry = self.entry(hash);
        entry.known.set(known);
        entry.hash.store(hash, Ordering::Relaxed);
    }

    #[inline(always)]
    fn entry(&self, hash: u64) -> &Entry {
        &self.entries[(hash >> 32) as usize % WAYS]
    }
}

impl SeriesKey<'_> {
    /// The label values, of a key that is made of them: each after its length, in whole words.
    pub(crate) fn values(&self) -> impl Iterator<Item = &str> {
        let mut left = self.bytes;
        std::iter::from_fn(move || {
            let (length, rest) = left.split_first_chunk::<8>()?;
            let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
            let (value, rest) = rest.split_at_checked(length.next_multiple_of(8))?;
            left = rest;
            str::from_utf8(value.get(..length)?).ok()
        })
    }

    /// A hash of the whole key, eight bytes at a time.
    #[inline]
    pub(crate) fn hash(&self) -> u64 {
        let mut hash = u64::from(self.parent) << 8 | u64::from(self.outcome) | (self.bytes.len() as u64) << 40;
        let (words, rest) = self.bytes.as_chunks::<8>();
        for word in words {
            hash = mix(hash ^ u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            let mut last = [0; 8];
            last[..rest.len()].copy_from_slice(rest);
            hash = mix(hash ^ u64::from_le_bytes(last));
        }
        mix(hash)
    }
}

#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "both halves of the product are folded together")]
fn mix(word: u64) -> u64 {
    let product = u128::from(word ^ 0xa076_1d64_78bd_642f) * 0xe703_7ed1_a0b4_28db_u128;
    (product >> 64) as u64 ^ product as u64
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_again_and_a_collision_is_not_mistaken_for_it() {
        let cache = SeriesCache::default();
        let known = |bytes: &[u8], series| -> &'static KnownSeries {
            Box::leak(Box::new(KnownSeries { parent: 1, outcome: 0, bytes: bytes.into(), series }))
        };
        let key = |bytes| SeriesKey { parent: 1, outcome: 0, bytes };
        cache.put(known(b"GET", 7), 42);
        assert_eq!(cache.get(&key(b"GET"), 42), Some(7));
        assert_eq!(cache.get(&key(b"PUT"), 42), None, "same hash, another key");
        assert_eq!(cache.get(&key(b"GET"), 43), None);
    }

    #[test]
    fn keys_that_differ_anywhere_hash_differently() {
        let key = |parent, outcome, bytes| SeriesKey { parent, outcome, bytes }.hash();
        let hashes = [
            key(1, 0, &b""[..]),
            key(1, 0, b"\0"),
            key(1, 1, b""),
            key(2, 0, b""),
            key(1, 0, b"12345678"),
            key(1, 0, b"123456789"),
            key(1, 0, b"1234567890123456"),
        ];
        for (i, a) in hashes.iter().enumerate() {
            assert!(hashes[i + 1..].iter().all(|b| a != b));
        }
    }
}
