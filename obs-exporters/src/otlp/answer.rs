//! What a server says of a message it took: all of it, or some of it.

use super::signal::Signal;
use crate::wire::{Field, Fields};

/// What the server did not take of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Partial {
    pub(super) rejected: u64,
    pub(super) message: String,
}

impl Partial {
    /// Reads an `ExportTraceServiceResponse` or one of its siblings; what is not one says nothing.
    pub(super) fn of_protobuf(body: &[u8]) -> Self {
        let Some(partial) = Fields(body).last(1).and_then(Field::bytes) else { return Self::default() };
        let message = Fields(partial).last(2).and_then(Field::bytes).unwrap_or_default();
        Self {
            rejected: Fields(partial).last(1).and_then(Field::int).and_then(positive).unwrap_or(0),
            message: String::from_utf8_lossy(message).into_owned(),
        }
    }

    /// The same in JSON. Looks for the two keys, which stand only once in such an answer.
    pub(super) fn of_json(body: &[u8], signal: Signal) -> Self {
        let text = String::from_utf8_lossy(body);
        let rejected = json_value(&text, signal.rejected_key()).unwrap_or("");
        let digits = rejected.trim_start_matches('"').split(|c: char| !c.is_ascii_digit()).next().unwrap_or("");
        let message = json_value(&text, "errorMessage").and_then(|value| value.strip_prefix('"')).unwrap_or("");
        Self {
            rejected: digits.parse().ok().and_then(positive).unwrap_or(0),
            message: message[..end_of_string(message)].to_owned(),
        }
    }

    pub(super) const fn says_nothing(&self) -> bool {
        self.rejected == 0 && self.message.is_empty()
    }
}

/// The count is an `int64`; a server that sends a negative one means none.
fn positive(count: u64) -> Option<u64> {
    i64::try_from(count).is_ok().then_some(count)
}

/// What follows a key and its colon.
fn json_value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("\"{key}\""))?;
    rest.trim_start().strip_prefix(':').map(str::trim_start)
}

/// Where a string ends: at the first quote that is not escaped.
fn end_of_string(text: &str) -> usize {
    let mut escaped = false;
    let end = text.char_indices().find(|(_, c)| {
        let is_end = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        is_end
    });
    end.map_or(text.len(), |(at, _)| at)
}

/// Reads an answer in both forms.
#[cfg(fuzzing)]
pub(crate) fn read(body: &[u8]) {
    Partial::of_protobuf(body);
    for signal in [Signal::Traces, Signal::Metrics, Signal::Logs] {
        Partial::of_json(body, signal);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partial_success_is_read_from_protobuf() {
        let body = [0x0a, 8, 0x08, 3, 0x12, 4, b'f', b'u', b'l', b'l'];
        assert_eq!(Partial::of_protobuf(&body), Partial { rejected: 3, message: "full".into() });
        let negative = [0x0a, 11, 0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
        assert_eq!(Partial::of_protobuf(&negative).rejected, 0);
        for empty in [&b""[..], &[0x0a, 0], b"not protobuf at all", &[0xff; 9]] {
            assert!(Partial::of_protobuf(empty).says_nothing(), "{empty:?}");
        }
    }

    #[test]
    fn a_partial_success_is_read_from_json() {
        let body = br#"{"partialSuccess": {"rejectedSpans": "12", "errorMessage": "a \"b\" c"}}"#;
        assert_eq!(Partial::of_json(body, Signal::Traces), Partial { rejected: 12, message: r#"a \"b\" c"#.into() });
        let plain = br#"{"partialSuccess":{"rejectedLogRecords":7}}"#;
        assert_eq!(Partial::of_json(plain, Signal::Logs).rejected, 7);
        assert_eq!(Partial::of_json(plain, Signal::Traces).rejected, 0);
        for empty in [&b"{}"[..], br#"{"partialSuccess":{}}"#, b"<html>", br#"{"errorMessage":"\"#] {
            assert_eq!(Partial::of_json(empty, Signal::Traces).rejected, 0);
        }
    }
}
