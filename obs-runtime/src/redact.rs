//! What may not leave the process is taken out of texts before anybody is given them.

use crate::batch::Span;
use crate::event::Event;
use crate::health_counters::REDACTED;
use crate::note::TEXT;
use crate::span::MESSAGE;
use crate::value::Value;

/// Takes out of texts what may not leave the process.
///
/// Asked by the collector, on its own thread, for each text of a span or an event: the values of fields, the message of an
/// error (key `exception.message`), the message of an event (key `message`). Trace and span ids are no texts, and never
/// asked for.
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
    fn redact(&self, key: &str, text: &str) -> Option<Box<str>>;
}

/// Redacts spans in place.
pub(crate) fn spans(redactor: &dyn Redact, spans: &mut [Span]) {
    for span in spans {
        fields(redactor, &mut span.fields);
        if let Some(message) = &mut span.message {
            text(redactor, MESSAGE, message);
        }
    }
}

/// Redacts an event in place.
pub(crate) fn event(redactor: &dyn Redact, event: &mut Event) {
    fields(redactor, &mut event.fields);
    text(redactor, TEXT, &mut event.message);
}

fn fields(redactor: &dyn Redact, fields: &mut [(&'static str, Value)]) {
    fields.iter_mut().for_each(|(key, field)| value(redactor, key, field));
}

fn value(redactor: &dyn Redact, key: &str, of: &mut Value) {
    match of {
        Value::Str(of) => text(redactor, key, of),
        Value::Array(values) => values.iter_mut().for_each(|of| value(redactor, key, of)),
        Value::Bool(_) | Value::I64(_) | Value::U64(_) | Value::F64(_) => {}
    }
}

fn text(redactor: &dyn Redact, key: &str, of: &mut Box<str>) {
    if let Some(changed) = redactor.redact(key, of) {
        *of = changed;
        REDACTED.add(1);
    }
}
