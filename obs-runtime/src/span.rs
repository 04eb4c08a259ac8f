//! A running call's place in its trace, and its record in the ring when it ends.
//!
//! Opened and closed by [`crate::guard`] and [`crate::task`]; the record is read back by [`crate::collector`].

use crate::callsite::{Callsite, Control};
use crate::fields::Fields;
use crate::outcome::Outcome;
use crate::ring::{Memory, Segment};
use crate::shard::{Current, Local, local, with_shard};
use crate::sync::add;

/// Bytes of spans that may be in rings at the same time, unless the builder says otherwise.
pub(crate) const DEFAULT_MEMORY: usize = 64 << 20;

/// The memory of all rings.
#[expect(clippy::cast_possible_truncation, reason = "some four thousand segments")]
pub(crate) static MEMORY: Memory = Memory::new((DEFAULT_MEMORY / size_of::<Segment>()) as u32);

/// The key under which an error's text travels.
pub(crate) const MESSAGE: &str = "exception.message";

/// What a mode keeps of the span: nothing, or [`OpenSpan`].
pub trait SpanPart: Copy {
    /// No span.
    const NONE: Self;

    #[doc(hidden)]
    fn open(callsite: &'static Callsite, control: u32) -> Self;
    #[doc(hidden)]
    fn enter(&self) -> Self;
    #[doc(hidden)]
    fn leave(&self);
    #[doc(hidden)]
    fn is_recorded(&self) -> bool;
    #[doc(hidden)]
    fn record(&self, end: &End<'_>);
}

impl SpanPart for () {
    const NONE: Self = ();

    #[inline(always)]
    fn open(_: &'static Callsite, _: u32) -> Self {}

    #[inline(always)]
    fn enter(&self) -> Self {}

    #[inline(always)]
    fn leave(&self) {}

    #[inline(always)]
    fn is_recorded(&self) -> bool {
        false
    }

    #[inline(always)]
    fn record(&self, _: &End<'_>) {}
}

/// A running call's place in its trace.
#[derive(Clone, Copy, Debug)]
pub struct OpenSpan {
    own: Current,
    before: Current,
}

/// All that is known of a call when it has ended.
#[derive(Clone, Copy, Debug)]
pub struct End<'a> {
    pub(crate) callsite: &'static Callsite,
    pub(crate) series: u32,
    pub(crate) outcome: Outcome,
    pub(crate) start: u64,
    pub(crate) nanos: u64,
    /// Polls, busy and longest poll in nanoseconds; empty for functions that are not async.
    pub(crate) polls: &'a [u64],
    pub(crate) fields: Option<&'a Fields>,
    pub(crate) extra: Option<&'a Fields>,
}

impl SpanPart for OpenSpan {
    const NONE: Self = Self { own: Current::NONE, before: Current::NONE };

    #[inline(always)]
    fn open(callsite: &'static Callsite, control: u32) -> Self {
        if !Control::from_word(control).has(Control::TRACE) {
            return Self::NONE;
        }
        local(|local| {
            let before = local.current.get();
            let own = if before.trace == 0 { root(callsite, local) } else { child(callsite, control, before, local) };
            if own.trace == 0 {
                return Self::NONE;
            }
            local.current.set(own);
            Self { own, before }
        })
    }

    /// Makes this span the running one again, and gives what is needed to leave it.
    #[inline(always)]
    fn enter(&self) -> Self {
        if self.own.trace == 0 {
            return Self::NONE;
        }
        let before = local(|local| local.current.replace(self.own));
        Self { own: self.own, before }
    }

    /// Makes the span that was running before the running one again.
    #[inline(always)]
    fn leave(&self) {
        if self.own.trace != 0 {
            local(|local| local.current.set(self.before));
        }
    }

    #[inline(always)]
    fn is_recorded(&self) -> bool {
        self.own.sampled
    }

    #[inline(always)]
    fn record(&self, end: &End<'_>) {
        if self.own.sampled {
            match local(Local::shard) {
                Some(shard) => self.push(end, shard),
                None => with_shard(|shard| self.push(end, shard)),
            }
        }
    }
}

impl OpenSpan {
    #[inline(always)]
    fn push(&self, end: &End<'_>, shard: &'static crate::shard::Shard) {
        let fields = end.fields.map_or(&[][..], Fields::words);
        let extra = end.extra.map_or(&[][..], Fields::words);
        let dropped = end.fields.map_or(0, Fields::dropped) + end.extra.map_or(0, Fields::dropped);
        let record = Record {
            trace: self.own.trace,
            span: self.own.span,
            parent: self.before.span,
            start: end.start,
            nanos: end.nanos,
            series: end.series,
            outcome: end.outcome,
            has_polls: !end.polls.is_empty(),
            dropped: dropped.min(0xffff) as u16,
            callsite: end.callsite.series(),
            payload: (end.polls.len() + fields.len() + extra.len()) as u32,
        };
        add(&shard.faults.spans_finished, 1);
        if dropped > 0 {
            add(&shard.faults.fields_truncated, u64::from(dropped));
        }
        if shard.ring.push(&MEMORY, record.words(), &[end.polls, fields, extra]).is_err() {
            add(&shard.faults.ring_full, 1);
        }
    }
}

#[inline(always)]
fn child(callsite: &'static Callsite, control: u32, before: Current, local: &Local) -> Current {
    if !before.sampled || Control::from_word(control).has(Control::TRACE_SOME) && !is_chosen(callsite, local) {
        return Current::NONE;
    }
    Current { span: local.random(), ..before }
}

#[inline(never)]
fn root(callsite: &'static Callsite, local: &Local) -> Current {
    let trace = u128::from(local.random()) << 64 | u128::from(local.random());
    Current { trace, span: local.random(), sampled: is_chosen(callsite, local) }
}

/// Whether this call is in the share that `#[traced(sample = ..)]` wants.
#[inline]
fn is_chosen(callsite: &'static Callsite, local: &Local) -> bool {
    let ratio = callsite.meta().trace_ratio;
    ratio >= 1.0 || (local.random() >> 11) as f64 / (1_u64 << 53) as f64 <= ratio && ratio > 0.0
}

/// A finished span as it lies in the ring: eight words, then polls, fields and the error's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) trace: u128,
    pub(crate) span: u64,
    pub(crate) parent: u64,
    pub(crate) start: u64,
    pub(crate) nanos: u64,
    pub(crate) series: u32,
    pub(crate) outcome: Outcome,
    pub(crate) has_polls: bool,
    pub(crate) dropped: u16,
    /// The callsite's own series.
    pub(crate) callsite: u32,
    /// Words that follow.
    pub(crate) payload: u32,
}

impl Record {
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "a 128-bit id as two words")]
    const fn words(&self) -> [u64; 8] {
        let flags = (self.outcome as u64) << 32 | (self.has_polls as u64) << 34 | (self.dropped as u64) << 48;
        [
            (self.trace >> 64) as u64,
            self.trace as u64,
            self.span,
            self.parent,
            self.start,
            self.nanos,
            flags | self.series as u64,
            (self.callsite as u64) << 32 | self.payload as u64,
        ]
    }

    #[expect(clippy::cast_possible_truncation, reason = "words are taken apart as `words` put them together")]
    pub(crate) fn of(words: [u64; 8]) -> Self {
        let [high, low, span, parent, start, nanos, flags, last] = words;
        Self {
            trace: u128::from(high) << 64 | u128::from(low),
            span,
            parent,
            start,
            nanos,
            series: flags as u32,
            outcome: Outcome::from_bits((flags >> 32) as u8),
            has_polls: flags >> 34 & 1 == 1,
            dropped: (flags >> 48) as u16,
            callsite: (last >> 32) as u32,
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
            trace: u128::MAX - 7,
            span: 2,
            parent: 3,
            start: 4,
            nanos: 5,
            series: 0x7fff,
            outcome: Outcome::Cancelled,
            has_polls: true,
            dropped: 9,
            callsite: 77,
            payload: 12,
        };
        assert_eq!(Record::of(record.words()), record);
    }
}
