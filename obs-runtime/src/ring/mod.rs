//! The ring a thread puts its finished spans into.
//!
//! One writer, one reader. Its memory comes in segments from a pool that all threads share and that is bounded,
//! so that one busy thread may use what idle threads leave. When the pool is empty the ring refuses the span,
//! and the thread counts it; it never blocks and never overwrites. Segments are reused, never freed.
//! Written by [`crate::span`], drained by [`crate::collector`].

mod segment;

use std::cell::Cell;

pub(crate) use segment::{Memory, Segment, WORDS};

use crate::static_ptr::StaticPtr;
use crate::sync::{Mutex, lock};

/// One thread's finished spans.
pub(crate) struct Ring {
    /// The segment that is written; only the writer touches it.
    tail: StaticPtr<Segment>,
    /// The segment that is read; null until the first span.
    head: StaticPtr<Segment>,
    /// Words read of the head. The lock makes the reader one.
    read: Mutex<Cell<u32>>,
}

impl Ring {
    pub(crate) fn new() -> Self {
        Self {
            tail: StaticPtr::null(),
            head: StaticPtr::null(),
            read: Mutex::new(Cell::new(0)),
        }
    }

    /// Puts a record at the end, or refuses it. Only the owning thread may call this.
    ///
    /// # Errors
    /// When the pool has no segment left; the record was not put anywhere.
    #[inline(always)]
    pub(crate) fn push(&self, memory: &Memory, first: [u64; 8], rest: &[&[u64]]) -> Result<(), Full> {
        let length = rest.iter().fold(first.len(), |length, part| length + part.len());
        let (segment, at) = match self.tail.get().map(|segment| (segment, segment.written())) {
            Some((segment, at)) if at + length <= WORDS => (segment, at),
            _ => (self.next_segment(memory, length)?, 0),
        };
        segment.write_first(at, first);
        let mut place = at + first.len();
        for part in rest {
            segment.write(place, part);
            place += part.len();
        }
        #[expect(clippy::cast_possible_truncation, reason = "at most WORDS")]
        let end = (at + length) as u32;
        segment.publish(end);
        Ok(())
    }

    #[cold]
    fn next_segment(&self, memory: &Memory, length: usize) -> Result<&'static Segment, Full> {
        if length > WORDS {
            return Err(Full);
        }
        let segment = memory.take().ok_or(Full)?;
        match self.tail.get() {
            // From here on the old segment belongs to the reader.
            Some(old) => old.link(segment),
            None => self.head.set(segment),
        }
        self.tail.set(segment);
        Ok(segment)
    }

    /// Hands all records to the reader, oldest first, and gives emptied segments back.
    pub(crate) fn drain(&self, memory: &Memory, mut each: impl FnMut([u64; 8], &[u64])) {
        let read = lock(&self.read);
        let mut rest = Vec::new();
        while let Some(segment) = self.head.get() {
            // Asked before the length: a segment that has a next one grows no more.
            let next = segment.next();
            let end = segment.published();
            while read.get() < end {
                let first = segment.read(read.get() as usize);
                let length = payload_words(&first);
                rest.clear();
                rest.extend((0..length).map(|i| segment.word(read.get() as usize + first.len() + i)));
                each(first, &rest);
                #[expect(clippy::cast_possible_truncation, reason = "at most WORDS")]
                read.set(read.get() + (first.len() + length) as u32);
            }
            let Some(next) = next else { return };
            self.head.set(next);
            read.set(0);
            memory.give_back(segment);
        }
    }
}

/// The pool has no segment left.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Full;

