//! What all signals share: attributes, the envelope with resource and scope, time.

use std::time::{SystemTime, UNIX_EPOCH};

use obs_runtime::{Resource, Value};

use crate::attributes::Attribute;
use crate::wire::Writer;

/// Writes the envelope of a signal: one resource, one scope, and in it what the signal consists of.
pub(super) fn envelope(to: &mut Writer, resource: &Resource, write: impl FnOnce(&mut Writer)) {
    to.envelope(1, |to| {
        let attributes = resource.attributes();
        to.message(1, |to| attributes.for_each(|(key, value)| attribute(to, 1, key, Attribute::Value(value))));
        to.envelope(2, |to| {
            to.message(1, |to| {
                to.string(1, "obs");
                to.string(2, env!("CARGO_PKG_VERSION"));
            });
            write(to);
        });
    });
}

/// A `KeyValue` with the type kept.
pub(super) fn attribute(to: &mut Writer, field: u32, key: &str, value: Attribute<'_>) {
    to.message(field, |to| {
        to.string(1, key);
        to.message(2, |to| match value {
            Attribute::Text(text) => to.bytes(1, text.as_bytes()),
            Attribute::Bool(value) => to.uint(2, value.into()),
            Attribute::Int(value) => int(to, value),
            Attribute::Value(value) => any_value(to, value),
        });
    });
}

fn any_value(to: &mut Writer, value: &Value) {
    match value {
        Value::Bool(value) => to.uint(2, (*value).into()),
        Value::I64(value) => to.uint(3, value.cast_unsigned()),
        Value::U64(value) => int(to, *value),
        Value::F64(value) => to.double(4, *value),
        Value::Str(text) => to.bytes(1, text.as_bytes()),
        Value::Array(values) => {
            to.message(5, |to| values.iter().for_each(|value| to.message(1, |to| any_value(to, value))));
        }
        other => to.bytes(1, other.to_string().as_bytes()),
    }
}

/// OTLP has no integer above `i64::MAX`; a string keeps every digit.
fn int(to: &mut Writer, value: u64) {
    if i64::try_from(value).is_ok() { to.uint(3, value) } else { to.bytes(1, value.to_string().as_bytes()) }
}

/// A count, left out when it is 0.
pub(super) fn count(to: &mut Writer, field: u32, count: u32) {
    if count > 0 {
        to.uint(field, count.into());
    }
}

/// Nanoseconds since the Unix epoch; what lies before it is 0, which OTLP reads as not known.
pub(super) fn unix_nanos(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_is_exactly_this() {
        let mut to = Writer::new();
        attribute(&mut to, 9, "n", Attribute::Value(&Value::I64(-1)));
        attribute(&mut to, 9, "t", Attribute::Text(""));
        let mut want = vec![0x4a, 16, 0x0a, 1, b'n', 0x12, 11];
        want.extend([0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]);
        want.extend([0x4a, 7, 0x0a, 1, b't', 0x12, 2, 0x0a, 0]);
        assert_eq!(to.into_bytes(), want);
    }
}
