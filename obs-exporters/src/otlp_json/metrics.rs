//! A snapshot as one `MetricsData`. A pure function into a string.

use obs_runtime::{Exemplar, Histogram, Snapshot};

use super::common::{attribute, envelope, unix_nanos};
use crate::attributes::Attribute;
use crate::families::{self, Family, Kind, Number};
use crate::json_writer::Writer;

/// The temporality of sums and histograms: since the start of the program.
const CUMULATIVE: u8 = 2;

/// Writes a snapshot as one line of OTLP/JSON, a `MetricsData`, without the newline.
///
/// # Shape
/// Durations are exponential histograms with exactly the buckets that were recorded; every sum is cumulative.
/// Names, units and attributes are those that the Prometheus page is made from. Exemplars stand beside histograms when an
/// exporter wants them.
pub fn encode(snapshot: &Snapshot) -> String {
    let families = families::of(snapshot);
    let times = Times { start: unix_nanos(snapshot.started()), now: unix_nanos(snapshot.taken()) };
    envelope(["resourceMetrics", "scopeMetrics", "metrics"], snapshot.resource(), |to| {
        to.array(&families, |to, family| to.object(|to| write_family(to, family, times)));
    })
}

#[derive(Clone, Copy)]
struct Times {
    start: u128,
    now: u128,
}

fn write_family(to: &mut Writer, family: &Family<'_>, times: Times) {
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
                to.key("startTimeUnixNano").quoted(times.start);
                to.key("timeUnixNano").quoted(times.now);
                write_value(to, &point.value);
                if !point.exemplars.is_empty() {
                    to.key("exemplars").array(&*point.exemplars, write_exemplar);
                }
            });
        });
        if kind != "gauge" {
            to.key("aggregationTemporality").plain(CUMULATIVE);
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

fn write_value(to: &mut Writer, value: &Number<'_>) {
    match value {
        Number::Int(value) => to.key("asInt").quoted(i64::try_from(*value).unwrap_or(i64::MAX)),
        Number::Float(value) => to.key("asDouble").float(*value),
        Number::Histogram(histogram) => write_histogram(to, histogram),
    }
}

fn write_histogram(to: &mut Writer, histogram: &Histogram) {
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
    if histogram.count() > 0 {
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
        to.object(|to| write_histogram(to, &histogram));
        // One second is the upper bound of OTLP's bucket -1; what is past it lies in bucket 0.
        let want = r#"{"count":"4","sum":3.000000002,"scale":4,"zeroCount":"1","positive":{"offset":-1,"bucketCounts":["1","2"]},"max":1.000000001}"#;
        assert_eq!(to.into_string(), want);
    }
}
