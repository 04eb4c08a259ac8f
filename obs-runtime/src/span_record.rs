//! A finished span as words in the ring.
//!
//! Written by [`crate::span`] and [`crate::quick`], read back by [`crate::collector`].

use crate::origin::Origin;
use crate::outcome::Outcome;

/// A finished span as it lies in the ring: eight words, then polls, fields and the error's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a bit of its own")]
pub(crate) struct Record {
    /// The high and the low half of the id.
    pub(crate) trace: [u64; 2],
    pub(crate) span: u64,
    pub(crate) parent: u64,
    pub(crate) start: u64,
    pub(crate) nanos: u64,
    /// The series it was counted in, and the callsite's own; both below 2^16.
    pub(crate) series: u32,
    pub(crate) callsite: u32,
    /// The place of the trace's `tracestate`.
    pub(crate) head: u32,
    pub(crate) outcome: Outcome,
    pub(crate) origin: Origin,
    pub(crate) has_polls: bool,
    pub(crate) is_timed: bool,
    pub(crate) over_budget: bool,
    /// The trace's id is random.
    pub(crate) is_random: bool,
    pub(crate) dropped: u16,
    /// Words that follow.
    pub(crate) payload: u32,
}

impl Record {
    #[inline(always)]
    pub(crate) const fn words(&self) -> [u64; 8] {
        let bits = self.outcome as u32
            | (self.origin as u32) << 2
            | (self.has_polls as u32) << 4
            | (self.is_timed as u32) << 5
            | (self.over_budget as u32) << 6
            | (self.is_random as u32) << 7
            | (self.dropped as u32) << 16;
        [
            self.trace[0],
            self.trace[1],
            self.span,
            self.parent,
            self.start,
            self.nanos,
            (self.series | self.callsite << 16) as u64 | (self.head as u64) << 32,
            (bits as u64) << 32 | self.payload as u64,
        ]
    }

    #[expect(clippy::cast_possible_truncation, reason = "words are taken apart as `words` put them together")]
    pub(crate) fn of(words: [u64; 8]) -> Self {
        let [high, low, span, parent, start, nanos, place, last] = words;
        let bits = last >> 32;
        Self {
            trace: [high, low],
            span,
            parent,
            start,
            nanos,
            series: place as u32 & 0xffff,
            callsite: (place >> 16) as u32 & 0xffff,
            head: (place >> 32) as u32,
            outcome: Outcome::from_bits(bits as u8),
            origin: match bits >> 2 & 3 {
                0 => Origin::Child,
                1 => Origin::Root,
                _ => Origin::Remote,
            },
            has_polls: bits >> 4 & 1 == 1,
            is_timed: bits >> 5 & 1 == 1,
            over_budget: bits >> 6 & 1 == 1,
            is_random: bits >> 7 & 1 == 1,
            dropped: (bits >> 16) as u16,
            payload: last as u32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_survives_its_words() {
        let record = Record {
            trace: [1, u64::MAX],
            span: 2,
            parent: 3,
            start: 4,
            nanos: 5,
            series: 0x7fff,
            callsite: 77,
            head: u32::MAX,
            outcome: Outcome::Cancelled,
            origin: Origin::Remote,
            has_polls: true,
            is_timed: false,
            over_budget: true,
            is_random: true,
            dropped: 9,
            payload: 12,
        };
        assert_eq!(Record::of(record.words()), record);
    }
}
