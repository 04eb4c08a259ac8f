//! What spans and events say of themselves as attributes, under their OpenTelemetry names, the same in every format.

use std::time::Duration;

use obs_runtime::{Event, Level, Span, Value};

/// Bit 8 of OTLP's flags: bit 9 is known.
const HAS_IS_REMOTE: u32 = 0x100;
/// Bit 9 of OTLP's flags: the context comes from another process.
const IS_REMOTE: u32 = 0x200;

/// An attribute's value, borrowed where it can be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Attribute<'a> {
    Text(&'a str),
    Int(u64),
    Bool(bool),
    Value(&'a Value),
}

/// Hands out a span's attributes. A field wins over one of ours with the same name: keys must be unique.
pub(crate) fn of_span<'a>(span: &'a Span, mut each: impl FnMut(&'a str, Attribute<'a>)) {
    let meta = span.callsite().meta();
    let mut ours = |key, value| {
        if span.field(key).is_none() {
            each(key, value);
        }
    };
    ours("code.function.name", Attribute::Text(span.name()));
    place(meta.file, meta.line, &mut ours);
    ours("thread.id", Attribute::Int(span.thread().into()));
    if let Some(error) = span.error_type() {
        ours("error.type", Attribute::Text(error));
    }
    if let Some(class) = span.error_class() {
        ours("obs.error.class", Attribute::Text(class.name));
        ours("obs.error.retryable", Attribute::Bool(class.retryable));
        ours("obs.error.severity", Attribute::Text(class.severity.as_str()));
    }
    if span.is_over_budget() {
        ours("obs.over_budget", Attribute::Bool(true));
    }
    if let Some(polls) = span.polls() {
        ours("obs.polls", Attribute::Int(polls.count));
        ours("obs.busy_ns", Attribute::Int(nanos(polls.busy)));
        ours("obs.longest_poll_ns", Attribute::Int(nanos(polls.longest)));
    }
    of_fields(span.fields(), |key, value| each(key, Attribute::Value(value)));
}

/// Hands out an event's attributes, as its log record has them.
pub(crate) fn of_event<'a>(event: &'a Event, mut each: impl FnMut(&'a str, Attribute<'a>)) {
    let source = event.source();
    let mut ours = |key, value| {
        if event.field(key).is_none() {
            each(key, value);
        }
    };
    ours("obs.target", Attribute::Text(source.target));
    place(source.file, source.line, &mut ours);
    ours("thread.id", Attribute::Int(event.thread().into()));
    of_fields(event.fields(), |key, value| each(key, Attribute::Value(value)));
}

fn place<'a>(file: &'a str, line: u32, each: &mut impl FnMut(&'static str, Attribute<'a>)) {
    // What is made at run time need not know where it is.
    if !file.is_empty() {
        each("code.file.path", Attribute::Text(file));
        each("code.line.number", Attribute::Int(line.into()));
    }
}

/// Hands out fields, each name once: where one was set again, the last value counts.
pub(crate) fn of_fields<'a>(fields: &'a [(&'static str, Value)], mut each: impl FnMut(&'a str, &'a Value)) {
    for (at, (key, value)) in fields.iter().enumerate() {
        if !fields[at + 1..].iter().any(|(later, _)| later == key) {
            each(key, value);
        }
    }
}

fn nanos(duration: Duration) -> u64 {
    duration.as_nanos().try_into().unwrap_or(u64::MAX)
}

/// OTLP's flags of a span: those of W3C, and whether its parent is in another process.
pub(crate) fn span_flags(span: &Span) -> u32 {
    u32::from(span.trace_flags()) | remote(span.has_remote_parent())
}

/// OTLP's flags of a link or an event: bit 0 when the trace is recorded.
pub(crate) fn link_flags(is_sampled: bool, is_remote: bool) -> u32 {
    u32::from(is_sampled) | remote(is_remote)
}

const fn remote(is_remote: bool) -> u32 {
    HAS_IS_REMOTE | if is_remote { IS_REMOTE } else { 0 }
}

/// A level as log records spell it.
pub(crate) const fn severity_text(level: Level) -> &'static str {
    match level {
        Level::Trace => "TRACE",
        Level::Debug => "DEBUG",
        Level::Info => "INFO",
        Level::Warn => "WARN",
        Level::Error => "ERROR",
    }
}

/// A span's status text when its call did not end well.
pub(crate) fn failure(span: &Span) -> Option<&str> {
    let outcome = span.outcome();
    (outcome != obs_runtime::Outcome::Ok).then(|| span.message().or(span.error_type()).unwrap_or(outcome.as_str()))
}
