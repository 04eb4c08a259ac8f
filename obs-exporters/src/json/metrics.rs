//! A snapshot as one `MetricsData`. A pure function into a string.

use obs_runtime::{Histogram, Snapshot};

use super::common::{resource, scope, text_attribute, unix_nanos};
use crate::families::{self, Attribute, Family, Kind, Number};
use crate::json_writer::Writer;

/// The temporality of sums and histograms: since the start of the program.
const CUMULATIVE: u8 = 2;

/// Writes a snapshot as one line of OTLP/JSON, a `MetricsData`, without the newline.
///
/// # Shape
/// Durations are exponential histograms with exactly the buckets that were recorded; every sum is cumulative.
/// Names, units and attributes are those that the Prometheus page is made from.
pub fn encode(snapshot: &Snapshot) -> String {
    let families = families::of(snapshot);
    let times = Times { start: unix_nanos(snapshot.started()), now: unix_nanos(snapshot.taken()) };
    let mut to = Writer::new();
    to.object(|to| {
        to.key("resourceMetrics").array([snapshot], |to, snapshot| {
            to.object(|to| {
                resource(to, snapshot.resource());
                to.key("scopeMetrics").array([&families], |to, families| {
                    to.object(|to| {
                        scope(to);
                        to.key("metrics").array(families, |to, family| {
                            to.object(|to| write_family(to, family, times));
                        });
                    });
                });
            });
        });
    });
    to.into_string()
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

fn write_attributes(to: &mut Writer, attributes: &[Attribute<'_>]) {
    to.key("attributes").array(attributes, |to, (key, value)| text_attribute(to, key, value));
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
