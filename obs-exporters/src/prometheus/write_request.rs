//! A snapshot as messages of remote write 1.0. A pure function from a snapshot into bytes.
//!
//! # Source
//! `prometheus.WriteRequest` of the specification of remote write 1.0; field numbers are beside each use. Labels are
//! sorted by name, and `job` and `instance` are those that OpenTelemetry's resource becomes.

use std::time::{SystemTime, UNIX_EPOCH};

use obs_runtime::{Exemplar, Histogram, Resource, Snapshot};

use super::exemplar::{self, Exemplars};
use super::native::{self, Buckets};
use super::page::{self, PageFamily};
use super::{classic, number};
use crate::families::{Kind, Number, Point};
use crate::instance;
use crate::wire::Writer;

/// Series of one message: what Prometheus itself sends at most.
const SERIES: usize = 2_000;

/// How distributions are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Histograms {
    /// As a series for each classic bucket, which every receiver takes.
    #[default]
    Classic,
    /// As native histograms. A receiver that does not take them answers an error.
    Native,
    /// As both.
    Both,
}

/// Writes a snapshot as messages of remote write 1.0, before they are compressed.
///
/// # Shape
/// Each message is a `prometheus.WriteRequest` with at most 2,000 series, a sample of each at the time of the snapshot, and
/// what is known of each family. The names are those of the page; every series has the labels `job` and `instance`.
/// Recorded calls are exemplars of the buckets they fell into.
pub fn encode_write_requests(snapshot: &Snapshot, histograms: Histograms) -> Vec<Vec<u8>> {
    let mut requests = Requests::new(snapshot, histograms);
    for family in page::of(snapshot) {
        requests.add(&family);
    }
    requests.finish()
}

struct Requests {
    finished: Vec<Vec<u8>>,
    /// The message that is being written, and its series.
    message: Writer,
    series: usize,
    target: [(&'static str, String); 2],
    time: i64,
    histograms: Histograms,
}

impl Requests {
    fn new(snapshot: &Snapshot, histograms: Histograms) -> Self {
        let resource = snapshot.resource();
        Self {
            finished: Vec::new(),
            message: Writer::new(),
            series: 0,
            target: [("job", job(resource)), ("instance", instance::of(resource))],
            time: millis(snapshot.taken()),
            histograms,
        }
    }

    fn add(&mut self, family: &PageFamily<'_>) {
        let name = format!("{}{}", family.name, family.suffix());
        self.message.message(3, |metadata| {
            metadata.uint(1, type_number(family.kind));
            metadata.string(2, &name);
            metadata.string(4, &family.help);
            metadata.string(5, &family.unit);
        });
        for point in &family.points {
            match &point.value {
                Number::Histogram(histogram) => self.add_histogram(family, point, histogram),
                plain => self.add_sample(&name, point, None, plain.as_f64(), None),
            }
        }
    }

    fn add_histogram(&mut self, family: &PageFamily<'_>, point: &Point<'_>, histogram: &Histogram) {
        if self.histograms != Histograms::Native {
            self.add_classic(family, point, histogram);
        }
        if self.histograms != Histograms::Classic {
            let time = self.time;
            self.add_series(&family.name, point, None, |series| {
                for exemplar in &*point.exemplars {
                    write_exemplar(series, exemplar);
                }
                series.message(4, |message| write_native(message, &native::fitted(histogram), time));
            });
        }
    }

    fn add_classic(&mut self, family: &PageFamily<'_>, point: &Point<'_>, histogram: &Histogram) {
        let name = format!("{}_bucket", family.name);
        let mut exemplars = Exemplars::new(&point.exemplars);
        let mut le = String::new();
        for bucket in classic::buckets(histogram, classic::ladder(&family.unit)) {
            le.clear();
            number::write_bound(&mut le, bucket.bound);
            let exemplar = exemplars.of_bucket(bucket.bound, bucket.own);
            self.add_sample(&name, point, Some(&le), bucket.count as f64, exemplar);
        }
        self.add_sample(&format!("{}_sum", family.name), point, None, histogram.sum(), None);
        self.add_sample(&format!("{}_count", family.name), point, None, histogram.count() as f64, None);
    }

    fn add_sample(&mut self, name: &str, point: &Point<'_>, le: Option<&str>, value: f64, exemplar: Option<&Exemplar>) {
        let time = self.time;
        self.add_series(name, point, le, |series| {
            series.message(2, |sample| {
                sample.double(1, value);
                sample.uint(2, time.cast_unsigned());
            });
            if let Some(exemplar) = exemplar {
                write_exemplar(series, exemplar);
            }
        });
    }

    fn add_series(&mut self, name: &str, point: &Point<'_>, le: Option<&str>, write: impl FnOnce(&mut Writer)) {
        if self.series == SERIES {
            self.finished.push(std::mem::replace(&mut self.message, Writer::new()).into_bytes());
            self.series = 0;
        }
        self.series += 1;
        let labels = labels(name, point, le, &self.target);
        self.message.message(1, |series| {
            for (name, value) in labels {
                write_label(series, name, value);
            }
            write(series);
        });
    }

    fn finish(mut self) -> Vec<Vec<u8>> {
        if self.series > 0 {
            self.finished.push(self.message.into_bytes());
        }
        self.finished
    }
}

/// All labels of a series, sorted. A label of its own that has a name of the target's is kept under another name.
fn labels<'a>(
    name: &'a str,
    point: &'a Point<'_>,
    le: Option<&'a str>,
    target: &'a [(&'static str, String); 2],
) -> Vec<(&'a str, &'a str)> {
    let own = point.attributes.iter().map(|(name, value)| match &**name {
        "job" => ("exported_job", &**value),
        "instance" => ("exported_instance", &**value),
        name => (name, &**value),
    });
    let target = target.iter().map(|(name, value)| (*name, value.as_str()));
    let all = own.chain(target).chain(le.map(|le| ("le", le))).chain([("__name__", name)]);
    // An empty value means that there is no such label.
    let mut labels: Vec<_> = all.filter(|(_, value)| !value.is_empty()).collect();
    labels.sort_unstable();
    labels
}

