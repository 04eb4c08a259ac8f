//! The ring a thread puts its finished spans into.
//!
//! One writer, one reader. Its memory comes in segments from a pool that all threads share and that is bounded,
//! so that one busy thread may use what idle threads leave. When the pool is empty the ring refuses the span,
//! and the thread counts it; it never blocks and never overwrites. Segments are reused, never freed.
//! Written by [`crate::span`], [`crate::quick`] and [`crate::note`], drained by [`crate::collector`].

mod segment;

use std::cell::Cell;

pub(crate) use segment::{Memory, Segment, WORDS};

use crate::static_ptr::StaticPtr;
use crate::sync::{Mutex, lock, try_lock};

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
        Self { tail: StaticPtr::null(), head: StaticPtr::null(), read: Mutex::new(Cell::new(0)) }
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

    /// Where a record goes that has so many words more than its first eight, if that is at hand. Only the owning thread may
    /// call this, and put something there.
    #[inline(always)]
    pub(crate) fn room(&self, more: usize) -> Option<Room> {
        let segment = self.tail.get()?;
        let at = segment.written();
        (at + 8 + more <= WORDS).then_some(Room { segment, at })
    }

    #[cold]
    fn next_segment(&self, memory: &Memory, length: usize) -> Result<&'static Segment, Full> {
        if length > WORDS {
            return Err(Full);
        }
        let Some(segment) = memory.take() else {
            return self.start_over().ok_or(Full);
        };
        match self.tail.get() {
            // From here on the old segment belongs to the reader.
            Some(old) => old.link(segment),
            None => self.head.set(segment),
        }
        self.tail.set(segment);
        Ok(segment)
    }

    /// The last segment from its beginning, if all of it has been read: otherwise, once each ring holds one full
    /// segment, nobody would ever get another.
    fn start_over(&self) -> Option<&'static Segment> {
        // The writer waits for nobody: beside a reader the ring is full for this once.
        let read = try_lock(&self.read)?;
        let last = self.tail.get()?;
        let is_first = self.head.get().is_some_and(|first| std::ptr::eq(first, last));
        if !is_first || (read.get() as usize) < last.written() {
            return None;
        }
        read.set(0);
        last.publish(0);
        Some(last)
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

/// Words of a segment that are not written yet.
pub(crate) struct Room {
    segment: &'static Segment,
    at: usize,
}

