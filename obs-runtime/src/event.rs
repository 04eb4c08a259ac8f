//! A point in time, with a message and fields: what a log line is, with the ids of the span it happened in.

use std::time::{Duration, SystemTime};

use crate::ids::{SpanId, TraceId};
use crate::level::Level;
use crate::value::{self, Value};

/// The key under which an event's message travels.
pub(crate) const TEXT: &str = "message";

/// Where events of one kind come from: a line of the program, or of a crate that logs through a bridge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventSource {
    /// The module, or what a bridge calls the target.
    pub target: &'static str,
    /// The source file; empty when it is not known.
    pub file: &'static str,
    /// The line, from 1; 0 when it is not known.
    pub line: u32,
}

/// Something that happened, as plain data.
#[derive(Clone, Debug)]
pub struct Event {
    pub(crate) source: EventSource,
    pub(crate) level: Level,
    pub(crate) message: Box<str>,
    /// Nanoseconds since 1970.
    pub(crate) time: u64,
    pub(crate) trace_id: Option<TraceId>,
    pub(crate) span_id: Option<SpanId>,
    pub(crate) is_sampled: bool,
    pub(crate) thread: u32,
    pub(crate) fields: Vec<(&'static str, Value)>,
    pub(crate) dropped_fields: u32,
}

impl Event {
    /// What it takes in memory, about.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>() + self.message.len() + value::bytes_of(&self.fields)
    }

    /// Where it comes from.
    pub const fn source(&self) -> EventSource {
        self.source
    }

    /// How important it is.
    pub const fn level(&self) -> Level {
        self.level
    }

    /// What happened, in words.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// When it happened.
    pub fn time(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_nanos(self.time)
    }

    /// The trace it happened in.
    pub const fn trace_id(&self) -> Option<TraceId> {
        self.trace_id
    }

    /// The span it happened in: a log line and its trace are joined by this.
    pub const fn span_id(&self) -> Option<SpanId> {
        self.span_id
    }

    /// Whether the trace it happened in is recorded.
    pub const fn is_sampled(&self) -> bool {
        self.is_sampled
    }

    /// The number of the shard (small, reused) of the thread it happened on.
    pub const fn thread(&self) -> u32 {
        self.thread
    }

    /// The fields in the order of the event.
    pub fn fields(&self) -> &[(&'static str, Value)] {
        &self.fields
    }

    /// One field's value.
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.fields.iter().find_map(|(known, value)| (*known == name).then_some(value))
    }

    /// Fields that did not fit.
    pub const fn dropped_fields(&self) -> u32 {
        self.dropped_fields
    }
}