fn write_label(out: &mut Writer, name: &str, value: &str) {
    out.message(1, |label| {
        label.string(1, name);
        label.string(2, value);
    });
}

fn write_exemplar(series: &mut Writer, exemplar: &Exemplar) {
    series.message(3, |message| {
        write_label(message, "span_id", &exemplar.span_id.to_string());
        write_label(message, "trace_id", &exemplar.trace_id.to_string());
        message.double(2, exemplar::seconds(exemplar));
        message.uint(3, millis(exemplar.time).cast_unsigned());
    });
}

fn write_native(out: &mut Writer, histogram: &Histogram, time: i64) {
    out.uint(1, histogram.count());
    out.double(3, histogram.sum());
    out.sint(4, i64::from(histogram.scale()));
    out.double(5, native::ZERO_THRESHOLD);
    out.uint(6, histogram.zero_count());
    Buckets::of(histogram).write(out, 11, 12);
    out.uint(15, time.cast_unsigned());
}

const fn type_number(kind: Kind) -> u64 {
    match kind {
        Kind::Counter => 1,
        Kind::UpDown | Kind::Gauge | Kind::Info => 2,
        Kind::Histogram => 3,
    }
}

/// Namespace and name of the service, as OpenTelemetry makes a job of them.
fn job(resource: &Resource) -> String {
    match resource.get("service.namespace") {
        Some(namespace) => format!("{namespace}/{}", resource.service_name()),
        None => resource.service_name().to_owned(),
    }
}

fn millis(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use obs_runtime::Value;

    use super::*;

    #[test]
    fn labels_are_sorted_and_none_is_there_twice_or_empty() {
        let attributes = [("job", "own"), ("b", "1"), ("a", ""), ("Z", "2")];
        let attributes = attributes.map(|(name, value)| (Cow::Borrowed(name), Cow::Borrowed(value)));
        let point = Point { attributes: attributes.into(), value: Number::Int(1), exemplars: Cow::Borrowed(&[]) };
        let target = [("job", "shop".to_owned()), ("instance", String::new())];
        let want = [("Z", "2"), ("__name__", "m"), ("b", "1"), ("exported_job", "own"), ("job", "shop"), ("le", "1.0")];
        assert_eq!(labels("m", &point, Some("1.0"), &target), want);
    }

    #[test]
    fn a_job_is_the_service_within_its_namespace() {
        let mut resource = Resource::empty();
        resource.set("service.name", Value::Str("till".into()));
        assert_eq!(job(&resource), "till");
        resource.set("service.namespace", Value::Str("shop".into()));
        assert_eq!(job(&resource), "shop/till");
    }
}
