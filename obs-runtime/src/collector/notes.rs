//! Finds the span that an event, a late field or a link belongs to.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::batch::{Notes, Span};
use crate::clock::Anchor;
use crate::event::Event;
use crate::event_site;
use crate::field_reader;
use crate::health_counters::{FIELDS_TRUNCATED, NOTES_LATE};
use crate::ids::{SpanId, TraceId};
use crate::link::Link;
use crate::note::{NoteKind, NoteRecord, TEXT};
use crate::shard::POOL;
use crate::span_memory::MEMORY;
use crate::value::Value;

/// Events, links and late fields of one span, at most, as OpenTelemetry has it.
const MAX_NOTES: usize = 128;
/// Spans that run and have notes, at most; past it those that were noted first are given up.
const MAX_HELD: usize = 65_536;

/// Notes whose span still runs.
#[derive(Default)]
pub(super) struct Held {
    by_span: HashMap<u64, Pending>,
    /// In the order of their first note; may name spans that have ended.
    order: VecDeque<u64>,
    /// Events that nobody was given yet.
    events: Vec<Arc<Event>>,
}

#[derive(Default)]
struct Pending {
    notes: Box<Notes>,
    fields: Vec<(&'static str, Value)>,
    /// Late fields past the limit, and those that were cut.
    dropped_fields: u32,
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
            let notes = &mut self.pending(record.span).notes;
            if notes.events.len() < MAX_NOTES {
                notes.events.push(Arc::clone(&event));
            } else {
                notes.dropped_events += 1;
            }
        }
        self.events.push(event);
    }

    fn take_fields(&mut self, record: NoteRecord, payload: &[u64]) {
        let pending = self.pending(record.span);
        pending.dropped_fields += u32::from(record.dropped);
        for field in field_reader::read(payload) {
            if pending.fields.len() < MAX_NOTES {
                pending.fields.push(field);
            } else {
                pending.dropped_fields += 1;
                FIELDS_TRUNCATED.add(1);
            }
        }
    }

    fn take_link(&mut self, record: NoteRecord, payload: &[u64]) {
        let &[high, low, span] = payload else { return };
        let (Some(trace_id), Some(span_id)) = (trace_id([high, low]), SpanId::new(span)) else { return };
        let notes = &mut self.pending(record.span).notes;
        if notes.links.len() < MAX_NOTES {
            let NoteRecord { is_sampled, is_remote, .. } = record;
            notes.links.push(Link { trace_id, span_id, is_sampled, is_remote });
        } else {
            notes.dropped_links += 1;
        }
    }

    fn pending(&mut self, span: u64) -> &mut Pending {
        if !self.by_span.contains_key(&span) {
            self.order.push_back(span);
        }
        self.by_span.entry(span).or_default()
    }

    /// Spans whose end was lost, or that outlive 65,536 others: their notes are counted. Asked when all rings have been
    /// read: before that, spans that have ended are still on their way.
    pub(super) fn give_up_the_oldest(&mut self) {
        while self.order.len() > MAX_HELD {
            let oldest = self.order.pop_front().and_then(|span| self.by_span.remove(&span));
            NOTES_LATE.add(oldest.map_or(0, |pending| pending.len() as u64));
        }
    }

    /// Spans that have not ended when there is no later round: their notes are counted.
    pub(super) fn give_up_all(&mut self) {
        self.order.clear();
        NOTES_LATE.add(self.by_span.drain().map(|(_, pending)| pending.len() as u64).sum());
    }

    /// Gives spans what was noted on them.
    pub(super) fn attach(&mut self, spans: &mut [Span]) {
        if self.by_span.is_empty() {
            return;
        }
        for span in spans {
            let Some(pending) = self.by_span.remove(&span.span_id.get()) else { continue };
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
        trace_id: trace_id(record.trace),
        span_id: SpanId::new(record.span),
        is_sampled: record.is_sampled,
        thread,
        fields,
        dropped_fields: record.dropped.into(),
    })
}

fn trace_id([high, low]: [u64; 2]) -> Option<TraceId> {
    TraceId::new(u128::from(high) << 64 | u128::from(low))
}
