//! What is added to a running span: events, late fields and links, on their way to the collector.
//!
//! They cannot wait in the guard: whoever adds them may be far from it, or on another thread. They go through a ring of
//! their own, and the collector, which reads it before it hands a span on, finds their span by its id.

use crate::clock;
use crate::context::Context;
use crate::event::TEXT;
use crate::event_site::{self, EventSite};
use crate::fields::Fields;
use crate::level::Level;
use crate::mirror;
use crate::place::Place;
use crate::recording;
use crate::registry;
use crate::shard::{Current, Shard, TraceInfo, Tracing, on_shard};
use crate::span_memory::MEMORY;
use crate::sync::add;

/// What a note is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum NoteKind {
    Event,
    Fields,
    Link,
}

/// A note as it lies in the ring: eight words, then fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoteRecord {
    pub(crate) trace: [u64; 2],
    pub(crate) span: u64,
    pub(crate) kind: NoteKind,
    /// Of an event.
    pub(crate) level: Level,
    pub(crate) time: u64,
    pub(crate) site: u32,
    /// Whether the trace is recorded; of a link, the other trace.
    pub(crate) is_sampled: bool,
    /// Of a link: whether the other span belongs to another process.
    pub(crate) is_remote: bool,
    pub(crate) dropped: u16,
    pub(crate) payload: u32,
}

impl NoteRecord {
    fn words(&self) -> [u64; 8] {
        let bits = self.kind as u64
            | u64::from(self.is_sampled) << 2
            | u64::from(self.is_remote) << 3
            | u64::from(self.level.severity_number()) << 8
            | u64::from(self.dropped) << 16
            | u64::from(self.site) << 32;
        [self.trace[0], self.trace[1], self.span, self.time, bits, 0, 0, self.payload.into()]
    }

    #[expect(clippy::cast_possible_truncation, reason = "words are taken apart as `words` put them together")]
    pub(crate) fn of(words: [u64; 8]) -> Self {
        let [high, low, span, time, bits, _, _, payload] = words;
        Self {
            trace: [high, low],
            span,
            kind: match bits & 3 {
                0 => NoteKind::Event,
                1 => NoteKind::Fields,
                _ => NoteKind::Link,
            },
            level: Level::from_severity((bits >> 8) as u8),
            time,
            site: (bits >> 32) as u32,
            is_sampled: bits >> 2 & 1 == 1,
            is_remote: bits >> 3 & 1 == 1,
            dropped: (bits >> 16) as u16,
            payload: payload as u32,
        }
    }
}

/// Records an event, in the span that runs on this thread if there is one.
///
/// # Cost
/// One reading of the clock and one record in the ring; nobody wants it: two loads.
pub fn event(site: &'static EventSite, level: Level, message: &str, fields: impl FnOnce(&mut Fields)) {
    if is_wanted(site, level) {
        let mut all = Fields::empty();
        all.value(TEXT, message);
        fields(&mut all);
        mirror::event(site, level, &all);
        put_event(site, level, Place::here(), &all);
    }
}

/// Records an event in a place that was named, or in the span that runs on this thread; the message is the field
/// `message`. For bridges: what came in is not shown to the mirror.
pub fn event_at(site: &'static EventSite, level: Level, place: Option<Place>, fields: impl FnOnce(&mut Fields)) {
    if is_wanted(site, level) {
        let mut all = Fields::empty();
        fields(&mut all);
        put_event(site, level, place.unwrap_or_else(Place::here), &all);
    }
}

fn put_event(site: &'static EventSite, level: Level, place: Place, fields: &Fields) {
    let here = place.current();
    recording::event(here, site, level, fields);
    if event_site::are_recorded() {
        let record = record(here, NoteKind::Event);
        put(&NoteRecord { level, time: clock::now(), site: site.number(), ..record }, fields, &[]);
    }
}

/// Whether an event of this level is wanted from a place, under the policy that holds now.
pub fn is_wanted(site: &'static EventSite, level: Level) -> bool {
    if !site.is_settled() {
        site.settle(registry::events_from(site.source().target));
    }
    site.is_wanted(level)
}

/// Adds fields to the span that runs in `place`, if it is recorded.
pub(crate) fn fields(place: Current, fields: &Fields) {
    if place.info.tracing() == Tracing::Recorded && !recording::fields(place, fields) {
        put(&record(place, NoteKind::Fields), fields, &[]);
    }
}

/// Ties the span that runs in `place`, if it is recorded, to another.
pub(crate) fn link(place: Current, to: &Context) {
    let other = to.place();
    if place.info.tracing() == Tracing::Recorded && other.info != TraceInfo::NOTHING {
        let record =
            NoteRecord { is_sampled: to.is_sampled(), is_remote: to.is_remote(), ..record(place, NoteKind::Link) };
        put(&record, &Fields::empty(), &[other.trace[0], other.trace[1], other.span]);
    }
}

fn record(place: Current, kind: NoteKind) -> NoteRecord {
    NoteRecord {
        trace: place.trace,
        span: place.span,
        kind,
        level: Level::Info,
        time: 0,
        site: 0,
        is_sampled: matches!(place.info.tracing(), Tracing::Recorded | Tracing::RemoteRecorded),
        is_remote: false,
        dropped: 0,
        payload: 0,
    }
}

fn put(record: &NoteRecord, fields: &Fields, words: &[u64]) {
    on_shard(|shard| put_in(shard, record, fields, words));
}

#[expect(clippy::cast_possible_truncation, reason = "fields are bounded far below")]
fn put_in(shard: &'static Shard, record: &NoteRecord, fields: &Fields, words: &[u64]) {
    let dropped = fields.dropped();
    let payload = (fields.words().len() + words.len()) as u32;
    let record = NoteRecord { dropped: u16::try_from(dropped).unwrap_or(u16::MAX), payload, ..*record };
    if dropped > 0 {
        add(&shard.faults.fields_truncated, u64::from(dropped));
    }
    if record.kind == NoteKind::Event {
        add(&shard.faults.events_recorded, 1);
    }
    if shard.notes.push(&MEMORY, record.words(), &[words, fields.words()]).is_err() {
        add(&shard.faults.notes_full, 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_survives_its_words() {
        let note = NoteRecord {
            trace: [1, 2],
            span: 3,
            kind: NoteKind::Link,
            level: Level::Warn,
            time: 4,
            site: u32::MAX,
            is_sampled: true,
            is_remote: true,
            dropped: 5,
            payload: 6,
        };
        assert_eq!(NoteRecord::of(note.words()), note);
    }
}