/// Words that follow a record's first eight; the record says so in the low half of its last word.
#[expect(clippy::cast_possible_truncation, reason = "the low half")]
const fn payload_words(first: &[u64; 8]) -> usize {
    first[7] as u32 as usize
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::collections::VecDeque;

    use proptest::prelude::*;

    use super::*;

    fn record(n: u64, payload: usize) -> ([u64; 8], Vec<u64>) {
        ([n, 0, 0, 0, 0, 0, 0, payload as u64], (0..payload as u64).map(|i| n ^ i).collect())
    }

    fn drained(ring: &Ring, memory: &Memory) -> Vec<([u64; 8], Vec<u64>)> {
        let mut all = Vec::new();
        ring.drain(memory, |first, rest| all.push((first, rest.to_vec())));
        all
    }

    #[test]
    fn full_ring_refuses_and_keeps_what_it_has() {
        let (ring, memory) = (Ring::new(), Memory::new(2));
        let mut taken = 0;
        while ring.push(&memory, record(taken, 0).0, &[]).is_ok() {
            taken += 1;
        }
        assert_eq!(taken as usize, 2 * WORDS / 8);
        assert_eq!(drained(&ring, &memory).len(), taken as usize);
        assert_eq!(ring.push(&memory, record(0, 0).0, &[]), Ok(()), "the emptied segment is used again");
    }

    #[test]
    fn a_record_longer_than_a_segment_is_refused() {
        let (ring, memory) = (Ring::new(), Memory::new(2));
        let (first, rest) = record(1, WORDS);
        assert_eq!(ring.push(&memory, first, &[&rest]), Err(Full));
    }

    #[test]
    fn a_reader_beside_the_writer_sees_every_record_in_order() {
        const RECORDS: u64 = if cfg!(miri) { 300 } else { 200_000 };
        let (ring, memory) = (Ring::new(), Memory::new(64));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for n in 0..RECORDS {
                    let (first, rest) = record(n, (n % 5) as usize);
                    while ring.push(&memory, first, &[&rest]).is_err() {
                        std::thread::yield_now();
                    }
                }
            });
            let mut next = 0;
            while next < RECORDS {
                ring.drain(&memory, |first, rest| {
                    assert_eq!((first, rest.to_vec()), record(next, (next % 5) as usize));
                    next += 1;
                });
            }
        });
    }

    proptest! {
        /// The one-page oracle: a queue that refuses when the segments are used up.
        #[test]
        fn the_ring_is_a_queue(steps in prop::collection::vec(prop::option::weighted(0.98, 0_usize..40), 1..600)) {
            let (ring, memory) = (Ring::new(), Memory::new(3));
            let mut oracle = VecDeque::new();
            for (n, step) in steps.into_iter().enumerate() {
                match step {
                    Some(payload) => {
                        let (first, rest) = record(n as u64, payload);
                        if ring.push(&memory, first, &[&rest]).is_ok() {
                            oracle.push_back((first, rest));
                        }
                    }
                    None => prop_assert_eq!(drained(&ring, &memory), oracle.drain(..).collect::<Vec<_>>()),
                }
            }
            prop_assert_eq!(drained(&ring, &memory), Vec::from(oracle));
        }
    }
}

#[cfg(all(test, loom))]
mod models {
    use loom::sync::Arc;
    use loom::thread;

    use super::*;

    #[test]
    fn records_arrive_whole_and_in_order() {
        loom::model(|| {
            let (ring, memory) = (Arc::new(Ring::new()), Arc::new(Memory::new(2)));
            let writer = {
                let (ring, memory) = (Arc::clone(&ring), Arc::clone(&memory));
                thread::spawn(move || {
                    (1..=3).filter(|&n| ring.push(&memory, [n, n, n, n, n, n, n, 0], &[]).is_ok()).collect::<Vec<u64>>()
                })
            };
            let mut seen = Vec::new();
            let mut drain = || {
                ring.drain(&memory, |first, _| {
                    assert_eq!(first[..7], [first[0]; 7], "a torn record");
                    seen.push(first[0]);
                });
            };
            drain();
            let taken = writer.join().expect("the writer does not panic");
            drain();
            assert_eq!(seen, taken);
        });
    }
}