impl Room {
    /// Puts a record there. The thread must have put nothing into the ring since it asked for the room.
    #[inline(always)]
    pub(crate) fn put(self, first: [u64; 8], more: &[u64]) {
        self.segment.write_first(self.at, first);
        self.segment.write(self.at + first.len(), more);
        #[expect(clippy::cast_possible_truncation, reason = "at most WORDS")]
        let end = (self.at + first.len() + more.len()) as u32;
        self.segment.publish(end);
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
#[expect(clippy::cast_possible_truncation, reason = "small numbers")]
mod tests {
    use std::collections::VecDeque;

    use proptest::prelude::*;

    use super::*;

    fn record(n: u64, payload: usize) -> ([u64; 8], Vec<u64>) {
        ([n, 0, 0, 0, 0, 0, 0, payload as u64], (0..payload as u64).map(|i| n ^ i).collect())
    }

    /// Puts a record where there is room at hand, or else where `push` finds it.
    fn push_quickly(ring: &Ring, memory: &Memory, first: [u64; 8], rest: &[u64]) -> Result<(), Full> {
        match ring.room(rest.len()) {
            Some(room) => {
                room.put(first, rest);
                Ok(())
            }
            None => ring.push(memory, first, &[rest]),
        }
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
    fn a_ring_that_was_read_goes_on_when_no_other_segment_is_left() {
        let (rings, memory) = ([Ring::new(), Ring::new()], Memory::new(2));
        let fill = |ring: &Ring| (0..10_000).take_while(|&n| ring.push(&memory, record(n, 0).0, &[]).is_ok()).count();
        // One segment each.
        rings.iter().for_each(|ring| assert_eq!(ring.push(&memory, record(0, 0).0, &[]), Ok(())));
        assert_eq!(rings.each_ref().map(fill), [WORDS / 8 - 1; 2]);
        for _ in 0..3 {
            assert_eq!(rings.each_ref().map(|ring| drained(ring, &memory).len()), [WORDS / 8; 2]);
            assert_eq!(rings.each_ref().map(fill), [WORDS / 8; 2]);
        }
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
                let Some(payload) = step else {
                    prop_assert_eq!(drained(&ring, &memory), oracle.drain(..).collect::<Vec<_>>());
                    continue;
                };
                let (first, rest) = record(n as u64, payload);
                let pushed = match payload % 2 {
                    0 => push_quickly(&ring, &memory, first, &rest),
                    _ => ring.push(&memory, first, &[&rest]),
                };
                if pushed.is_ok() {
                    oracle.push_back((first, rest));
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

    fn push(ring: &Ring, memory: &Memory, n: u64) -> bool {
        ring.push(memory, [n, n, n, n, n, n, n, 0], &[]).is_ok()
    }

    fn drain(ring: &Ring, memory: &Memory, seen: &mut Vec<u64>) {
        ring.drain(memory, |first, _| {
            assert_eq!(first[..7], [first[0]; 7], "a torn record");
            seen.push(first[0]);
        });
    }

    /// Shows: what the ring took arrives whole, once and in order, also across two segments.
    #[test]
    fn records_arrive_whole_and_in_order() {
        loom::model(|| {
            let (ring, memory) = (Arc::new(Ring::new()), Arc::new(Memory::new(2)));
            let writer = {
                let (ring, memory) = (Arc::clone(&ring), Arc::clone(&memory));
                thread::spawn(move || (1..=3).filter(|&n| push(&ring, &memory, n)).collect::<Vec<u64>>())
            };
            let mut seen = Vec::new();
            drain(&ring, &memory, &mut seen);
            let taken = writer.join().expect("the writer does not panic");
            drain(&ring, &memory, &mut seen);
            assert_eq!((&seen, taken), (&vec![1, 2, 3], vec![1, 2, 3]));
        });
    }

    /// Shows: a ring at its bound refuses, and taken and refused together are all; when the reader has emptied it
    /// beside the writer, it takes records again.
    #[test]
    fn a_full_ring_refuses_and_loses_nothing_it_took() {
        loom::model(|| {
            let (ring, memory) = (Arc::new(Ring::new()), Arc::new(Memory::new(1)));
            (1..=2).for_each(|n| assert!(push(&ring, &memory, n)));
            let writer = {
                let (ring, memory) = (Arc::clone(&ring), Arc::clone(&memory));
                thread::spawn(move || (3..=4).filter(|&n| push(&ring, &memory, n)).collect::<Vec<u64>>())
            };
            let mut seen = Vec::new();
            drain(&ring, &memory, &mut seen);
            let taken = writer.join().expect("the writer does not panic");
            drain(&ring, &memory, &mut seen);
            assert_eq!(seen, [vec![1, 2], taken].concat());
            let more = (5..9).take_while(|&n| push(&ring, &memory, n)).count();
            assert!(more == 1 || more == 2, "all has been read, and there is room for two");
        });
    }

    /// Shows: a segment that one ring's reader gives back and another ring's writer takes brings nothing along.
    #[test]
    fn a_segment_is_handed_from_ring_to_ring() {
        loom::model(|| {
            let memory = Arc::new(Memory::new(2));
            let (one, other) = (Arc::new(Ring::new()), Arc::new(Ring::new()));
            // Two segments, of which the first can be given back.
            (1..=3).for_each(|n| assert!(push(&one, &memory, n)));
            let reader = {
                let (one, other, memory) = (Arc::clone(&one), Arc::clone(&other), Arc::clone(&memory));
                thread::spawn(move || {
                    let mut seen = [Vec::new(), Vec::new()];
                    drain(&one, &memory, &mut seen[0]);
                    drain(&other, &memory, &mut seen[1]);
                    seen
                })
            };
            let taken: Vec<u64> = (7..=8).filter(|&n| push(&other, &memory, n)).collect();
            let [of_one, mut of_other] = reader.join().expect("the reader does not panic");
            drain(&other, &memory, &mut of_other);
            assert_eq!((of_one, of_other), (vec![1, 2, 3], taken));
            assert!(push(&other, &memory, 9), "one segment is free, or the ring has room");
        });
    }

    /// Shows: two readers at once, such as a flush beside the collector, share the records out.
    #[test]
    fn two_readers_see_each_record_once() {
        loom::model(|| {
            let (ring, memory) = (Arc::new(Ring::new()), Arc::new(Memory::new(2)));
            (1..=2).for_each(|n| assert!(push(&ring, &memory, n)));
            let reader = {
                let (ring, memory) = (Arc::clone(&ring), Arc::clone(&memory));
                thread::spawn(move || {
                    let mut seen = Vec::new();
                    drain(&ring, &memory, &mut seen);
                    seen
                })
            };
            let mut seen = Vec::new();
            assert!(push(&ring, &memory, 3));
            drain(&ring, &memory, &mut seen);
            seen.extend(reader.join().expect("the reader does not panic"));
            seen.sort_unstable();
            assert_eq!(seen, [1, 2, 3]);
        });
    }
}
