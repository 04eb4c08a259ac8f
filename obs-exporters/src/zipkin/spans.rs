//! A batch as a list of Zipkin's spans. A pure function into a string.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use obs_runtime::{Batch, Resource, Span, SpanKind};

use super::endpoint::Endpoint;
use super::tags;
use crate::json_writer::Writer;

/// Writes a batch as Zipkin's JSON of version 2.
///
/// # Shape
/// Ids in lower-case hex, names in lower case, all of a call's fields as tags of text, events as annotations. How a call
/// ended is in the tags `otel.status_code` and `error`, which are there only when it did not end well.
/// # Units
/// Whole microseconds; a duration is at least one.
pub fn encode(batch: &Batch) -> String {
    encode_spans(batch.resource(), batch.spans())
}

pub(super) fn encode_spans(resource: &Resource, spans: &[Span]) -> String {
    let local = Endpoint::local(resource);
    let mut to = Writer::new();
    to.array(spans, |to, span| to.object(|to| write_span(to, resource, &local, span)));
    to.into_string()
}

fn write_span(to: &mut Writer, resource: &Resource, local: &Endpoint, span: &Span) {
    to.key("traceId").quoted(span.trace_id());
    to.key("id").quoted(span.span_id());
    if let Some(parent) = span.parent() {
        to.key("parentId").quoted(parent);
    }
    to.key("name").text(&span.name().to_lowercase());
    if let Some(kind) = kind(span.kind()) {
        to.key("kind").text(kind);
    }
    to.key("timestamp").plain(unix_micros(span.start()));
    to.key("duration").plain(micros(span.duration()));
    local.write(to.key("localEndpoint"));
    if let Some(remote) = Endpoint::remote(span) {
        remote.write(to.key("remoteEndpoint"));
    }
    if !span.events().is_empty() {
        to.key("annotations").array(span.events(), |to, event| {
            to.object(|to| {
                to.key("timestamp").plain(unix_micros(event.time()));
                to.key("value").text(&tags::annotation(event));
            });
        });
    }
    tags::write(to.key("tags"), resource, span);
}

/// Zipkin has no word for what stays inside a process.
const fn kind(kind: SpanKind) -> Option<&'static str> {
    match kind {
        SpanKind::Internal => None,
        SpanKind::Server => Some("SERVER"),
        SpanKind::Client => Some("CLIENT"),
        SpanKind::Producer => Some("PRODUCER"),
        SpanKind::Consumer => Some("CONSUMER"),
    }
}

fn unix_micros(time: SystemTime) -> u128 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros())
}

/// Zero would mean that the span has not ended.
fn micros(duration: Duration) -> u128 {
    duration.as_micros().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_whole_microseconds_and_at_least_one() {
        assert_eq!([0, 999, 1_999, 1_000_000].map(|nanos| micros(Duration::from_nanos(nanos))), [1, 1, 1, 1_000]);
    }
}
