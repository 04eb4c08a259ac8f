//! Events as an `ExportLogsServiceRequest`, which is a `LogsData`.

use std::sync::Arc;

use obs_runtime::{Batch, Event, Resource};

use super::common::{attribute, count, envelope, unix_nanos};
use crate::attributes;
use crate::wire::Writer;

/// Writes a batch's events as OTLP's protobuf, a `LogsData`.
///
/// # Shape
/// One log record for each event, with the ids of the span it happened in.
pub fn encode(batch: &Batch) -> Vec<u8> {
    let mut to = Writer::new();
    write(&mut to, batch.resource(), batch.events());
    to.into_bytes()
}

/// Writes events, each as a log record.
pub(in super::super) fn write(to: &mut Writer, resource: &Resource, events: &[Arc<Event>]) {
    envelope(to, resource, |to| {
        events.iter().for_each(|event| to.message(2, |to| write_record(to, event)));
    });
}

fn write_record(to: &mut Writer, event: &Event) {
    let time = unix_nanos(event.time());
    to.fixed64(1, time);
    to.uint(2, event.level().severity_number().into());
    to.string(3, attributes::severity_text(event.level()));
    to.message(5, |to| to.bytes(1, event.message().as_bytes()));
    attributes::of_event(event, |key, value| attribute(to, 6, key, value));
    count(to, 7, event.dropped_fields());
    if let (Some(trace), Some(span)) = (event.trace_id(), event.span_id()) {
        to.fixed32(8, event.is_sampled().into());
        to.bytes(9, &trace.to_bytes());
        to.bytes(10, &span.to_bytes());
    }
    // When it was seen: events are taken up where they happen.
    to.fixed64(11, time);
}
