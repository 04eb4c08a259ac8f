//! A trace as text: a pure function of its spans.

use std::fmt::Write;
use std::time::Duration;

use obs_runtime::{Event, Outcome, Span, Value};

use super::forest::{Line, State, Tree, What};
use super::name::length;
use super::number;
use super::table::{Paint, Style};
use crate::attributes;

/// Columns of the durations.
const TIMES: usize = 8;
/// Levels that are shown by indentation.
const DEEPEST: usize = 30;

/// Writes a span with all that ran in it: durations in one column, names indented below their callers, then how it ended,
/// its fields, and for the first one the trace's id.
pub(super) fn write(out: &mut String, tree: &Tree, style: Style) {
    let trace = tree.lines.iter().find_map(|line| match &line.what {
        What::Span(span) => Some(span.trace_id()),
        What::Event(..) => None,
    });
    let (why, indent) = match tree.state {
        State::Whole => (None, 0),
        State::Late => (Some("late"), 1),
        State::Unfinished => (Some("its caller has not ended"), 1),
    };
    if let (Some(why), Some(trace)) = (why, trace) {
        *out += &style.paint(Paint::Dim, &format!("{:TIMES$}  {why}, in trace {trace}:", ""));
        out.push('\n');
    }
    for line in &tree.lines {
        begin(out, line, indent, style);
        match &line.what {
            What::Span(span) => write_span(out, span, line.depth == 0 && why.is_none(), style),
            What::Event(event, _) => write_event(out, event, style),
        }
        out.push('\n');
    }
}

/// Writes an event that happened in no recorded span.
pub(super) fn write_outside(out: &mut String, event: &Event, style: Style) {
    *out += &" ".repeat(TIMES + 2);
    write_event(out, event, style);
    out.push('\n');
}

fn begin(out: &mut String, line: &Line, indent: usize, style: Style) {
    let time = match &line.what {
        What::Span(span) => number::duration(span.duration()),
        What::Event(event, begun) => {
            let since: Duration = event.time().duration_since(*begun).unwrap_or_default();
            format!("+{}", number::duration(since))
        }
    };
    let time = format!("{}{time}", " ".repeat(TIMES.saturating_sub(length(&time))));
    *out += &style.paint(Paint::Dim, &time);
    *out += &"  ".repeat(1 + (line.depth + indent).min(DEEPEST));
}

fn write_span(out: &mut String, span: &Span, is_first: bool, style: Style) {
    *out += &style.paint(Paint::Heading, &plain(span.name()));
    if span.outcome() != Outcome::Ok {
        *out += "  ";
        *out += &style.paint(Paint::Bad, &failure(span));
    }
    if span.is_over_budget() {
        *out += "  ";
        *out += &style.paint(Paint::Bad, "over budget");
    }
    write_fields(out, span.fields());
    if let Some(polls) = span.polls() {
        let plural = if polls.count == 1 { "" } else { "s" };
        let busy = format!("  busy {} in {} poll{plural}", number::duration(polls.busy), polls.count);
        *out += &style.paint(Paint::Dim, &busy);
    }
    if is_first {
        *out += &style.paint(Paint::Dim, &format!("  trace {}", span.trace_id()));
    }
    for (what, dropped) in [("fields", span.dropped_fields()), ("events", span.dropped_events())] {
        if dropped > 0 {
            *out += &style.paint(Paint::Bad, &format!("  {dropped} {what} dropped"));
        }
    }
}

/// `error shop::Declined: too much`, `panic`, `cancelled`.
fn failure(span: &Span) -> String {
    let outcome = span.outcome().as_str();
    let mut text = outcome.to_owned();
    if let Some(error) = span.error_type().filter(|error| *error != outcome) {
        let _ = write!(text, " {}", plain(error));
    }
    if let Some(message) = span.message() {
        let _ = write!(text, ": {}", plain(message));
    }
    text
}

fn write_event(out: &mut String, event: &Event, style: Style) {
    use obs_runtime::Level::{Error, Info, Warn};
    let paint = match event.level() {
        Error | Warn => Paint::Bad,
        Info => Paint::Heading,
        _ => Paint::Dim,
    };
    *out += &style.paint(paint, attributes::severity_text(event.level()));
    let _ = write!(out, " {}", plain(event.message()));
    write_fields(out, event.fields());
}

fn write_fields(out: &mut String, fields: &[(&'static str, Value)]) {
    let mut gap = "  ";
    attributes::of_fields(fields, |key, value| {
        let _ = match value {
            Value::Str(text) if is_word(text) => write!(out, "{gap}{key}={text}"),
            Value::Str(text) => write!(out, "{gap}{key}={text:?}"),
            other => write!(out, "{gap}{key}={}", plain(&other.to_string())),
        };
        gap = " ";
    });
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '"' || c == '=')
}

/// The text on one line: what would move the cursor is written out.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() { out.extend(c.escape_default()) } else { out.push(c) }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_on_its_line_and_is_quoted_where_it_is_no_word() {
        assert_eq!(plain("a\nb\x1b[2J c"), "a\\nb\\u{1b}[2J c");
        let text = |text: &str| Value::Str(text.into());
        let mut out = String::new();
        let fields =
            [("a", text("x")), ("b", text("x y")), ("c", Value::I64(-1)), ("d", text("\x07")), ("e", text(""))];
        write_fields(&mut out, &fields);
        assert_eq!(out, "  a=x b=\"x y\" c=-1 d=\"\\u{7}\" e=\"\"");
    }
}
