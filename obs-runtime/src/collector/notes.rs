//! Finds the span that an event, a late field or a link belongs to.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::compact::compact;
use crate::batch::{Notes, Span};
use crate::clock::Anchor;
use crate::event::Event;
use crate::event::TEXT;
use crate::event_site;
use crate::field_reader;
use crate::health_counters::{FIELDS_TRUNCATED, NOTES_LATE};
use crate::ids::{SpanId, TraceId};
use crate::link::Link;
use crate::note::{NoteKind, NoteRecord};
use crate::shard::POOL;
use crate::span_memory::MEMORY;
use crate::value::{self, Value};

/// Events, links and late fields of one span, at most, as OpenTelemetry has it.
const MAX_NOTES: usize = 128;
/// Spans that run and have notes, at most; past it those that were noted first are given up.
const MAX_HELD: usize = 65_536;

/// Bytes of notes whose span was not seen yet, at most, as far as they are known; past it those that were noted first are
/// given up.
const MAX_BYTES: usize = 16 << 20;

/// Notes whose span still runs.
#[derive(Default)]
pub(super) struct Held {
    by_span: HashMap<u64, Pending>,
    /// In the order of their first note; may name spans that have ended.
    order: VecDeque<u64>,
    /// Events that nobody was given yet.
    events: Vec<Arc<Event>>,
    /// What the notes of all spans take.
    bytes: usize,
}

#[derive(Default)]
struct Pending {
    notes: Box<Notes>,
    fields: Vec<(&'static str, Value)>,
    /// Late fields past the limit, and those that were cut.
    dropped_fields: u32,
    bytes: usize,
}

impl Pending {
    fn len(&self) -> usize {
        self.fields.len() + self.notes.links.len() + self.notes.events.len()
    }
}

impl Held {
    /// Takes all notes out of the rings. What was noted before a span ended is here once its record was seen.
    /// `redact` sees each event before anybody else does.
    pub(super) fn drain(&mut self, redact: impl Fn(&mut Event)) {
        let anchor = Anchor::take();
        for shard in POOL.all() {
            shard.notes.drain(&MEMORY, |first, payload| {
                let record = NoteRecord::of(first);
                match record.kind {
                    NoteKind::Event => {
                        let Some(mut event) = event(shard.number, &anchor, record, payload) else { return };
                        redact(&mut event);
                        self.take_event(record, Arc::new(event));
                    }
                    NoteKind::Fields => self.take_fields(record, payload),
                    NoteKind::Link => self.take_link(record, payload),
                }
            });
        }
    }

    fn take_event(&mut self, record: NoteRecord, event: Arc<Event>) {
        if record.span != 0 && record.is_sampled {
            let pending = self.pending(record.span);
            if pending.notes.events.len() < MAX_NOTES {
                pending.notes.events.push(Arc::clone(&event));
                let bytes = event.bytes();
                pending.bytes += bytes;
                self.bytes += bytes;
            } else {
                pending.notes.dropped_events += 1;
            }
        }
        self.events.push(event);
    }

    fn take_fields(&mut self, record: NoteRecord, payload: &[u64]) {
        let pending = self.pending(record.span);
        pending.dropped_fields += u32::from(record.dropped);
        let mut bytes = 0;
        for field in field_reader::read(payload) {
            if pending.fields.len() < MAX_NOTES {
                bytes += value::bytes_of(std::slice::from_ref(&field));
                pending.fields.push(field);
            } else {
                pending.dropped_fields += 1;
                FIELDS_TRUNCATED.add(1);
            }
        }
        pending.bytes += bytes;
        self.bytes += bytes;
    }

    fn take_link(&mut self, record: NoteRecord, payload: &[u64]) {
        let &[high, low, span] = payload else { return };
        let (Some(trace_id), Some(span_id)) = (TraceId::from_halves([high, low]), SpanId::new(span)) else { return };
        let pending = self.pending(record.span);
        if pending.notes.links.len() < MAX_NOTES {
            let NoteRecord { is_sampled, is_remote, .. } = record;
            pending.notes.links.push(Link { trace_id, span_id, is_sampled, is_remote });
            pending.bytes += size_of::<Link>();
            self.bytes += size_of::<Link>();
        } else {
            pending.notes.dropped_links += 1;
        }
    }

    fn pending(&mut self, span: u64) -> &mut Pending {
        if !self.by_span.contains_key(&span) {
            self.order.push_back(span);
        }
        self.by_span.entry(span).or_default()
    }

    fn remove(&mut self, span: u64) -> Option<Pending> {
        let pending = self.by_span.remove(&span)?;
        self.bytes -= pending.bytes;
        Some(pending)
    }

    /// Spans whose end was lost, or that had ended before, or that run while too many others have notes: their notes are
    /// counted. Asked when all rings have been read: before that, spans that have ended are still on their way.
    pub(super) fn give_up_the_oldest(&mut self) {
        while self.by_span.len() > MAX_HELD || self.bytes > MAX_BYTES {
            let Some(oldest) = self.order.pop_front() else { break };
            NOTES_LATE.add(self.remove(oldest).map_or(0, |pending| pending.len() as u64));
        }
        compact(&mut self.order, self.by_span.len(), |span| self.by_span.contains_key(span));
    }

    /// Spans that have not ended when there is no later round: their notes are counted.
    pub(super) fn give_up_all(&mut self) {
        self.order.clear();
        self.bytes = 0;
        NOTES_LATE.add(self.by_span.drain().map(|(_, pending)| pending.len() as u64).sum());
    }

    /// Gives spans what was noted on them.
    pub(super) fn attach(&mut self, spans: &mut [Span]) {
        if self.by_span.is_empty() {
            return;
        }
        for span in spans {
            let Some(pending) = self.remove(span.span_id.get()) else { continue };
            span.fields.extend(pending.fields);
            span.dropped_fields += pending.dropped_fields;
            let noted = pending.notes.events.len() + pending.notes.links.len() > 0;
            span.notes = noted.then_some(pending.notes);
        }
        if self.by_span.is_empty() {
            self.order.clear();
        }
    }

    /// Events that were not handed on yet.
    pub(super) fn take_events(&mut self) -> Vec<Arc<Event>> {
        std::mem::take(&mut self.events)
    }
}

/// Counts what lies in the rings as late.
pub(super) fn count_left_over() {
    for shard in POOL.all() {
        shard.notes.drain(&MEMORY, |_, _| NOTES_LATE.add(1));
    }
}

fn event(thread: u32, anchor: &Anchor, record: NoteRecord, payload: &[u64]) -> Option<Event> {
    let mut fields = field_reader::read(payload);
    let message = match fields.iter().position(|(key, _)| *key == TEXT).map(|at| fields.remove(at).1) {
        Some(Value::Str(text)) => text,
        _ => Box::default(),
    };
    Some(Event {
        source: event_site::source(record.site)?,
        level: record.level,
        message,
        time: anchor.wall(record.time),
        trace_id: TraceId::from_halves(record.trace),
        span_id: SpanId::new(record.span),
        is_sampled: record.is_sampled,
        thread,
        fields,
        dropped_fields: record.dropped.into(),
    })
}
