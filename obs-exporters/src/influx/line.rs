//! One line of the line protocol: `measurement,tag=value field=1i,other=0.5 1700000000000000000`.
//!
//! # Source
//! The reference of `InfluxDB`. A name or a tag cannot hold a line break, and a backslash at its end would take the
//! separator behind it along, so these are shown by other characters: `␤`, `␍`, `⧵`.

use std::fmt::Write;

use super::tags::Tags;

/// A field's value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Field {
    Int(u64),
    Float(f64),
}

/// Writes a line; none when no field has a value that can be written.
pub(super) fn write(out: &mut String, measurement: &str, tags: &Tags<'_>, fields: &[(&str, Field)], nanos: u128) {
    let writable = |(_, field): &&(&str, Field)| !matches!(field, Field::Float(value) if !value.is_finite());
    let mut fields = fields.iter().filter(writable).peekable();
    if fields.peek().is_none() {
        return;
    }
    escape(out, measurement, &[',', ' ']);
    for (name, value) in tags.iter() {
        out.push(',');
        escape(out, name, &[',', '=', ' ']);
        out.push('=');
        escape(out, value, &[',', '=', ' ']);
    }
    for (at, (name, field)) in fields.enumerate() {
        out.push(if at == 0 { ' ' } else { ',' });
        escape(out, name, &[',', '=', ' ']);
        out.push('=');
        write_field(out, *field);
    }
    let _ = writeln!(out, " {nanos}");
}

fn write_field(out: &mut String, field: Field) {
    let _ = match field {
        // Version 1 has no unsigned integers.
        Field::Int(count) => write!(out, "{}i", count.min(i64::MAX.cast_unsigned())),
        Field::Float(value) if value == 0.0 || (1e-5..1e16).contains(&value.abs()) => write!(out, "{value}"),
        Field::Float(value) => write!(out, "{value:e}"),
    };
}

fn escape(out: &mut String, text: &str, special: &[char]) {
    let body = text.trim_end_matches('\\');
    for c in body.chars() {
        match c {
            '\n' => out.push('␤'),
            '\r' => out.push('␍'),
            c if special.contains(&c) => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out.extend(text[body.len()..].chars().map(|_| '⧵'));
}

#[cfg(test)]
#[path = "line_tests.rs"]
mod tests;
