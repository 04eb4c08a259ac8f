//! A running call's place in its trace, and its record in the ring when it ends.
//!
//! Opened and closed by [`crate::guard`] and [`crate::task`]; the record is read back by [`crate::collector`].

use crate::callsite::{Callsite, Control};
use crate::fields::Fields;
use crate::outcome::Outcome;
use crate::registry;
use crate::ring::{Memory, Segment};
use crate::shard::{Current, Local, Shard, Tracing, local, with_shard};
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
    /// What must be on the thread while the span runs.
    #[doc(hidden)]
    type Place: Copy;
    /// No span.
    const NONE: Self;
    /// No trace.
    #[doc(hidden)]
    const NOWHERE: Self::Place;

    /// Opens a span and makes it the running one.
    #[doc(hidden)]
    fn open(callsite: &'static Callsite, control: u32) -> Self;
    /// What is on the thread now.
    #[doc(hidden)]
    fn here() -> Self::Place;
    /// Puts something else on the thread, and gives what was there.
    #[doc(hidden)]
    fn swap(place: Self::Place) -> Self::Place;
    /// Makes the span that was running before the running one again.
    #[doc(hidden)]
    fn leave(self);
    #[doc(hidden)]
    fn is_recorded(self) -> bool;
    #[doc(hidden)]
    fn record(self, place: Self::Place, end: End<'_>);
}

impl SpanPart for () {
    type Place = ();
    const NONE: Self = ();
    const NOWHERE: Self = ();

    #[inline(always)]
    fn open(_: &'static Callsite, _: u32) -> Self {}

    #[inline(always)]
    fn here() {}

    #[inline(always)]
    fn swap((): ()) {}

    #[inline(always)]
    fn leave(self) {}

    #[inline(always)]
    fn is_recorded(self) -> bool {
        false
    }

    #[inline(always)]
    fn record(self, (): (), _: End<'_>) {}
}

/// A running call's place in its trace. The trace's id stays on the thread.
///
/// Two words, so that a guard keeps them in registers: with a `bool` beside them compilers move it through memory
/// byte by byte, which costs a call that is not recorded ten nanoseconds.
#[derive(Clone, Copy, Debug)]
pub struct OpenSpan {
    /// 0 when the span is not recorded.
    span: u64,
    /// The span that was running before; 0 for a root, [`Self::DROPPED_ROOT`] for one that is not recorded.
    parent: u64,
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
    type Place = Current;
    const NONE: Self = Self { span: 0, parent: 0 };
    const NOWHERE: Current = Current::NONE;

    #[inline(always)]
    fn open(callsite: &'static Callsite, control: u32) -> Self {
        let control = Control::from_word(control);
        if !control.has(Control::TRACE) {
            return Self::NONE;
        }
        match local(|local| local.tracing.get()) {
            Tracing::Nothing => Self::open_root(callsite),
            Tracing::Dropped => Self::NONE,
            Tracing::Recorded if control.has(Control::TRACE_SOME) && !is_chosen(callsite) => Self::NONE,
            Tracing::Recorded => {
                let span = local(Local::random);
                Self { span, parent: local(|local| local.span.replace(span)) }
            }
        }
    }

    #[inline(always)]
    fn here() -> Current {
        local(Local::current)
    }

    #[inline(always)]
    fn swap(place: Current) -> Current {
        let before = local(Local::current);
        local(|local| local.set_current(place));
        before
    }

    #[inline(always)]
    fn leave(self) {
        if self.span != 0 && self.parent != 0 {
            local(|local| local.span.set(self.parent));
        } else if self.span | self.parent != 0 {
            local(|local| {
                local.span.set(0);
                local.tracing.set(Tracing::Nothing);
            });
        }
    }

    #[inline(always)]
    fn is_recorded(self) -> bool {
        self.span != 0
    }

    #[inline(always)]
    fn record(self, place: Current, end: End<'_>) {
        if self.span != 0 {
            match local(Local::shard) {
                Some(shard) => self.push(place, &end, shard),
                None => self.push_cold(place, end),
            }
        }
    }
}

impl OpenSpan {
    /// Whether the trace that runs on this thread is not recorded: a span in it is none.
    #[inline(always)]
    pub(crate) fn is_dropped_here() -> bool {
        local(|local| local.tracing.get()) == Tracing::Dropped
    }

    /// Whether nothing was put on the thread, and nothing will be recorded.
    #[inline(always)]
    pub(crate) const fn is_none(self) -> bool {
        self.span | self.parent == 0
    }

    /// The parent of a root that is not recorded: something was put on the thread, and must be taken away.
    const DROPPED_ROOT: u64 = u64::MAX;

    /// Begins a trace, recorded or not.
    #[inline(never)]
    fn open_root(callsite: &'static Callsite) -> Self {
        let recorded = is_chosen(callsite);
        local(|local| {
            let span = local.random();
            let tracing = if recorded { Tracing::Recorded } else { Tracing::Dropped };
            local.set_current(Current { trace: [local.random(), local.random()], span, tracing });
            if recorded { Self { span, parent: 0 } } else { Self { span: 0, parent: Self::DROPPED_ROOT } }
        })
    }

    #[cold]
    #[inline(never)]
    fn push_cold(self, place: Current, end: End<'_>) {
        // By value: what a call that is not inlined may refer to would have to be in memory from the start.
        with_shard(|shard| self.push(place, &end, shard));
    }

    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "fields are bounded far below")]
    fn push(self, place: Current, end: &End<'_>, shard: &'static Shard) {
        let fields = end.fields.map_or(&[][..], Fields::words);
        let extra = end.extra.map_or(&[][..], Fields::words);
        let dropped = end.fields.map_or(0, Fields::dropped) + end.extra.map_or(0, Fields::dropped);
        let record = Record {
            trace: place.trace,
            span: self.span,
            parent: self.parent,
            start: end.start,
            nanos: end.nanos,
            series: end.series,
            outcome: end.outcome,
            has_polls: !end.polls.is_empty(),
            dropped: u16::try_from(dropped).unwrap_or(u16::MAX),
            callsite: registry::series_of(end.callsite),
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

/// Whether this call is in the share that `#[traced(sample = ..)]` wants.
fn is_chosen(callsite: &'static Callsite) -> bool {
    let ratio = callsite.meta().trace_ratio;
    ratio >= 1.0 || local(|local| (local.random() >> 11) as f64 / (1_u64 << 53) as f64) < ratio
}

/// A finished span as it lies in the ring: eight words, then polls, fields and the error's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    /// The high and the low half of the id.
    pub(crate) trace: [u64; 2],
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
    const fn words(&self) -> [u64; 8] {
        let flags = (self.outcome as u64) << 32 | (self.has_polls as u64) << 34 | (self.dropped as u64) << 48;
        [
            self.trace[0],
            self.trace[1],
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
            trace: [high, low],
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
            trace: [1, u64::MAX],
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
