//! A reader of the line protocol, written from its reference and not from our writer.
//!
//! It goes through the bytes once, as the server does: a backslash before a comma or a space takes that character's meaning
//! away, and before an equals sign too, but in the measurement; before anything else it is a backslash. What the server
//! refuses panics here.

use std::collections::BTreeMap;

/// One line, taken apart.
#[derive(Debug, PartialEq)]
pub struct Line {
    pub measurement: String,
    /// In the order of the line.
    pub tags: Vec<(String, String)>,
    pub fields: BTreeMap<String, Field>,
    pub time: i64,
}

/// What a backslash may stand before in tags and in the names of fields.
const ESCAPED: &str = ",= ";

#[derive(Clone, Debug, PartialEq)]
pub enum Field {
    Int(i64),
    Float(f64),
    Bool(bool),
    Text(String),
}

impl Line {
    pub fn tag(&self, name: &str) -> Option<&str> {
        self.tags.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

pub fn read(text: &str) -> Vec<Line> {
    assert!(text.is_empty() || text.ends_with('\n'), "the last line does not end");
    text.lines().map(read_line).collect()
}

pub fn read_line(line: &str) -> Line {
    let mut rest = Rest(line);
    let measurement = rest.name(", ", ", ");
    assert!(!measurement.is_empty() && !measurement.starts_with('_'), "{line}");
    let mut tags: Vec<(String, String)> = Vec::new();
    while rest.skip(',') {
        let name = rest.name("=, ", ESCAPED);
        assert!(rest.skip('='), "a tag without a value: {line}");
        let value = rest.name(",= ", ESCAPED);
        assert!(!name.is_empty() && !value.is_empty() && !name.starts_with('_'), "{line}");
        assert!(tags.iter().all(|(known, _)| *known != name), "a tag twice: {line}");
        tags.push((name, value));
    }
    assert!(rest.skip(' '), "no fields: {line}");
    let mut fields = BTreeMap::new();
    loop {
        let name = rest.name("=, ", ESCAPED);
        assert!(!name.is_empty() && rest.skip('='), "a field without a value: {line}");
        assert!(fields.insert(name, rest.field()).is_none(), "a field twice: {line}");
        if !rest.skip(',') {
            break;
        }
    }
    assert!(rest.skip(' '), "no time: {line}");
    Line { measurement, tags, fields, time: rest.0.parse().unwrap() }
}

fn read_number(text: &str) -> Field {
    assert!(text.starts_with(|c: char| c.is_ascii_digit() || c == '-'), "not a number: {text}");
    if let Some(digits) = text.strip_suffix('i') {
        Field::Int(digits.parse().unwrap())
    } else {
        Field::Float(text.parse().unwrap())
    }
}

struct Rest<'a>(&'a str);

impl Rest<'_> {
    fn skip(&mut self, c: char) -> bool {
        let found = self.0.strip_prefix(c);
        self.0 = found.unwrap_or(self.0);
        found.is_some()
    }

    /// Up to one of the characters, unescaped.
    fn name(&mut self, ends: &str, escaped: &str) -> String {
        let mut name = String::new();
        let mut chars = self.0.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            if ends.contains(c) {
                self.0 = &self.0[at..];
                return name;
            }
            match chars.peek() {
                Some((_, next)) if c == '\\' && escaped.contains(*next) => {
                    name.push(*next);
                    chars.next();
                }
                _ => name.push(c),
            }
        }
        panic!("the line ends within a name: {name}");
    }

    fn field(&mut self) -> Field {
        if self.skip('"') {
            return self.text();
        }
        let end = self.0.find([',', ' ']).expect("a field's value ends");
        let (text, rest) = self.0.split_at(end);
        self.0 = rest;
        match text {
            "t" | "T" | "true" | "True" | "TRUE" => Field::Bool(true),
            "f" | "F" | "false" | "False" | "FALSE" => Field::Bool(false),
            number => read_number(number),
        }
    }

    fn text(&mut self) -> Field {
        let mut text = String::new();
        let mut chars = self.0.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.0 = &self.0[at + 1..];
                    return Field::Text(text);
                }
                '\\' => match chars.next() {
                    Some((_, next @ ('"' | '\\'))) => text.push(next),
                    Some((_, next)) => text.extend(['\\', next]),
                    None => break,
                },
                c => text.push(c),
            }
        }
        panic!("a text does not end");
    }
}
