//! Spans and events as trace events. Pure: no file.

use std::collections::HashSet;
use std::time::SystemTime;

use obs_runtime::{Batch, Event, Outcome, Resource, Span, Value};

use super::place::{Moment, Place};
use super::ties::{Arrow, Ties};
use crate::attributes;
use crate::json_writer::Writer;

/// The largest integer that a viewer's numbers hold.
const MAX_SAFE: u64 = (1 << 53) - 1;

/// Writes a batch as a whole trace file, with its times counted from `zero`.
pub fn encode(batch: &Batch, zero: SystemTime) -> String {
    let mut encoder = Encoder::new(zero);
    let mut text = encoder.begin(batch.resource());
    text += &encoder.batch(batch);
    text + &encoder.end(0)
}

/// What the parts of a file have in common.
#[derive(Debug)]
pub(super) struct Encoder {
    zero: SystemTime,
    process: u32,
    threads: HashSet<u32>,
    ties: Ties,
    next_arrow: u64,
}

impl Encoder {
    pub(super) fn new(zero: SystemTime) -> Self {
        let (threads, ties) = (HashSet::new(), Ties::new());
        Self { zero, process: std::process::id(), threads, ties, next_arrow: 1 }
    }

    /// The beginning of the file: whose it is. Every other line begins with a comma, so that the file can end anywhere.
    pub(super) fn begin(&self, resource: &Resource) -> String {
        let mut to = Writer::new();
        self.metadata(&mut to, "process_name", None, |to| to.key("name").text(resource.service_name()));
        let zero = self.zero.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        to.line();
        self.metadata(&mut to, "obs_zero", None, |to| to.key("unix_nanos").quoted(zero.as_nanos()));
        format!("[\n{}", to.into_string())
    }

    /// The lines of a batch, each with a comma before it.
    pub(super) fn batch(&mut self, batch: &Batch) -> String {
        let mut to = Writer::continued();
        for span in batch.spans() {
            self.span(&mut to, span);
        }
        for event in batch.events() {
            self.event(&mut to, event);
        }
        to.into_string()
    }

    /// The end of the file: what is not in it, and the bracket.
    pub(super) fn end(&self, refused: u64) -> String {
        let mut to = Writer::continued();
        to.line();
        self.metadata(&mut to, "obs_refused", None, |to| to.key("spans").plain(refused));
        to.into_string() + "\n]\n"
    }

    fn metadata(&self, to: &mut Writer, name: &str, thread: Option<u32>, args: impl FnOnce(&mut Writer)) {
        to.object(|to| {
            to.key("ph").text("M");
            to.key("name").text(name);
            to.key("pid").plain(self.process);
            if let Some(thread) = thread {
                to.key("tid").plain(thread);
            }
            to.key("args").object(args);
        });
    }

    fn name_thread(&mut self, to: &mut Writer, thread: u32) {
        if self.threads.insert(thread) {
            to.line();
            self.metadata(to, "thread_name", Some(thread), |to| to.key("name").quoted(format_args!("thread {thread}")));
        }
    }

    fn span(&mut self, to: &mut Writer, span: &Span) {
        self.name_thread(to, span.thread());
        let parent = span.parent().filter(|_| !span.has_remote_parent());
        let links = span.links().iter().filter(|link| !link.is_remote).map(|link| link.span_id);
        let place = self.ties.cover(span.span_id(), parent, Place::of(span, self.zero));
        if place.is_async {
            // A pair with an id of its own, on a line of its own.
            self.item(to, "b", span.name(), "async", (place.thread, place.from), |to| {
                to.key("id").quoted(format_args!("0x{}", span.span_id()));
                to.key("args").object(|to| write_args(to, span));
            });
            self.item(to, "e", span.name(), "async", (place.thread, place.to), |to| {
                to.key("id").quoted(format_args!("0x{}", span.span_id()));
            });
        } else {
            self.item(to, "X", span.name(), "function", (place.thread, place.from), |to| {
                to.key("dur").plain(Moment(place.to.0 - place.from.0));
                if span.outcome() != Outcome::Ok {
                    to.key("cname").text("terrible");
                }
                to.key("args").object(|to| write_args(to, span));
            });
        }
        for arrow in self.ties.arrows(span.span_id(), parent, links, place) {
            self.arrow(to, arrow);
        }
    }

    fn event(&mut self, to: &mut Writer, event: &Event) {
        self.name_thread(to, event.thread());
        let at = (event.thread(), Moment::of(event.time(), self.zero));
        self.item(to, "i", event.message(), "event", at, |to| {
            // Drawn on its thread's line.
            to.key("s").text("t");
            to.key("args").object(|to| {
                to.key("level").text(event.level().as_str());
                to.key("target").text(event.source().target);
                if let (Some(trace), Some(span)) = (event.trace_id(), event.span_id()) {
                    to.key("trace_id").quoted(trace);
                    to.key("span_id").quoted(span);
                }
                write_fields(to, event.fields());
            });
        });
    }

    fn arrow(&mut self, to: &mut Writer, arrow: Arrow) {
        let id = self.next_arrow;
        self.next_arrow += 1;
        self.item(to, "s", arrow.name, "flow", arrow.from, |to| to.key("id").plain(id));
        self.item(to, "f", arrow.name, "flow", arrow.to, |to| {
            to.key("id").plain(id);
            // It ends on the span that runs then, not on the next one.
            to.key("bp").text("e");
        });
    }

    fn item(
        &self,
        to: &mut Writer,
        phase: &str,
        name: &str,
        category: &str,
        (thread, at): (u32, Moment),
        rest: impl FnOnce(&mut Writer),
    ) {
        to.line();
        to.object(|to| {
            to.key("ph").text(phase);
            to.key("name").text(name);
            to.key("cat").text(category);
            to.key("pid").plain(self.process);
            to.key("tid").plain(thread);
            to.key("ts").plain(at);
            rest(to);
        });
    }
}

fn write_args(to: &mut Writer, span: &Span) {
    to.key("trace_id").quoted(span.trace_id());
    to.key("span_id").quoted(span.span_id());
    if let Some(parent) = span.parent() {
        to.key("parent_span_id").quoted(parent);
    }
    to.key("outcome").text(span.outcome().as_str());
    if let Some(error) = span.error_type() {
        to.key("error_type").text(error);
    }
    if let Some(message) = span.message() {
        to.key("message").text(message);
    }
    if span.is_over_budget() {
        to.key("over_budget").plain(true);
    }
    if let Some(polls) = span.polls() {
        to.key("polls").plain(polls.count);
        to.key("busy_ns").plain(polls.busy.as_nanos());
        to.key("longest_poll_ns").plain(polls.longest.as_nanos());
    }
    write_fields(to, span.fields());
}

/// In an object of their own: a field may be called as one of ours is.
fn write_fields(to: &mut Writer, fields: &[(&'static str, Value)]) {
    if !fields.is_empty() {
        to.key("fields").object(|to| attributes::of_fields(fields, |key, value| write_value(to.key(key), value)));
    }
}

fn write_value(to: &mut Writer, value: &Value) {
    match value {
        Value::Bool(value) => to.plain(value),
        Value::I64(value) if value.unsigned_abs() <= MAX_SAFE => to.plain(value),
        Value::U64(value) if *value <= MAX_SAFE => to.plain(value),
        Value::F64(value) => to.float(*value),
        Value::Array(values) => to.array(values, write_value),
        other => to.text(&other.to_string()),
    }
}
