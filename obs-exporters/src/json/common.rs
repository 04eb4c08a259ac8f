//! What traces and metrics of OTLP share: attributes, the resource, the scope, time.

use std::time::{SystemTime, UNIX_EPOCH};

use obs_runtime::{Resource, Value};

use crate::json_writer::Writer;

/// The instrumentation scope of everything that annotated functions produce.
pub(super) fn scope(to: &mut Writer) {
    to.key("scope").object(|to| {
        to.key("name").text("obs");
        to.key("version").text(env!("CARGO_PKG_VERSION"));
    });
}

/// `"resource":{..}`.
pub(super) fn resource(to: &mut Writer, resource: &Resource) {
    to.key("resource").object(|to| {
        to.key("attributes").array(resource.attributes(), |to, (key, value)| attribute(to, key, value));
    });
}

/// `{"key":..,"value":{..}}` with the type kept.
pub(super) fn attribute(to: &mut Writer, key: &str, value: &Value) {
    to.object(|to| {
        to.key("key").text(key);
        to.key("value").object(|to| match value {
            Value::Bool(value) => to.key("boolValue").plain(value),
            Value::I64(value) => to.key("intValue").quoted(value),
            Value::U64(value) => match i64::try_from(*value) {
                Ok(value) => to.key("intValue").quoted(value),
                // OTLP has no larger integer; a string keeps every digit.
                Err(_) => to.key("stringValue").quoted(value),
            },
            Value::F64(value) => to.key("doubleValue").float(*value),
            other => to.key("stringValue").text(&other.to_string()),
        });
    });
}

/// The same for text, without a copy.
pub(super) fn text_attribute(to: &mut Writer, key: &str, value: &str) {
    to.object(|to| {
        to.key("key").text(key);
        to.key("value").object(|to| to.key("stringValue").text(value));
    });
}

/// Nanoseconds since the Unix epoch; what lies before it is 0, which OTLP reads as not known.
pub(super) fn unix_nanos(time: SystemTime) -> u128 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos())
}
