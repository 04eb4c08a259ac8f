//! A batch's events as one `LogsData`. A pure function into a string.

use std::sync::Arc;

use obs_runtime::{Batch, Event, Resource};

use super::common::{attribute, count, envelope, unix_nanos};
use crate::attributes;
use crate::json_writer::Writer;

/// Writes a batch's events as one line of OTLP/JSON, a `LogsData`, without the newline.
///
/// # Shape
/// One log record for each event: the message is the body, the module `obs.target`, and the ids are those of the span it
/// happened in, so that a log line and its trace are joined.
pub fn encode(batch: &Batch) -> String {
    write(batch.resource(), batch.events())
}

/// The same for some events.
pub(crate) fn write(resource: &Resource, events: &[Arc<Event>]) -> String {
    envelope(["resourceLogs", "scopeLogs", "logRecords"], resource, |to| {
        to.array(events, |to, event| to.object(|to| write_event(to, event)));
    })
}

fn write_event(to: &mut Writer, event: &Event) {
    let time = unix_nanos(event.time());
    to.key("timeUnixNano").quoted(time);
    to.key("observedTimeUnixNano").quoted(time);
    to.key("severityNumber").plain(event.level().severity_number());
    to.key("severityText").text(attributes::severity_text(event.level()));
    to.key("body").object(|to| to.key("stringValue").text(event.message()));
    to.key("attributes")
        .array([event], |to, event| attributes::of_event(event, |key, value| attribute(to, key, value)));
    count(to, "droppedAttributesCount", event.dropped_fields());
    if let (Some(trace), Some(span)) = (event.trace_id(), event.span_id()) {
        to.key("flags").plain(u8::from(event.is_sampled()));
        to.key("traceId").quoted(trace);
        to.key("spanId").quoted(span);
    }
}
