//! A span's two ends where everything they need is at hand: a root where all traces are recorded, or the child of a
//! recorded span, in a function that is traced and not timed, on a thread that has recorded before.
//!
//! Nothing is called and nothing is done before it is known that all can be; otherwise [`crate::span`] does the same
//! step by step. It took 277 instructions for a child, of which a quarter saved registers and asked what cannot be here.
//! Asked by [`crate::call`].

use crate::baggage_fields;
use crate::callsite::Callsite;
use crate::clock;
use crate::control_word::Control;
use crate::origin::Origin;
use crate::outcome::Outcome;
use crate::sampler;
use crate::shard::{Current, Local, TraceInfo, Tracing, local};
use crate::span::OpenSpan;
use crate::span_record::Record;
use crate::sync::add;

/// Opens the child of a recorded span, and says when it began; one that `waits` for its fields begins later.
#[inline(always)]
pub(crate) fn open(control: Control, waits: bool) -> Option<(OpenSpan, u64)> {
    if !control.is_plainly_traced() || !local(|local| local.info.get()).is(Tracing::Recorded) {
        return None;
    }
    let start = if waits { 0 } else { clock::quick()? };
    let span = local(Local::random_if_seeded)?;
    Some((OpenSpan::child(span, local(|local| local.span.replace(span))), start))
}

/// Begins a trace where all are recorded.
#[inline(always)]
pub(crate) fn open_root(control: Control, waits: bool) -> Option<(OpenSpan, u64)> {
    let is_first = local(|local| local.info.get()) == TraceInfo::NOTHING;
    if !control.is_plainly_traced() || !is_first || !sampler::keeps_all() || baggage_fields::are_wanted() {
        return None;
    }
    let shard = local(Local::shard)?;
    let start = if waits { 0 } else { clock::quick()? };
    let span = local(Local::random_if_seeded)?;
    let trace = [local(Local::random_if_seeded)?, local(Local::random_if_seeded)?];
    add(&shard.faults.traces_sampled, 1);
    local(|local| local.set_current(Current { trace, span, info: TraceInfo::new(Tracing::Recorded, true, 0) }));
    Some((OpenSpan::child(span, 0), start))
}

/// Ends and records a span whose call ended well, with fields as words.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "the control word is the low half, and fields are bounded")]
pub(crate) fn close(callsite: &'static Callsite, word: u64, start: u64, span: OpenSpan, fields: &[u64]) -> Option<()> {
    let control = Control::from_word(word as u32);
    let (span, parent) = span.plain_ids()?;
    if !control.is_plainly_traced() || control.has(Control::TIME) || callsite.series() == 0 {
        return None;
    }
    let nanos = clock::quick()?.checked_sub(start)?;
    let (shard, slot) = (local(Local::shard)?, local(|local| local.slot(control.series()))?);
    let room = shard.ring.room(fields.len())?;
    let here = local(|local| local.info.get());
    let record = Record {
        trace: local(Local::trace),
        span,
        parent,
        start,
        nanos,
        series: control.series(),
        callsite: callsite.series(),
        head: here.head(),
        outcome: Outcome::Ok,
        origin: if parent == 0 { Origin::Root } else { Origin::Child },
        has_polls: false,
        is_timed: false,
        over_budget: false,
        is_random: here.is_random(),
        dropped: 0,
        payload: fields.len() as u32,
    };
    slot.count();
    add(&shard.faults.spans_finished, 1);
    room.put(record.words(), fields);
    if parent == 0 {
        local(|local| local.set_current(Current::NONE));
    } else {
        local(|local| local.span.set(parent));
    }
    Some(())
}
