//! Writes JSON: commas and escapes in one place, nothing else.

use std::fmt::{Display, Write};

/// Appends one JSON value to a string. Inside an object every value has its key before it.
pub(crate) struct Writer {
    out: String,
    /// Whether the next key or element needs a comma before it.
    comma: bool,
}

impl Writer {
    pub(crate) fn new() -> Self {
        Self { out: String::with_capacity(4096), comma: false }
    }

    /// Goes on with a list of values: the first one has a comma before it.
    #[cfg(feature = "chrome")]
    pub(crate) fn continued() -> Self {
        Self { comma: true, ..Self::new() }
    }

    /// Ends the line; the next value begins on a new one, after its comma.
    #[cfg(feature = "chrome")]
    pub(crate) fn line(&mut self) {
        self.out.push('\n');
    }

    pub(crate) fn into_string(self) -> String {
        self.out
    }

    /// `{ .. }` as a value.
    pub(crate) fn object(&mut self, fields: impl FnOnce(&mut Self)) {
        self.nested('{', '}', fields);
    }

    /// `[ .. ]` as a value, with one element for each item.
    pub(crate) fn array<T>(&mut self, items: impl IntoIterator<Item = T>, mut element: impl FnMut(&mut Self, T)) {
        self.nested('[', ']', |to| items.into_iter().for_each(|item| element(to, item)));
    }

    /// A key; its value comes next.
    pub(crate) fn key(&mut self, key: &str) -> &mut Self {
        self.text(key);
        self.out.push(':');
        self.comma = false;
        self
    }

    /// A string.
    pub(crate) fn text(&mut self, text: &str) {
        self.separate();
        self.out.push('"');
        self.escape(text);
        self.out.push('"');
    }

    /// A number or a boolean, as it prints.
    pub(crate) fn plain(&mut self, value: impl Display) {
        self.separate();
        let _ = write!(self.out, "{value}");
    }

    /// A 64-bit integer or an id: JSON's numbers have only 53 bits, so OTLP puts them into strings.
    pub(crate) fn quoted(&mut self, value: impl Display) {
        self.separate();
        let _ = write!(self.out, "\"{value}\"");
    }

    /// A float; those that JSON has no number for are strings, as protobuf's JSON has it.
    pub(crate) fn float(&mut self, value: f64) {
        match value {
            value if value.is_nan() => self.text("NaN"),
            f64::INFINITY => self.text("Infinity"),
            f64::NEG_INFINITY => self.text("-Infinity"),
            value if value != 0.0 && !(1e-5..1e16).contains(&value.abs()) => self.plain(format_args!("{value:e}")),
            value => self.plain(value),
        }
    }

    fn nested(&mut self, open: char, close: char, content: impl FnOnce(&mut Self)) {
        self.separate();
        self.out.push(open);
        self.comma = false;
        content(self);
        self.out.push(close);
        self.comma = true;
    }

    fn separate(&mut self) {
        if self.comma {
            self.out.push(',');
        }
        self.comma = true;
    }

    fn escape(&mut self, text: &str) {
        let special = |c: char| c < ' ' || c == '"' || c == '\\';
        if !text.contains(special) {
            return self.out.push_str(text);
        }
        for c in text.chars() {
            match c {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                c if special(c) => {
                    let _ = write!(self.out, "\\u{:04x}", u32::from(c));
                }
                c => self.out.push(c),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_stand_between_and_nowhere_else() {
        let mut to = Writer::new();
        to.object(|to| {
            to.key("a").array([1, 2], Writer::plain);
            to.key("b").object(|_| {});
            to.key("c").array([1, 2], |to, n| to.object(|to| to.key("n").quoted(n)));
            to.key("d").plain(true);
        });
        assert_eq!(to.into_string(), r#"{"a":[1,2],"b":{},"c":[{"n":"1"},{"n":"2"}],"d":true}"#);
    }

    #[test]
    fn every_character_comes_back() {
        let text: String = (0..=0x2028_u32).filter_map(char::from_u32).collect();
        let mut to = Writer::new();
        to.text(&text);
        assert_eq!(serde_json::from_str::<String>(&to.into_string()).unwrap(), text);
    }

    #[test]
    fn every_float_comes_back() {
        for value in [0.0, -0.5, 0.1, 1e-9, 123_456_789.25, 1e300, 5e-324] {
            let mut to = Writer::new();
            to.float(value);
            let back: f64 = serde_json::from_str(&to.into_string()).unwrap();
            assert!((back - value).abs() <= value.abs() * 1e-15);
        }
    }
}
