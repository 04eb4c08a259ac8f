//! What may not leave the process is taken out of texts before anybody is given them.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::batch::Span;
use crate::event::Event;
use crate::event::TEXT;
use crate::health_counters::{REDACTED, REDACTOR_PANICS};
use crate::ids::{SpanId, TraceId};
use crate::sensitive::REDACTED as IN_ITS_PLACE;
use crate::span::MESSAGE;
use crate::value::Value;

/// Takes out of texts what may not leave the process.
///
/// Asked by the collector, on its own thread, for each text of a span or an event: the values of fields, the message of an
/// error (key `exception.message`), the message of an event (key `message`). Where the ids of the span itself stand in a
/// text, what is before and after them is asked for, never they.
///
/// # Examples
/// ```
/// struct NoDigits;
///
/// impl obs_runtime::Redact for NoDigits {
///     fn redact(&self, _key: &str, text: &str) -> Option<Box<str>> {
///         text.contains(|c: char| c.is_ascii_digit()).then(|| "[redacted]".into())
///     }
/// }
///
/// let builder = obs_runtime::builder().redactor(NoDigits);
/// # drop(builder);
/// ```
pub trait Redact: Send + 'static {
    /// What stands in the text's place; `None` leaves it as it is.
    ///
    /// When it panics `[redacted]` stands there, and [`crate::Health::redactor_panics`] counts it.
    fn redact(&self, key: &str, text: &str) -> Option<Box<str>>;
}

/// Redacts spans in place.
pub(crate) fn spans(redactor: &dyn Redact, spans: &mut [Span]) {
    for span in spans {
        let redactor = Guarded { redactor, trace: Some(span.trace_id), span: Some(span.span_id) };
        redactor.fields(&mut span.fields);
        if let Some(message) = &mut span.message {
            redactor.text(MESSAGE, message);
        }
    }
}

/// Redacts an event in place.
pub(crate) fn event(redactor: &dyn Redact, event: &mut Event) {
    let redactor = Guarded { redactor, trace: event.trace_id, span: event.span_id };
    redactor.fields(&mut event.fields);
    redactor.text(TEXT, &mut event.message);
}

/// A redactor that is not shown the ids of the span it works on.
struct Guarded<'a> {
    redactor: &'a dyn Redact,
    trace: Option<TraceId>,
    span: Option<SpanId>,
}

impl Guarded<'_> {
    fn fields(&self, fields: &mut [(&'static str, Value)]) {
        fields.iter_mut().for_each(|(key, value)| self.value(key, value));
    }

    fn value(&self, key: &str, of: &mut Value) {
        match of {
            Value::Str(of) => self.text(key, of),
            Value::Array(values) => values.iter_mut().for_each(|of| self.value(key, of)),
            Value::Bool(_) | Value::I64(_) | Value::U64(_) | Value::F64(_) => {}
        }
    }

    fn text(&self, key: &str, of: &mut Box<str>) {
        if let Some(changed) = self.around_ids(key, of) {
            *of = changed;
            REDACTED.add(1);
        }
    }

    /// What the redactor says. One that panics has seen something it does not understand: that does not leave the process.
    fn asked(&self, key: &str, text: &str) -> Option<Box<str>> {
        let answer = catch_unwind(AssertUnwindSafe(|| self.redactor.redact(key, text)));
        answer.unwrap_or_else(|_| {
            REDACTOR_PANICS.add(1);
            Some(IN_ITS_PLACE.into())
        })
    }

    /// Redacts what stands before and after the span's own ids.
    fn around_ids(&self, key: &str, text: &str) -> Option<Box<str>> {
        // Shorter than the shorter of them, it holds none.
        if text.len() < 16 {
            return self.asked(key, text);
        }
        let trace = self.trace.map(|id| id.to_string());
        let span = self.span.map(|id| id.to_string());
        let found = [trace, span].into_iter().flatten().find_map(|id| Some((text.find(&id)?, id.len())));
        let Some((at, length)) = found else { return self.asked(key, text) };
        let (before, id, after) = (&text[..at], &text[at..at + length], &text[at + length..]);
        let parts = [before, after].map(|part| if part.is_empty() { None } else { self.around_ids(key, part) });
        let [None, None] = &parts else {
            let [new_before, new_after] = &parts;
            let (before, after) = (new_before.as_deref().unwrap_or(before), new_after.as_deref().unwrap_or(after));
            return Some(format!("{before}{id}{after}").into());
        };
        None
    }
}
