//! What is read back from the lines: plain data.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use obs_runtime::{SpanId, SpanKind, TraceId, Value};
use serde_json::Value as Json;

use super::parse::{
    Parsed, any_int, attributes, float, int, int_or_zero, list, optional, span_id, text, text_or_empty, time, trace_id,
};

/// The attributes of the process that wrote a line; shared by its records.
pub type Resource = Arc<[(String, Value)]>;

/// What a line holds several of.
pub trait Record: Sized {
    /// The records of a line, or the key that is not as expected.
    #[doc(hidden)]
    fn of_line(line: &Json) -> Result<Vec<Self>, String>;
}

/// A span, read back.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SpanRecord {
    /// Who wrote it.
    pub resource: Resource,
    /// The trace it belongs to.
    pub trace_id: TraceId,
    /// Its own id.
    pub span_id: SpanId,
    /// The span it ran in; `None` for a root.
    pub parent: Option<SpanId>,
    /// W3C `tracestate`; may be empty.
    pub trace_state: String,
    /// OTLP's flags: those of W3C in the low byte, bit 9 for a parent in another process.
    pub flags: u32,
    /// The function's qualified name.
    pub name: String,
    /// Its role between services.
    pub kind: SpanKind,
    /// When it began.
    pub start: SystemTime,
    /// How long it took.
    pub duration: Duration,
    /// Everything else that it says of itself, and its fields.
    pub attributes: Vec<(String, Value)>,
    /// Attributes that did not fit.
    pub dropped_attributes: u32,
    /// What happened while it ran.
    pub events: Vec<SpanEventRecord>,
    /// Events past the limit.
    pub dropped_events: u32,
    /// Spans it is tied to.
    pub links: Vec<LinkRecord>,
    /// Links past the limit.
    pub dropped_links: u32,
    /// What went wrong; `None` when nothing did.
    pub error: Option<String>,
}

/// An event on a span, read back.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SpanEventRecord {
    /// When it happened.
    pub time: SystemTime,
    /// What happened.
    pub name: String,
    /// Its level, and its fields.
    pub attributes: Vec<(String, Value)>,
}

/// A link, read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LinkRecord {
    /// The other span's trace.
    pub trace_id: TraceId,
    /// The other span.
    pub span_id: SpanId,
    /// OTLP's flags: bit 0 when that trace is recorded, bit 9 when it is of another process.
    pub flags: u32,
}

/// An event as a log record, read back.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct EventRecord {
    /// Who wrote it.
    pub resource: Resource,
    /// When it happened.
    pub time: SystemTime,
    /// 1 to 24; 9 is info.
    pub severity_number: u8,
    /// `INFO` and so on.
    pub severity_text: String,
    /// What happened.
    pub message: String,
    /// Where it happened, and its fields.
    pub attributes: Vec<(String, Value)>,
    /// The trace it happened in.
    pub trace_id: Option<TraceId>,
    /// The span it happened in.
    pub span_id: Option<SpanId>,
}

/// A metric of one snapshot, read back.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MetricRecord {
    /// Who wrote it.
    pub resource: Resource,
    /// Its OpenTelemetry name.
    pub name: String,
    /// What it says.
    pub description: String,
    /// UCUM.
    pub unit: String,
    /// Whether it is a sum that never goes down.
    pub is_monotonic: bool,
    /// One for each set of attributes.
    pub points: Vec<PointRecord>,
}

/// One value of a metric, read back.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PointRecord {
    /// What tells it from the other points.
    pub attributes: Vec<(String, Value)>,
    /// Since when it was counted.
    pub start: SystemTime,
    /// When it was read.
    pub time: SystemTime,
    /// The value.
    pub value: ValueRecord,
    /// Recorded calls beside the buckets of a histogram.
    pub exemplars: Vec<ExemplarRecord>,
}

/// The value of a point, read back.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ValueRecord {
    /// A whole number.
    Int(i64),
    /// A float.
    Float(f64),
    /// A distribution.
    Histogram(HistogramRecord),
}

/// An exponential histogram, read back: bucket `offset + i` reaches from `base^(offset + i)` to the next power, where
/// `base = 2^(2^-scale)`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct HistogramRecord {
    /// Values recorded.
    pub count: u64,
    /// Their sum.
    pub sum: f64,
    /// How fine the buckets are.
    pub scale: i32,
    /// Values of 0.
    pub zero_count: u64,
    /// The number of the first bucket, as OTLP counts them.
    pub offset: i32,
    /// Values in each bucket.
    pub counts: Vec<u64>,
    /// The largest value; `None` when there is none.
    pub max: Option<f64>,
}

/// A recorded call beside a histogram, read back.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct ExemplarRecord {
    /// When it ended.
    pub time: SystemTime,
    /// What was recorded of it.
    pub value: f64,
    /// Its trace.
    pub trace_id: TraceId,
    /// Its span.
    pub span_id: SpanId,
}

/// The records inside `outer[].inner[].records[]`, each with its resource.
fn flat<T>(
    line: &Json,
    [outer, inner, records]: [&str; 3],
    parse: impl Fn(&Json, &Resource) -> Parsed<T>,
) -> Parsed<Vec<T>> {
    if optional(line, outer).is_none() {
        return Err(outer.to_owned());
    }
    let nested = list(line, outer, |of| {
        let resource: Resource = match optional(of, "resource") {
            Some(resource) => attributes(resource)?.into(),
            None => Resource::default(),
        };
        list(of, inner, |scope| list(scope, records, |record| parse(record, &resource)))
    });
    Ok(nested?.into_iter().flatten().flatten().collect())
}

