//! Spans as an `ExportTraceServiceRequest`, which is a `TracesData`.

use obs_runtime::{Batch, Event, Link, Resource, Span};

use super::common::{attribute, count, envelope, unix_nanos};
use crate::attributes::{self, Attribute};
use crate::wire::Writer;

/// Writes a batch's spans as OTLP's protobuf, a `TracesData`, with events on them.
///
/// # Shape
/// What `encode_traces` of JSON writes, byte for byte as `prost` would, except that the lengths of the outer two
/// messages take five bytes.
pub fn encode(batch: &Batch) -> Vec<u8> {
    let mut to = Writer::new();
    write(&mut to, batch.resource(), batch.spans(), true);
    to.into_bytes()
}

/// Writes spans, with events on them or without.
pub(in super::super) fn write(to: &mut Writer, resource: &Resource, spans: &[Span], with_events: bool) {
    envelope(to, resource, |to| {
        spans.iter().for_each(|span| to.message(2, |to| write_span(to, span, with_events)));
    });
}

fn write_span(to: &mut Writer, span: &Span, with_events: bool) {
    to.bytes(1, &span.trace_id().to_bytes());
    to.bytes(2, &span.span_id().to_bytes());
    to.string(3, span.trace_state().as_str());
    if let Some(parent) = span.parent() {
        to.bytes(4, &parent.to_bytes());
    }
    to.string(5, span.name());
    // The discriminants of `SpanKind` are OTLP's.
    to.uint(6, span.kind() as u64);
    let start = unix_nanos(span.start());
    let nanos = u64::try_from(span.duration().as_nanos()).unwrap_or(u64::MAX);
    to.fixed64(7, start);
    to.fixed64(8, start.saturating_add(nanos));
    attributes::of_span(span, |key, value| attribute(to, 9, key, value));
    count(to, 10, span.dropped_fields());
    if with_events {
        span.events().iter().for_each(|event| to.message(11, |to| write_event(to, event)));
        count(to, 12, span.dropped_events());
    }
    span.links().iter().for_each(|link| to.message(13, |to| write_link(to, link)));
    count(to, 14, span.dropped_links());
    write_status(to, span);
    to.fixed32(16, attributes::span_flags(span));
}

fn write_event(to: &mut Writer, event: &Event) {
    to.fixed64(1, unix_nanos(event.time()));
    to.string(2, event.message());
    attribute(to, 3, "level", Attribute::Text(event.level().as_str()));
    for (key, value) in event.fields() {
        attribute(to, 3, key, Attribute::Value(value));
    }
    count(to, 4, event.dropped_fields());
}

fn write_link(to: &mut Writer, link: &Link) {
    to.bytes(1, &link.trace_id.to_bytes());
    to.bytes(2, &link.span_id.to_bytes());
    to.fixed32(6, attributes::link_flags(link.is_sampled, link.is_remote));
}

/// Error only on failure, and never Ok: that is for the program to say, not for a library.
fn write_status(to: &mut Writer, span: &Span) {
    const ERROR: u64 = 2;
    if let Some(message) = attributes::failure(span) {
        to.message(15, |to| {
            to.string(2, message);
            to.uint(3, ERROR);
        });
    }
}
