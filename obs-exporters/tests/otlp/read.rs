//! Looks into messages.

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};

/// One attribute's value.
pub fn attribute<'a>(of: &'a [KeyValue], key: &str) -> Option<&'a any_value::Value> {
    let mut found = of.iter().filter(|attribute| attribute.key == key);
    let value = found.next()?.value.as_ref()?.value.as_ref();
    assert!(found.next().is_none(), "{key} is there twice");
    value
}

pub fn text(value: &str) -> any_value::Value {
    any_value::Value::StringValue(value.to_owned())
}

pub const fn int(value: i64) -> any_value::Value {
    any_value::Value::IntValue(value)
}

pub fn any(value: any_value::Value) -> AnyValue {
    AnyValue { value: Some(value) }
}
