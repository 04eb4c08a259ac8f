//! What the signals of OTLP share: attributes, the resource, the scope, time.

use std::time::{SystemTime, UNIX_EPOCH};

use obs_runtime::{Resource, Value};

use crate::attributes::Attribute;
use crate::json_writer::Writer;

/// Writes `{"<outer>":[{resource,"<inner>":[{scope,"<records>":[..]}]}]}`.
pub(super) fn envelope([outer, inner, records]: [&str; 3], from: &Resource, write: impl FnOnce(&mut Writer)) -> String {
    let mut to = Writer::new();
    to.object(|to| {
        to.key(outer).array([write], |to, write| {
            to.object(|to| {
                resource(to, from);
                to.key(inner).array([write], |to, write| {
                    to.object(|to| {
                        scope(to);
                        write(to.key(records));
                    });
                });
            });
        });
    });
    to.into_string()
}

/// The instrumentation scope of everything that annotated functions produce.
fn scope(to: &mut Writer) {
    to.key("scope").object(|to| {
        to.key("name").text("obs");
        to.key("version").text(env!("CARGO_PKG_VERSION"));
    });
}

fn resource(to: &mut Writer, resource: &Resource) {
    to.key("resource").object(|to| {
        to.key("attributes")
            .array(resource.attributes(), |to, (key, value)| attribute(to, key, Attribute::Value(value)));
    });
}

/// `{"key":..,"value":{..}}` with the type kept.
pub(super) fn attribute(to: &mut Writer, key: &str, value: Attribute<'_>) {
    to.object(|to| {
        to.key("key").text(key);
        to.key("value").object(|to| match value {
            Attribute::Text(text) => to.key("stringValue").text(text),
            Attribute::Int(value) => int(to, value),
            Attribute::Bool(value) => to.key("boolValue").plain(value),
            Attribute::Value(value) => any_value(to, value),
        });
    });
}

fn any_value(to: &mut Writer, value: &Value) {
    match value {
        Value::Bool(value) => to.key("boolValue").plain(value),
        Value::I64(value) => to.key("intValue").quoted(value),
        Value::U64(value) => int(to, *value),
        Value::F64(value) => to.key("doubleValue").float(*value),
        Value::Str(text) => to.key("stringValue").text(text),
        Value::Array(values) => to.key("arrayValue").object(|to| {
            to.key("values").array(values, |to, value| to.object(|to| any_value(to, value)));
        }),
        other => to.key("stringValue").text(&other.to_string()),
    }
}

fn int(to: &mut Writer, value: u64) {
    match i64::try_from(value) {
        Ok(value) => to.key("intValue").quoted(value),
        // OTLP has no larger integer; a string keeps every digit.
        Err(_) => to.key("stringValue").quoted(value),
    }
}

/// `"<key>":n`, left out when it is 0.
pub(super) fn count(to: &mut Writer, key: &str, count: u32) {
    if count > 0 {
        to.key(key).plain(count);
    }
}

/// Nanoseconds since the Unix epoch; what lies before it is 0, which OTLP reads as not known.
pub(super) fn unix_nanos(time: SystemTime) -> u128 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_types_arrays_too() {
        let array =
            Value::Array([Value::I64(-1), Value::Bool(true), Value::U64(u64::MAX), Value::Array([].into())].into());
        let mut to = Writer::new();
        attribute(&mut to, "a", Attribute::Value(&array));
        let want = r#"{"key":"a","value":{"arrayValue":{"values":[{"intValue":"-1"},{"boolValue":true},{"stringValue":"18446744073709551615"},{"arrayValue":{"values":[]}}]}}}"#;
        assert_eq!(to.into_string(), want);
    }
}
