//! Totals.

use obs_exporters::otlp::encode_metrics;
use obs_runtime::{ManualClock, Snapshot, snapshot};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::metrics::v1::{
    ExponentialHistogramDataPoint, Metric, exemplar, metric, number_data_point,
};
use prost::Message;

use crate::functions::{batches_of, counted_by, timed, timed_twice};
use crate::read::{attribute, text};

pub fn metrics_of(bytes: &[u8]) -> Vec<Metric> {
    let request = ExportMetricsServiceRequest::decode(bytes).unwrap();
    let scopes = request.resource_metrics.into_iter().flat_map(|resource| resource.scope_metrics);
    scopes.flat_map(|scope| scope.metrics).collect()
}

fn named<'a>(metrics: &'a [Metric], name: &str) -> &'a Metric {
    metrics.iter().find(|metric| metric.name == name).unwrap()
}

fn duration_of(snapshot: &Snapshot, function: &str) -> ExponentialHistogramDataPoint {
    let metrics = metrics_of(&encode_metrics(snapshot));
    let duration = named(&metrics, "obs.function.duration");
    assert_eq!(duration.unit, "s");
    let Some(metric::Data::ExponentialHistogram(histogram)) = &duration.data else { panic!("{duration:?}") };
    assert_eq!(histogram.aggregation_temporality, 2);
    let name = snapshot.callsite(function).unwrap().name();
    let is_it = |point: &&ExponentialHistogramDataPoint| {
        attribute(&point.attributes, "code.function.name") == Some(&text(name))
    };
    histogram.data_points.iter().find(is_it).unwrap().clone()
}

#[test]
fn durations_are_the_buckets_that_were_recorded() {
    let clock = ManualClock::new();
    clock.run(|| {
        for nanos in [0, 1, 1_000, 1_000_000_000, 1_000_000_001] {
            timed_twice(&clock, nanos);
        }
    });
    let snapshot = snapshot();
    let point = duration_of(&snapshot, "functions::timed_twice");
    let recorded = snapshot.callsite("functions::timed_twice").unwrap().duration().unwrap();
    assert_eq!((point.scale, point.zero_count, point.count), (4, 1, 5));
    let buckets = point.positive.as_ref().unwrap();
    assert_eq!((buckets.offset + 1, &buckets.bucket_counts[..]), (recorded.offset(), recorded.counts()));
    // In OTLP's words bucket i holds (2^(i/16), 2^((i+1)/16)] seconds: a second itself is in bucket -1.
    let in_bucket = |index: i32| buckets.bucket_counts[usize::try_from(index - buckets.offset).unwrap()];
    assert_eq!((in_bucket(-1), in_bucket(0)), (1, 1));
    assert_eq!(point.sum.map(f64::to_bits), Some(recorded.sum().to_bits()));
    assert_eq!(point.max.map(f64::to_bits), Some(recorded.max().to_bits()));
    assert!(point.start_time_unix_nano <= point.time_unix_nano && point.start_time_unix_nano > 0);
}

#[test]
fn calls_are_monotonic_sums_with_their_labels() {
    counted_by("GET");
    counted_by("PUT");
    counted_by("GET");
    let metrics = metrics_of(&encode_metrics(&snapshot()));
    let Some(metric::Data::Sum(sum)) = &named(&metrics, "obs.function.calls").data else { panic!("a sum") };
    assert!(sum.is_monotonic && sum.aggregation_temporality == 2);
    let get =
        sum.data_points.iter().find(|point| attribute(&point.attributes, "method") == Some(&text("GET"))).unwrap();
    assert_eq!(get.value, Some(number_data_point::Value::AsInt(2)));
    let Some(metric::Data::Gauge(info)) = &named(&metrics, "obs.build.info").data else { panic!("a gauge") };
    assert_eq!(info.data_points[0].value, Some(number_data_point::Value::AsInt(1)));
}

#[test]
fn a_recorded_call_stands_beside_its_bucket() {
    let clock = ManualClock::new();
    let mut taken = None;
    let batches = batches_of(|| {
        clock.run(|| timed(&clock, 3_000_000));
        // The collector sees the span when it drains the ring.
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while taken.is_none() && std::time::Instant::now() < deadline {
            let snapshot = snapshot();
            let has_one =
                snapshot.callsite("functions::timed").unwrap().series().iter().any(|s| !s.exemplars().is_empty());
            taken = has_one.then_some(snapshot);
            std::thread::yield_now();
        }
    });
    let point = duration_of(&taken.unwrap(), "functions::timed");
    let span =
        batches.iter().flat_map(obs_runtime::Batch::spans).find(|span| span.name().ends_with("::timed")).unwrap();
    let [shown] = &point.exemplars[..] else { panic!("one exemplar: {point:?}") };
    assert_eq!((&*shown.trace_id, &*shown.span_id), (&span.trace_id().to_bytes()[..], &span.span_id().to_bytes()[..]));
    assert_eq!(shown.value, Some(exemplar::Value::AsDouble(0.003)));
    assert!(shown.time_unix_nano > 0);
}
