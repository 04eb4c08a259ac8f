//! What Zipkin has no field for, as tags: text under a key.

use obs_runtime::{Event, Resource, Span, Value};

use crate::attributes::{self, Attribute};
use crate::json_writer::Writer;

/// Writes the tags of one span. A key is there once: the first value counts.
pub(super) fn write(to: &mut Writer, resource: &Resource, span: &Span) {
    to.object(|to| {
        let mut tags = Tags { to, keys: Vec::new() };
        status(&mut tags, span);
        attributes::of_span(span, |key, value| {
            // Zipkin takes every span with such a tag for a failed one, whatever the tag says.
            if key != "error" {
                tags.attribute(key, value);
            }
        });
        dropped(&mut tags, span);
        if let Some(namespace) = resource.get("service.namespace") {
            tags.value("service.namespace", namespace);
        }
        tags.text("otel.scope.name", "obs");
        tags.text("otel.scope.version", env!("CARGO_PKG_VERSION"));
    });
}

/// An event's name with its fields, as an annotation reads: `"cache missed": {"level":"info","key":7}`.
pub(super) fn annotation(event: &Event) -> String {
    let mut to = Writer::new();
    to.key(event.message()).object(|to| {
        to.key("level").text(event.level().as_str());
        let mut seen = vec!["level"];
        for (key, value) in event.fields() {
            if !seen.contains(key) {
                seen.push(key);
                json(to.key(key), value);
            }
        }
    });
    to.into_string()
}

struct Tags<'a, 'b> {
    to: &'a mut Writer,
    keys: Vec<&'b str>,
}

impl<'b> Tags<'_, 'b> {
    fn text(&mut self, key: &'b str, text: &str) {
        if !self.keys.contains(&key) {
            self.keys.push(key);
            self.to.key(key).text(text);
        }
    }

    fn attribute(&mut self, key: &'b str, value: Attribute<'_>) {
        match value {
            Attribute::Text(text) => self.text(key, text),
            Attribute::Int(number) => self.text(key, &number.to_string()),
            Attribute::Bool(flag) => self.text(key, if flag { "true" } else { "false" }),
            Attribute::Value(value) => self.value(key, value),
        }
    }

    fn value(&mut self, key: &'b str, value: &Value) {
        match value {
            Value::Str(text) => self.text(key, text),
            Value::Array(_) => {
                let mut list = Writer::new();
                json(&mut list, value);
                self.text(key, &list.into_string());
            }
            other => self.text(key, &other.to_string()),
        }
    }
}

/// Only of calls that did not end well: that one did is for the program to say, not for a library.
fn status(tags: &mut Tags<'_, '_>, span: &Span) {
    if let Some(failure) = attributes::failure(span) {
        tags.text("otel.status_code", "ERROR");
        tags.text("error", failure);
    }
}

fn dropped(tags: &mut Tags<'_, '_>, span: &Span) {
    let counts = [
        ("otel.dropped_attributes_count", span.dropped_fields()),
        ("otel.dropped_events_count", span.dropped_events()),
        ("otel.dropped_links_count", span.dropped_links()),
    ];
    for (key, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
        tags.value(key, &Value::U64(count.into()));
    }
}

fn json(to: &mut Writer, value: &Value) {
    match value {
        Value::Bool(value) => to.plain(value),
        Value::I64(value) => to.plain(value),
        Value::U64(value) => to.plain(value),
        Value::F64(value) => to.float(*value),
        Value::Str(value) => to.text(value),
        Value::Array(values) => to.array(values.iter(), json),
        other => to.text(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_are_lists_of_json() {
        let array = Value::Array([Value::I64(-1), Value::Str("a\"b".into()), Value::Bool(true)].into());
        let mut to = Writer::new();
        json(&mut to, &array);
        assert_eq!(to.into_string(), r#"[-1,"a\"b",true]"#);
    }

    #[test]
    fn the_first_of_two_tags_of_one_key_counts() {
        let mut to = Writer::new();
        to.object(|to| {
            let mut tags = Tags { to, keys: Vec::new() };
            tags.text("a", "1");
            tags.value("b", &Value::F64(0.5));
            tags.value("a", &Value::U64(2));
        });
        assert_eq!(to.into_string(), r#"{"a":"1","b":"0.5"}"#);
    }
}
