//! What the program did, written down in a form of its own: what servers give back is compared with it.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use obs_runtime::{Event, Histogram, Series, Snapshot, Span, Value};
use serde_json::{Map, Value as Json, json};

/// Writes each span as one line.
pub(crate) fn spans(path: &Path, spans: &[Span]) -> std::io::Result<()> {
    lines(path, spans.iter().map(span))
}

/// Writes each event as one line: those of spans, and those that happened outside of any.
pub(crate) fn events(path: &Path, events: &[Arc<Event>]) -> std::io::Result<()> {
    lines(path, events.iter().map(|event| self::event(event)))
}

/// Writes each series of each function as one line.
pub(crate) fn totals(path: &Path, snapshot: &Snapshot) -> std::io::Result<()> {
    let all = snapshot.callsites().flat_map(|known| known.series().iter().map(|series| (known.name(), series)));
    lines(path, all.map(|(name, series)| total(name, series)))
}

fn lines(path: &Path, values: impl Iterator<Item = Json>) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    for value in values {
        writeln!(file, "{value}")?;
    }
    file.flush()
}

fn span(span: &Span) -> Json {
    json!({
        "trace_id": span.trace_id().to_string(),
        "span_id": span.span_id().to_string(),
        "parent_id": span.parent().map(|id| id.to_string()),
        "has_remote_parent": span.has_remote_parent(),
        "trace_flags": span.trace_flags(),
        "trace_state": span.trace_state().as_str(),
        "name": span.name(),
        "kind": span.kind().as_str(),
        "level": span.level().as_str(),
        "start": nanos(span.start()),
        "end": nanos(span.start() + span.duration()),
        "outcome": span.outcome().as_str(),
        "error_type": span.error_type(),
        "message": span.message(),
        "is_over_budget": span.is_over_budget(),
        "polls": span.polls().map(|polls| json!([polls.count, whole(polls.busy), whole(polls.longest)])),
        "thread": span.thread(),
        "file": span.callsite().meta().file,
        "line": span.callsite().meta().line,
        "fields": fields(span.fields()),
        "events": span.events().iter().map(|event| self::event(event)).collect::<Vec<_>>(),
        "links": span.links().iter().map(|link| json!([link.trace_id.to_string(), link.span_id.to_string()]))
            .collect::<Vec<_>>(),
    })
}

fn event(event: &Event) -> Json {
    json!({
        "time": nanos(event.time()),
        "level": event.level().as_str(),
        "message": event.message(),
        "target": event.source().target,
        "trace_id": event.trace_id().map(|id| id.to_string()),
        "span_id": event.span_id().map(|id| id.to_string()),
        "fields": fields(event.fields()),
    })
}

fn total(name: &str, series: &Series) -> Json {
    let seconds = |of: Duration| of.as_secs_f64();
    json!({
        "name": name,
        "labels": series.labels().iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect::<Map<_, _>>(),
        "error_type": series.error_type(),
        "calls": series.calls(),
        "over_budget": series.over_budget(),
        "timed": series.duration().map(|histogram| json!({
            "count": histogram.count(),
            "sum": seconds(series.total()),
            "max": seconds(series.max()),
            "quantiles": quantiles(histogram),
        })),
        "exemplars": series.exemplars().iter().map(|it| json!([it.trace_id.to_string(), it.span_id.to_string()]))
            .collect::<Vec<_>>(),
    })
}

fn quantiles(histogram: &Histogram) -> Vec<(f64, Option<f64>)> {
    [0.5, 0.9, 0.99].map(|q| (q, histogram.quantile(q))).to_vec()
}

fn fields(fields: &[(&'static str, Value)]) -> Json {
    Json::Object(fields.iter().map(|(key, value)| ((*key).to_owned(), self::value(value))).collect())
}

/// A value with its type, and integers as text: JSON's numbers are not 64 bits everywhere.
fn value(value: &Value) -> Json {
    match value {
        Value::Bool(value) => json!({ "bool": value }),
        Value::I64(value) => json!({ "int": value.to_string() }),
        Value::U64(value) => json!({ "int": value.to_string() }),
        Value::F64(value) => json!({ "double": value }),
        Value::Array(values) => json!({ "array": values.iter().map(self::value).collect::<Vec<_>>() }),
        other => json!({ "string": other.to_string() }),
    }
}

fn whole(duration: Duration) -> u64 {
    duration.as_nanos().try_into().unwrap_or(u64::MAX)
}

fn nanos(time: SystemTime) -> String {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos()).to_string()
}
