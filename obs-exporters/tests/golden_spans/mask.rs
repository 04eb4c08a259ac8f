//! Takes out of an output what is of one run.

use std::fmt::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use obs_runtime::Batch;

/// When the first span began.
pub fn zero(batch: &Batch) -> SystemTime {
    batch.spans().iter().map(obs_runtime::Span::start).min().unwrap()
}

/// Ids numbered, without the process and the times of events.
pub fn chrome(text: &str) -> String {
    let text = numbers_after(text, "\"pid\":", |_| "<pid>".to_owned());
    let text = numbers_after(&text, "\"unix_nanos\":\"", |_| "<time>".to_owned());
    let event_time = |line: &str| match line.split_once("\"ts\":") {
        Some((before, after)) if line.contains("\"ph\":\"i\"") => {
            format!("{before}\"ts\":<time>{}\n", &after[after.find(",\"s\"").unwrap()..])
        }
        _ => format!("{line}\n"),
    };
    ids(&text.lines().map(event_time).collect::<String>())
}

/// Ids numbered, without the times of events.
pub fn tree(text: &str) -> String {
    let event_time = |line: &str| match line.split_once('+') {
        Some((before, after)) if before.trim_start_matches("^[2m").trim().is_empty() => {
            format!("{before}+<time>{}\n", &after[after.find([' ', '^']).unwrap()..])
        }
        _ => format!("{line}\n"),
    };
    ids(&text.lines().map(event_time).collect::<String>())
}

/// Ids numbered, times of spans counted from the first one, a line for each object.
pub fn json(batch: &Batch, line: &str) -> String {
    let base = zero(batch).duration_since(UNIX_EPOCH).unwrap().as_nanos();
    let line = numbers_after(line, "rtTimeUnixNano\":\"", |nanos| format!("+{}", nanos - base));
    let line = numbers_after(&line, "endTimeUnixNano\":\"", |nanos| format!("+{}", nanos - base));
    // Events have another reading of the wall clock than spans.
    let line = numbers_after(&line, "{\"timeUnixNano\":\"", |_| "<time>".to_owned());
    let line = numbers_after(&line, "observedTimeUnixNano\":\"", |_| "<time>".to_owned());
    let line = numbers_after(&line, "\"process.pid\",\"value\":{\"intValue\":\"", |_| "<pid>".to_owned());
    format!("{}\n", ids(&line)).replace(",{\"", ",\n{\"")
}

/// Replaces the number after each mark.
pub fn numbers_after(text: &str, mark: &str, replace: impl Fn(u128) -> String) -> String {
    let mut parts = text.split(mark);
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        out = out + mark + &replace(part[..end].parse().unwrap()) + &part[end..];
    }
    out
}

/// Replaces each id by its number in the order of appearance.
pub fn ids(text: &str) -> String {
    let mut known: Vec<&str> = Vec::new();
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_hexdigit()) {
        let length = rest[at..].find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(rest.len() - at);
        let word = &rest[at..at + length];
        out += &rest[..at];
        if length == 16 || length == 32 {
            let place = known.iter().position(|id| *id == word).unwrap_or_else(|| {
                known.push(word);
                known.len() - 1
            });
            let _ = write!(out, "<id {}>", place + 1);
        } else {
            out += word;
        }
        rest = &rest[at + length..];
    }
    out + rest
}