impl Record for SpanRecord {
    fn of_line(line: &Json) -> Parsed<Vec<Self>> {
        flat(line, ["resourceSpans", "scopeSpans", "spans"], span)
    }
}

fn span(of: &Json, resource: &Resource) -> Parsed<SpanRecord> {
    let start = time(of, "startTimeUnixNano")?;
    Ok(SpanRecord {
        resource: Arc::clone(resource),
        trace_id: trace_id(of, "traceId")?,
        span_id: span_id(of, "spanId")?,
        parent: optional(of, "parentSpanId").map(|_| span_id(of, "parentSpanId")).transpose()?,
        trace_state: text_or_empty(of, "traceState")?,
        flags: int_or_zero(of, "flags")?,
        name: text(of, "name")?,
        kind: kind(of)?,
        start,
        duration: time(of, "endTimeUnixNano")?.duration_since(start).unwrap_or_default(),
        attributes: attributes(of)?,
        dropped_attributes: int_or_zero(of, "droppedAttributesCount")?,
        events: list(of, "events", span_event)?,
        dropped_events: int_or_zero(of, "droppedEventsCount")?,
        links: list(of, "links", link)?,
        dropped_links: int_or_zero(of, "droppedLinksCount")?,
        error: error(of)?,
    })
}

fn kind(of: &Json) -> Parsed<SpanKind> {
    const KINDS: [SpanKind; 5] =
        [SpanKind::Internal, SpanKind::Server, SpanKind::Client, SpanKind::Producer, SpanKind::Consumer];
    let number: u8 = int(of, "kind")?;
    KINDS.into_iter().find(|kind| *kind as u8 == number).ok_or_else(|| "kind".to_owned())
}

fn error(of: &Json) -> Parsed<Option<String>> {
    const ERROR: u8 = 2;
    match optional(of, "status") {
        Some(status) if int_or_zero::<u8>(status, "code")? == ERROR => text_or_empty(status, "message").map(Some),
        _ => Ok(None),
    }
}

fn span_event(of: &Json) -> Parsed<SpanEventRecord> {
    Ok(SpanEventRecord { time: time(of, "timeUnixNano")?, name: text(of, "name")?, attributes: attributes(of)? })
}

fn link(of: &Json) -> Parsed<LinkRecord> {
    let (trace_id, span_id) = (trace_id(of, "traceId")?, span_id(of, "spanId")?);
    Ok(LinkRecord { trace_id, span_id, flags: int_or_zero(of, "flags")? })
}

impl Record for EventRecord {
    fn of_line(line: &Json) -> Parsed<Vec<Self>> {
        flat(line, ["resourceLogs", "scopeLogs", "logRecords"], |of, resource| {
            Ok(Self {
                resource: Arc::clone(resource),
                time: time(of, "timeUnixNano")?,
                severity_number: int(of, "severityNumber")?,
                severity_text: text_or_empty(of, "severityText")?,
                message: optional(of, "body").map_or(Ok(String::new()), |body| text(body, "stringValue"))?,
                attributes: attributes(of)?,
                trace_id: optional(of, "traceId").map(|_| trace_id(of, "traceId")).transpose()?,
                span_id: optional(of, "spanId").map(|_| span_id(of, "spanId")).transpose()?,
            })
        })
    }
}

impl Record for MetricRecord {
    fn of_line(line: &Json) -> Parsed<Vec<Self>> {
        flat(line, ["resourceMetrics", "scopeMetrics", "metrics"], |of, resource| {
            let kinds = ["sum", "gauge", "exponentialHistogram"];
            let data = kinds.iter().find_map(|kind| optional(of, kind)).ok_or_else(|| kinds.join("|"))?;
            Ok(Self {
                resource: Arc::clone(resource),
                name: text(of, "name")?,
                description: text_or_empty(of, "description")?,
                unit: text_or_empty(of, "unit")?,
                is_monotonic: optional(data, "isMonotonic").and_then(Json::as_bool).unwrap_or(false),
                points: list(data, "dataPoints", point)?,
            })
        })
    }
}

fn point(of: &Json) -> Parsed<PointRecord> {
    let value = if optional(of, "asInt").is_some() {
        ValueRecord::Int(int(of, "asInt")?)
    } else if optional(of, "asDouble").is_some() {
        ValueRecord::Float(float(of, "asDouble")?)
    } else {
        ValueRecord::Histogram(histogram(of)?)
    };
    Ok(PointRecord {
        attributes: attributes(of)?,
        start: time(of, "startTimeUnixNano")?,
        time: time(of, "timeUnixNano")?,
        value,
        exemplars: list(of, "exemplars", exemplar)?,
    })
}

fn histogram(of: &Json) -> Parsed<HistogramRecord> {
    let positive = optional(of, "positive").ok_or("positive")?;
    Ok(HistogramRecord {
        count: int(of, "count")?,
        sum: float(of, "sum")?,
        scale: int(of, "scale")?,
        zero_count: int_or_zero(of, "zeroCount")?,
        offset: int_or_zero(positive, "offset")?,
        counts: list(positive, "bucketCounts", |count| any_int(count).ok_or_else(|| "*".to_owned()))?,
        max: optional(of, "max").map(|_| float(of, "max")).transpose()?,
    })
}

fn exemplar(of: &Json) -> Parsed<ExemplarRecord> {
    Ok(ExemplarRecord {
        time: time(of, "timeUnixNano")?,
        value: float(of, "asDouble")?,
        trace_id: trace_id(of, "traceId")?,
        span_id: span_id(of, "spanId")?,
    })
}
