//! A snapshot as one `MetricsData`. A pure function into a string.

use obs_runtime::{Exemplar, Histogram, Resource, Snapshot};

use super::common::{attribute, envelope, unix_nanos};
use crate::attributes::Attribute;
use crate::families::{self, Family, Kind, Number, Temporality, Window};
use crate::json_writer::Writer;

/// Writes a snapshot as one line of OTLP/JSON, a `MetricsData`, without the newline.
///
/// # Shape
/// Durations are exponential histograms with exactly the buckets that were recorded; every sum is cumulative.
/// Names, units and attributes are those that the Prometheus page is made from. Exemplars stand beside histograms when an
/// exporter wants them.
pub fn encode(snapshot: &Snapshot) -> String {
    write(snapshot.resource(), &families::of(snapshot), Window::whole(snapshot))
}

/// The same for families that are there already.
pub(crate) fn write(resource: &Resource, families: &[Family<'_>], window: Window) -> String {
    envelope(["resourceMetrics", "scopeMetrics", "metrics"], resource, |to| {
        to.array(families, |to, family| to.object(|to| write_family(to, family, window)));
    })
}

fn write_family(to: &mut Writer, family: &Family<'_>, window: Window) {
    let (temporality, begin) = window.of(family.kind);
    to.key("name").text(&family.name);
    to.key("description").text(&family.help);
    to.key("unit").text(family.unit);
    let kind = match family.kind {
        Kind::Counter | Kind::UpDown => "sum",
        Kind::Gauge | Kind::Info => "gauge",
        Kind::Histogram => "exponentialHistogram",
    };
    to.key(kind).object(|to| {
        to.key("dataPoints").array(&family.points, |to, point| {
            to.object(|to| {
                write_attributes(to, &point.attributes);
                to.key("startTimeUnixNano").quoted(unix_nanos(begin));
                to.key("timeUnixNano").quoted(unix_nanos(window.end));
                write_value(to, &point.value, temporality);
                if !point.exemplars.is_empty() {
                    to.key("exemplars").array(&*point.exemplars, write_exemplar);
                }
            });
        });
        if kind != "gauge" {
            to.key("aggregationTemporality").plain(temporality as u8);
        }
        if kind == "sum" {
            to.key("isMonotonic").plain(family.kind == Kind::Counter);
        }
    });
}

fn write_attributes(to: &mut Writer, attributes: &[families::Attribute<'_>]) {
    to.key("attributes").array(attributes, |to, (key, value)| attribute(to, key, Attribute::Text(value)));
}

/// A recorded call beside the bucket it was counted in.
fn write_exemplar(to: &mut Writer, exemplar: &Exemplar) {
    to.object(|to| {
        to.key("timeUnixNano").quoted(unix_nanos(exemplar.time));
        to.key("asDouble").float(exemplar.duration.as_secs_f64());
        to.key("spanId").quoted(exemplar.span_id);
        to.key("traceId").quoted(exemplar.trace_id);
    });
}

fn write_value(to: &mut Writer, value: &Number<'_>, temporality: Temporality) {
    match value {
        Number::Int(value) => to.key("asInt").quoted(i64::try_from(*value).unwrap_or(i64::MAX)),
        Number::Float(value) => to.key("asDouble").float(*value),
        Number::Histogram(histogram) => write_histogram(to, histogram, temporality),
    }
}

fn write_histogram(to: &mut Writer, histogram: &Histogram, temporality: Temporality) {
    to.key("count").quoted(histogram.count());
    to.key("sum").float(histogram.sum());
    to.key("scale").plain(histogram.scale());
    to.key("zeroCount").quoted(histogram.zero_count());
    to.key("positive").object(|to| {
        // OTLP counts buckets from their lower bound, Prometheus from their upper.
        let offset = if histogram.counts().is_empty() { 0 } else { histogram.offset() - 1 };
        to.key("offset").plain(offset);
        to.key("bucketCounts").array(histogram.counts(), Writer::quoted);
    });
    // Of a delta only the largest value ever is known, not that of its window.
    if histogram.count() > 0 && temporality == Temporality::Cumulative {
        to.key("max").float(histogram.max());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_is_exactly_this() {
        let mut histogram = Histogram::default();
        for nanos in [0, 1_000_000_000, 1_000_000_001, 1_000_000_001] {
            histogram.record_nanos(nanos);
        }
        let mut to = Writer::new();
        to.object(|to| write_histogram(to, &histogram, Temporality::Cumulative));
        // One second is the upper bound of OTLP's bucket -1; what is past it lies in bucket 0.
        let want = r#"{"count":"4","sum":3.000000002,"scale":4,"zeroCount":"1","positive":{"offset":-1,"bucketCounts":["1","2"]},"max":1.000000001}"#;
        assert_eq!(to.into_string(), want);
    }
}
