//! Totals as messages of remote write, read back by prost.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::UNIX_EPOCH;

use obs_exporters::Prometheus;
use obs_exporters::prometheus::{Format, Histograms, encode_write_requests, render};
use obs_runtime::{ManualClock, Snapshot, snapshot};
use prost::Message;

use crate::functions::{crowded, pushed};
use crate::support::{Batches, Running};

/// `prometheus.WriteRequest`, as published.
pub mod proto {
    #[derive(Clone, PartialEq, prost::Message)]
    pub struct WriteRequest {
        #[prost(message, repeated, tag = "1")]
        pub timeseries: Vec<TimeSeries>,
        #[prost(message, repeated, tag = "3")]
        pub metadata: Vec<Metadata>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub struct Metadata {
        #[prost(int32, tag = "1")]
        pub kind: i32,
        #[prost(string, tag = "2")]
        pub name: String,
        #[prost(string, tag = "4")]
        pub help: String,
        #[prost(string, tag = "5")]
        pub unit: String,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub struct TimeSeries {
        #[prost(message, repeated, tag = "1")]
        pub labels: Vec<Label>,
        #[prost(message, repeated, tag = "2")]
        pub samples: Vec<Sample>,
        #[prost(message, repeated, tag = "3")]
        pub exemplars: Vec<Exemplar>,
        #[prost(message, repeated, tag = "4")]
        pub histograms: Vec<Histogram>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub struct Label {
        #[prost(string, tag = "1")]
        pub name: String,
        #[prost(string, tag = "2")]
        pub value: String,
    }

    #[derive(Clone, Copy, PartialEq, prost::Message)]
    pub struct Sample {
        #[prost(double, tag = "1")]
        pub value: f64,
        #[prost(int64, tag = "2")]
        pub timestamp: i64,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub struct Exemplar {
        #[prost(message, repeated, tag = "1")]
        pub labels: Vec<Label>,
        #[prost(double, tag = "2")]
        pub value: f64,
        #[prost(int64, tag = "3")]
        pub timestamp: i64,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub struct Histogram {
        #[prost(uint64, tag = "1")]
        pub count: u64,
        #[prost(double, tag = "3")]
        pub sum: f64,
        #[prost(sint32, tag = "4")]
        pub schema: i32,
        #[prost(double, tag = "5")]
        pub zero_threshold: f64,
        #[prost(uint64, tag = "6")]
        pub zero_count: u64,
        #[prost(message, repeated, tag = "11")]
        pub positive_spans: Vec<Span>,
        #[prost(sint64, repeated, tag = "12")]
        pub positive_deltas: Vec<i64>,
        #[prost(int64, tag = "15")]
        pub timestamp: i64,
    }

    #[derive(Clone, Copy, PartialEq, prost::Message)]
    pub struct Span {
        #[prost(sint32, tag = "1")]
        pub offset: i32,
        #[prost(uint32, tag = "2")]
        pub length: u32,
    }
}

type Labels = BTreeMap<String, String>;

fn requests(snapshot: &Snapshot, histograms: Histograms) -> Vec<proto::WriteRequest> {
    let messages = encode_write_requests(snapshot, histograms);
    messages.iter().map(|message| proto::WriteRequest::decode(&**message).unwrap()).collect()
}

fn series(snapshot: &Snapshot, histograms: Histograms) -> Vec<(Labels, proto::TimeSeries)> {
    let all = requests(snapshot, histograms).into_iter().flat_map(|request| request.timeseries);
    all.map(|series| (labels(&series.labels), series)).collect()
}

fn labels(labels: &[proto::Label]) -> Labels {
    labels.iter().map(|label| (label.name.clone(), label.value.clone())).collect()
}

fn named<'a>(
    all: &'a [(Labels, proto::TimeSeries)],
    name: &str,
    function: &str,
) -> Vec<&'a (Labels, proto::TimeSeries)> {
    let is_ours = |labels: &Labels| {
        labels["__name__"] == name && labels.get("code_function_name").is_some_and(|known| known.ends_with(function))
    };
    all.iter().filter(|(labels, _)| is_ours(labels)).collect()
}

#[test]
fn every_series_is_there_once_with_sorted_labels_and_the_time_of_the_snapshot() {
    let snapshot = snapshot();
    let millis = i64::try_from(snapshot.taken().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
    let all = series(&snapshot, Histograms::Both);
    for (labels, series) in &all {
        let names: Vec<&String> = series.labels.iter().map(|label| &label.name).collect();
        assert!(names.is_sorted() && names.len() == labels.len(), "{names:?}");
        assert!(series.labels.iter().all(|label| !label.value.is_empty()), "{labels:?}");
        assert!(labels.contains_key("job") && labels.contains_key("instance"), "{labels:?}");
        let times = series.samples.iter().map(|sample| sample.timestamp);
        let times: Vec<_> = times.chain(series.histograms.iter().map(|histogram| histogram.timestamp)).collect();
        assert_eq!(times, [millis], "one sample of each: {labels:?}");
    }
    let distinct: BTreeSet<&Labels> = all.iter().map(|(labels, _)| labels).collect();
    assert_eq!(distinct.len(), all.len());
}

#[test]
fn the_samples_are_those_of_the_page() {
    let clock = ManualClock::new();
    clock.run(|| pushed(&clock, 3_000_000));
    let snapshot = snapshot();
    let page = String::from_utf8(render(&snapshot, Format::Text)).unwrap();
    // The process is read anew for each page.
    let is_still = |name: &str| !name.starts_with("process_");
    let mut of_page: HashMap<String, Vec<u64>> = HashMap::new();
    for line in page.lines().filter(|line| !line.starts_with('#') && is_still(line)) {
        let (name, value) = (line.split(['{', ' ']).next().unwrap(), line.rsplit(' ').next().unwrap());
        of_page.entry(name.to_owned()).or_default().push(value.parse::<f64>().unwrap().to_bits());
    }
    let mut pushed: HashMap<String, Vec<u64>> = HashMap::new();
    for (labels, series) in
        series(&snapshot, Histograms::Classic).iter().filter(|(labels, _)| is_still(&labels["__name__"]))
    {
        pushed.entry(labels["__name__"].clone()).or_default().push(series.samples[0].value.to_bits());
    }
    assert_eq!(pushed, of_page);
}

#[test]
fn native_histograms_are_the_recorded_ones() {
    let clock = ManualClock::new();
    clock.run(|| [0, 2_000_000, 2_000_001, 1_000_000_000].into_iter().for_each(|nanos| pushed(&clock, nanos)));
    let snapshot = snapshot();
    let recorded = snapshot.callsite("functions::pushed").unwrap().duration().unwrap();
    let all = series(&snapshot, Histograms::Native);
    assert!(named(&all, "obs_function_duration_seconds_bucket", "functions::pushed").is_empty());
    let found = named(&all, "obs_function_duration_seconds", "functions::pushed");
    let [histogram] = &found[0].1.histograms[..] else { panic!("one histogram") };

    assert_eq!((histogram.count, histogram.zero_count), (recorded.count(), recorded.zero_count()));
    assert_eq!((histogram.sum, histogram.schema), (recorded.sum(), i32::from(recorded.scale())));
    let (mut index, mut count, mut deltas) = (0, 0, histogram.positive_deltas.iter());
    let mut buckets = HashMap::new();
    for span in &histogram.positive_spans {
        index += span.offset;
        for _ in 0..span.length {
            count += deltas.next().unwrap();
            buckets.insert(index, u64::try_from(count).unwrap());
            index += 1;
        }
    }
    assert_eq!(deltas.next(), None);
    buckets.retain(|_, count| *count > 0);
    let want: HashMap<i32, u64> =
        (recorded.offset()..).zip(recorded.counts().iter().copied()).filter(|(_, count)| *count > 0).collect();
    assert_eq!(buckets, want);
}

#[test]
fn messages_are_bounded_and_nothing_is_lost_between_them() {
    for n in 0..300 {
        crowded(&n.to_string());
    }
    let snapshot = snapshot();
    let requests = requests(&snapshot, Histograms::Classic);
    assert!(requests.len() > 1);
    let sizes: Vec<usize> = requests.iter().map(|request| request.timeseries.len()).collect();
    let (last, full) = sizes.split_last().unwrap();
    assert!(full.iter().all(|size| *size == 2_000) && (1..=2_000).contains(last), "{sizes:?}");
    let all = series(&snapshot, Histograms::Classic);
    let calls = named(&all, "obs_function_duration_seconds_count", "functions::crowded");
    let sum: f64 = calls.iter().map(|(_, series)| series.samples[0].value).sum();
    let counted = snapshot.callsite("functions::crowded").unwrap().calls();
    assert_eq!(sum, counted as f64);
}

#[test]
fn families_say_what_they_are() {
    let metadata: Vec<_> =
        requests(&snapshot(), Histograms::Classic).into_iter().flat_map(|one| one.metadata).collect();
    let of = |name: &str| {
        let found = metadata.iter().find(|metadata| metadata.name == name).unwrap_or_else(|| panic!("no {name}"));
        (found.kind, found.unit.as_str())
    };
    assert_eq!(of("obs_function_duration_seconds"), (3, "seconds"));
    assert_eq!(of("obs_spans_finished_total"), (1, ""));
    assert_eq!(of("obs_series"), (2, ""));
    assert!(metadata.iter().all(|metadata| !metadata.help.is_empty()));
}

#[test]
fn recorded_calls_are_exemplars_of_classic_and_of_native_series() {
    let batches = Batches::default();
    let running =
        Running::with(|builder| builder.exporter(batches.clone()).exporter(Prometheus::new().without_server()));
    let clock = ManualClock::new();
    // In the bucket that ends at 2^-6 s, which no other test uses.
    clock.run(|| pushed(&clock, 10_000_000));
    let telemetry = running.flushed();
    let snapshot = snapshot();
    telemetry.shutdown();
    let span =
        batches.taken().iter().flat_map(|batch| batch.spans().to_vec()).find(|span| span.duration().as_millis() == 10);
    let span = span.unwrap();
    let all = series(&snapshot, Histograms::Both);
    let classic = named(&all, "obs_function_duration_seconds_bucket", "functions::pushed");
    let in_bucket = classic.iter().find(|(labels, _)| labels["le"] == "0.015625").unwrap();
    let native = named(&all, "obs_function_duration_seconds", "functions::pushed")[0];
    for exemplars in [&in_bucket.1.exemplars, &native.1.exemplars] {
        let ours = exemplars.iter().find(|exemplar| exemplar.value == 0.010).unwrap();
        let want = [("span_id", span.span_id().to_string()), ("trace_id", span.trace_id().to_string())];
        let want: Labels = want.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        assert_eq!(labels(&ours.labels), want);
        let ended = (span.start() + span.duration()).duration_since(UNIX_EPOCH).unwrap();
        assert_eq!(u128::try_from(ours.timestamp), Ok(ended.as_millis()));
    }
}
