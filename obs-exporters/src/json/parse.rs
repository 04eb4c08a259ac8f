//! Takes OTLP/JSON apart. What is missing or of another kind is an error that names its key.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use obs_runtime::{SpanId, TraceId, Value};
use serde_json::Value as Json;

/// What was looked for, or the key where it was not.
pub(super) type Parsed<T> = Result<T, String>;

/// A member, or `null` when it is not there: OTLP leaves out what is empty.
pub(super) fn optional<'a>(of: &'a Json, key: &str) -> Option<&'a Json> {
    of.get(key).filter(|value| !value.is_null())
}

fn member<'a>(of: &'a Json, key: &str) -> Parsed<&'a Json> {
    optional(of, key).ok_or_else(|| key.to_owned())
}

/// The elements of a list, parsed one by one; none where there is no list.
pub(super) fn list<T>(of: &Json, key: &str, parse: impl Fn(&Json) -> Parsed<T>) -> Parsed<Vec<T>> {
    let Some(list) = optional(of, key) else { return Ok(Vec::new()) };
    let list = list.as_array().ok_or_else(|| key.to_owned())?;
    let parsed =
        list.iter().enumerate().map(|(at, value)| parse(value).map_err(|inner| format!("{key}[{at}].{inner}")));
    parsed.collect()
}

/// Text that must be there.
pub(super) fn text(of: &Json, key: &str) -> Parsed<String> {
    member(of, key)?.as_str().map(str::to_owned).ok_or_else(|| key.to_owned())
}

/// Text that may be missing.
pub(super) fn text_or_empty(of: &Json, key: &str) -> Parsed<String> {
    if optional(of, key).is_none() { Ok(String::new()) } else { text(of, key) }
}

/// A whole number, plain or in a string.
pub(super) fn int<T: TryFrom<i128>>(of: &Json, key: &str) -> Parsed<T> {
    any_int(member(of, key)?).ok_or_else(|| key.to_owned())
}

/// The same, 0 where it is missing.
pub(super) fn int_or_zero<T: TryFrom<i128> + Default>(of: &Json, key: &str) -> Parsed<T> {
    if optional(of, key).is_none() { Ok(T::default()) } else { int(of, key) }
}

/// A whole number, plain or in a string.
pub(super) fn any_int<T: TryFrom<i128>>(value: &Json) -> Option<T> {
    let wide: i128 = match value {
        Json::String(text) => text.parse().ok()?,
        other => other.as_i64().map(i128::from).or_else(|| other.as_u64().map(i128::from))?,
    };
    T::try_from(wide).ok()
}

/// A float; those that JSON has no number for are strings.
pub(super) fn float(of: &Json, key: &str) -> Parsed<f64> {
    any_float(member(of, key)?).ok_or_else(|| key.to_owned())
}

fn any_float(value: &Json) -> Option<f64> {
    match value {
        Json::String(text) => match text.as_str() {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        other => other.as_f64(),
    }
}

pub(super) fn time(of: &Json, key: &str) -> Parsed<SystemTime> {
    Ok(UNIX_EPOCH + Duration::from_nanos(int(of, key)?))
}

pub(super) fn trace_id(of: &Json, key: &str) -> Parsed<TraceId> {
    let id = u128::from_str_radix(&text(of, key)?, 16).ok().and_then(TraceId::new);
    id.ok_or_else(|| key.to_owned())
}

pub(super) fn span_id(of: &Json, key: &str) -> Parsed<SpanId> {
    let id = u64::from_str_radix(&text(of, key)?, 16).ok().and_then(SpanId::new);
    id.ok_or_else(|| key.to_owned())
}

/// `attributes`.
pub(super) fn attributes(of: &Json) -> Parsed<Vec<(String, Value)>> {
    list(of, "attributes", |attribute| {
        let value = any_value(member(attribute, "value")?).map_err(|inner| format!("value.{inner}"))?;
        Ok((text(attribute, "key")?, value))
    })
}

fn any_value(of: &Json) -> Parsed<Value> {
    let (kind, value) = of.as_object().and_then(|members| members.iter().next()).ok_or("*")?;
    let parsed = match kind.as_str() {
        "stringValue" => value.as_str().map(|text| Value::Str(text.into())),
        "boolValue" => value.as_bool().map(Value::Bool),
        "intValue" => any_int(value).map(Value::I64),
        "doubleValue" => any_float(value).map(Value::F64),
        "arrayValue" => return list(value, "values", any_value).map(|values| Value::Array(values.into())),
        _ => None,
    };
    parsed.ok_or_else(|| kind.clone())
}
