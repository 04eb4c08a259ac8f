//! A batch's spans as one `TracesData`. A pure function into a string.

use obs_runtime::{Batch, Event, Link, Resource, Span};

use super::common::{attribute, count, envelope, unix_nanos};
use crate::attributes::{self, Attribute};
use crate::json_writer::Writer;

/// Writes a batch's spans as one line of OTLP/JSON, a `TracesData`, without the newline.
///
/// # Shape
/// Ids in lower-case hex, 64-bit integers as strings, enums as numbers. How a call ended is in the status and in
/// `error.type`, which has the same value on the metric; how a future was driven in `obs.polls`, `obs.busy_ns` and
/// `obs.longest_poll_ns`; `obs.over_budget` is there when a budget was broken. Events hang on their spans under their
/// message, with their level as the attribute `level`.
pub fn encode(batch: &Batch) -> String {
    write(batch.resource(), batch.spans(), true)
}

/// The same for some spans, with events on them or without.
pub(crate) fn write(resource: &Resource, spans: &[Span], with_events: bool) -> String {
    envelope(["resourceSpans", "scopeSpans", "spans"], resource, |to| {
        to.array(spans, |to, span| to.object(|to| write_span(to, span, with_events)));
    })
}

fn write_span(to: &mut Writer, span: &Span, with_events: bool) {
    to.key("traceId").quoted(span.trace_id());
    to.key("spanId").quoted(span.span_id());
    if !span.trace_state().is_empty() {
        to.key("traceState").text(span.trace_state().as_str());
    }
    if let Some(parent) = span.parent() {
        to.key("parentSpanId").quoted(parent);
    }
    to.key("flags").plain(attributes::span_flags(span));
    to.key("name").text(span.name());
    // The discriminants of `SpanKind` are OTLP's.
    to.key("kind").plain(span.kind() as u8);
    let start = unix_nanos(span.start());
    to.key("startTimeUnixNano").quoted(start);
    to.key("endTimeUnixNano").quoted(start + span.duration().as_nanos());
    to.key("attributes").array([span], |to, span| attributes::of_span(span, |key, value| attribute(to, key, value)));
    count(to, "droppedAttributesCount", span.dropped_fields());
    if with_events {
        write_events(to, span);
    }
    if !span.links().is_empty() {
        to.key("links").array(span.links(), |to, link| to.object(|to| write_link(to, link)));
    }
    count(to, "droppedLinksCount", span.dropped_links());
    to.key("status").object(|to| write_status(to, span));
}

fn write_events(to: &mut Writer, span: &Span) {
    if !span.events().is_empty() {
        to.key("events").array(span.events(), |to, event| to.object(|to| write_event(to, event)));
    }
    count(to, "droppedEventsCount", span.dropped_events());
}

fn write_event(to: &mut Writer, event: &Event) {
    to.key("timeUnixNano").quoted(unix_nanos(event.time()));
    to.key("name").text(event.message());
    to.key("attributes").array([event], |to, event| {
        attribute(to, "level", Attribute::Text(event.level().as_str()));
        for (key, value) in event.fields() {
            attribute(to, key, Attribute::Value(value));
        }
    });
    count(to, "droppedAttributesCount", event.dropped_fields());
}

fn write_link(to: &mut Writer, link: &Link) {
    to.key("traceId").quoted(link.trace_id);
    to.key("spanId").quoted(link.span_id);
    to.key("flags").plain(attributes::link_flags(link.is_sampled, link.is_remote));
}

/// Error only on failure, and never Ok: that is for the program to say, not for a library.
fn write_status(to: &mut Writer, span: &Span) {
    const ERROR: u8 = 2;
    if let Some(message) = attributes::failure(span) {
        to.key("message").text(message);
        to.key("code").plain(ERROR);
    }
}
