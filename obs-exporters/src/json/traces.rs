//! A batch as one `TracesData`. A pure function into a string.

use obs_runtime::{Batch, Outcome, Span, SpanKind, Value};

use super::common::{attribute, resource, scope, text_attribute, unix_nanos};
use crate::json_writer::Writer;

/// Bit 0 of the flags of W3C: the trace is sampled. What reaches an exporter is.
const SAMPLED: u32 = 1;

/// Writes a batch as one line of OTLP/JSON, a `TracesData`, without the newline.
///
/// # Shape
/// Ids in lower-case hex, 64-bit integers as strings, enums as numbers. How a call ended is in the status and in
/// `error.type`, which has the same value on the metric; how a future was driven in `obs.polls`, `obs.busy_ns` and
/// `obs.longest_poll_ns`.
pub fn encode(batch: &Batch) -> String {
    let mut to = Writer::new();
    to.object(|to| {
        to.key("resourceSpans").array([batch], |to, batch| {
            to.object(|to| {
                resource(to, batch.resource());
                to.key("scopeSpans").array([batch], |to, batch| {
                    to.object(|to| {
                        scope(to);
                        to.key("spans").array(batch.spans(), |to, span| to.object(|to| write_span(to, span)));
                    });
                });
            });
        });
    });
    to.into_string()
}

fn write_span(to: &mut Writer, span: &Span) {
    to.key("traceId").quoted(span.trace_id());
    to.key("spanId").quoted(span.span_id());
    if let Some(parent) = span.parent() {
        to.key("parentSpanId").quoted(parent);
    }
    to.key("name").text(span.name());
    to.key("kind").plain(kind_number(span.kind()));
    let start = unix_nanos(span.start());
    to.key("startTimeUnixNano").quoted(start);
    to.key("endTimeUnixNano").quoted(start + span.duration().as_nanos());
    to.key("attributes").array([span], write_attributes);
    if span.dropped_fields() > 0 {
        to.key("droppedAttributesCount").plain(span.dropped_fields());
    }
    to.key("status").object(|to| write_status(to, span));
    to.key("flags").plain(SAMPLED);
}

fn write_attributes(to: &mut Writer, span: &Span) {
    let meta = span.callsite().meta();
    text_attribute(to, "code.function.name", span.name());
    text_attribute(to, "code.file.path", meta.file);
    attribute(to, "code.line.number", &Value::U64(u64::from(meta.line)));
    attribute(to, "thread.id", &Value::U64(u64::from(span.thread())));
    if let Some(error) = span.error_type() {
        text_attribute(to, "error.type", error);
    }
    if let Some(polls) = span.polls() {
        let nanos = |duration: std::time::Duration| Value::U64(duration.as_nanos().try_into().unwrap_or(u64::MAX));
        attribute(to, "obs.polls", &Value::U64(polls.count));
        attribute(to, "obs.busy_ns", &nanos(polls.busy));
        attribute(to, "obs.longest_poll_ns", &nanos(polls.longest));
    }
    for (key, value) in span.fields() {
        attribute(to, key, value);
    }
}

/// Error only on failure, and never Ok: that is for the program to say, not for a library.
fn write_status(to: &mut Writer, span: &Span) {
    const ERROR: u8 = 2;
    if span.outcome() != Outcome::Ok {
        let message = span.message().or(span.error_type()).unwrap_or(span.outcome().as_str());
        to.key("message").text(message);
        to.key("code").plain(ERROR);
    }
}

const fn kind_number(kind: SpanKind) -> u8 {
    match kind {
        SpanKind::Internal => 1,
        SpanKind::Server => 2,
        SpanKind::Client => 3,
        SpanKind::Producer => 4,
        SpanKind::Consumer => 5,
    }
}
