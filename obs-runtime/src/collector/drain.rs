//! From the words in the rings to spans.

use std::time::Duration;

use crate::batch::Span;
use crate::callsite::Callsite;
use crate::clock::Anchor;
use crate::error_class::ErrorClass;
use crate::field_reader;
use crate::heads;
use crate::ids::{SpanId, TraceId};
use crate::outcome::Outcome;
use crate::registry::{self, SeriesMeta};
use crate::shard::POOL;
use crate::snapshot::Polls;
use crate::span::MESSAGE;
use crate::span_memory::MEMORY;
use crate::span_record::Record;
use crate::value::Value;

/// Takes everything out of all rings, in pieces of at most `batch` spans.
pub(super) fn drain(batch: usize, mut each: impl FnMut(Vec<Span>)) {
    let mut reader = SpanReader { anchor: Anchor::take(), series: registry::series(), thread: 0 };
    let mut spans = Vec::new();
    for shard in POOL.all() {
        reader.thread = shard.number;
        shard.ring.drain(&MEMORY, |first, payload| {
            if let Some(span) = reader.span(&Record::of(first), payload) {
                spans.push(span);
            }
            if spans.len() >= batch {
                each(std::mem::take(&mut spans));
                spans.reserve(batch);
            }
        });
    }
    if !spans.is_empty() {
        each(spans);
    }
}

struct SpanReader {
    anchor: Anchor,
    series: Vec<Option<SeriesMeta>>,
    thread: u32,
}

impl SpanReader {
    /// `None` for a record of no known callsite, which no guard writes.
    // Inlined, so that a span is written where it stays.
    #[inline(always)]
    fn span(&mut self, record: &Record, payload: &[u64]) -> Option<Span> {
        let callsite = self.callsite(record.callsite)?;
        let (error_type, error_class) = self.error(record);
        let (polls, words) = payload.split_at_checked(if record.has_polls { 3 } else { 0 })?;
        let mut fields = field_reader::read(words);
        let message = (error_type.is_some()).then(|| take_message(&mut fields)).flatten();
        Some(Span {
            trace_id: TraceId::from_halves(record.trace)?,
            span_id: SpanId::new(record.span)?,
            parent: SpanId::new(record.parent),
            callsite,
            start: self.anchor.wall(record.start),
            nanos: record.nanos,
            outcome: record.outcome,
            error_type,
            error_class,
            message,
            polls: read_polls(polls),
            thread: self.thread,
            fields,
            dropped_fields: record.dropped.into(),
            series: record.series,
            is_timed: record.is_timed,
            origin: record.origin,
            is_random: record.is_random,
            over_budget: record.over_budget,
            trace_state: heads::get(record.head, record.trace),
            notes: None,
        })
    }

    fn callsite(&mut self, series: u32) -> Option<&'static Callsite> {
        self.meta(series).map(|meta| meta.callsite)
    }

    /// The type and the class of a failure.
    fn error(&mut self, record: &Record) -> (Option<&'static str>, Option<ErrorClass>) {
        if record.outcome == Outcome::Ok {
            return (None, None);
        }
        // A failure that found no series of its own still has a type: how it ended.
        let meta = self.meta(record.series);
        let error_type = meta.and_then(|meta| meta.error_type).or(Some("_OTHER"));
        (error_type, meta.and_then(|meta| meta.error_class))
    }

    /// What a series stands for; read anew when a callsite registered after the last reading.
    fn meta(&mut self, series: u32) -> Option<&SeriesMeta> {
        if series as usize >= self.series.len() {
            self.series = registry::series();
        }
        self.series.get(series as usize)?.as_ref()
    }
}

fn read_polls(words: &[u64]) -> Option<Box<Polls>> {
    let &[count, busy, longest] = words else { return None };
    Some(Box::new(Polls { count, busy: Duration::from_nanos(busy), longest: Duration::from_nanos(longest) }))
}

fn take_message(fields: &mut Vec<(&'static str, Value)>) -> Option<Box<str>> {
    let at = fields.iter().position(|(key, _)| *key == MESSAGE)?;
    match fields.remove(at).1 {
        Value::Str(text) => Some(text),
        other => Some(other.to_string().into()),
    }
}
