//! The bridge to `metrics`, in and out.

use std::sync::Arc;
use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};
use obs_exporters::prometheus::{Format, render};
use obs_exporters::{MetricsOut, MetricsRecorder};
use obs_runtime::{ManualClock, MetricSource, PointValue, snapshot};

use crate::functions::{bridged, bridged_count};
use crate::support::Running;

fn collected(source: &dyn MetricSource, name: &str) -> PointValue {
    let mut metrics = Vec::new();
    source.collect(&mut metrics);
    let metric = metrics.into_iter().find(|metric| &*metric.name == name).unwrap();
    metric.points[0].value.clone()
}

#[test]
fn what_crates_record_joins_the_snapshot() {
    let recorder = MetricsRecorder::new();
    metrics::with_local_recorder(&recorder, || {
        metrics::counter!("hits", "path" => "/").increment(3);
        metrics::counter!("hits", "path" => "/").absolute(10);
        metrics::gauge!("depth").set(2.5);
        metrics::gauge!("depth").decrement(1.0);
        for millis in 1..=100 {
            metrics::histogram!("latency").record(f64::from(millis) / 1e3);
        }
        metrics::histogram!("latency").record(f64::NAN);
    });
    let source = recorder.source();
    assert_eq!(collected(&*source, "hits"), PointValue::Counter(10));
    assert_eq!(collected(&*source, "depth"), PointValue::Gauge(1.5));
    let PointValue::Histogram(latency) = collected(&*source, "latency") else { panic!("not a histogram") };
    assert_eq!((latency.scale(), latency.count()), (4, 100));
    assert!((latency.sum() - 5.05).abs() < 1e-9);
    for (q, exact) in [(0.5, 0.050), (0.9, 0.090), (0.99, 0.099), (1.0, 0.100)] {
        let seen = latency.quantile(q).unwrap();
        assert!((seen / exact - 1.0).abs() < 0.022, "quantile {q} is {seen}");
    }
}

#[test]
fn installed_metrics_are_on_the_page_and_a_second_recorder_is_an_error() {
    MetricsRecorder::install().unwrap();
    metrics::describe_counter!("cache.hits", "Answers from the cache.");
    metrics::counter!("cache.hits", "tier" => "1").increment(7);
    metrics::describe_histogram!("body.size", metrics::Unit::Bytes, "Bodies.");
    metrics::histogram!("body.size").record(4096.0);
    let page = String::from_utf8(render(&snapshot(), Format::Text)).unwrap();
    assert!(page.contains("# HELP cache_hits_total Answers from the cache.\n# TYPE cache_hits_total counter\n"));
    assert!(page.contains("\ncache_hits_total{tier=\"1\"} 7\n"));
    assert!(page.contains("\nbody_size_bytes_bucket{le=\"4096.0\"} 1\n"), "{page}");
    assert!(page.contains("\nbody_size_bytes_sum 4096\nbody_size_bytes_count 1\n"));
    let error = MetricsRecorder::install().unwrap_err().to_string();
    assert!(error.contains("installed already"), "{error}");
    let circle = obs_runtime::Exporter::name(&MetricsOut::every(Duration::from_secs(1)));
    assert_eq!(circle, "metrics");
}

#[test]
fn our_functions_appear_in_another_recorder() {
    let bounds = [0.001, 0.005, 0.050];
    let matcher = Matcher::Full("obs_function_duration_seconds".to_owned());
    let builder = PrometheusBuilder::new().set_buckets_for_metric(matcher, &bounds).unwrap();
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    let running = Running::with(MetricsOut::every(Duration::from_secs(60)).recorder(Arc::new(recorder)));
    let clock = ManualClock::new();
    clock.run(|| [1, 3, 3].into_iter().for_each(|millis| bridged(&clock, millis)));
    (0..5).for_each(|_| bridged_count());
    running.flush();
    clock.run(|| [3, 20].into_iter().for_each(|millis| bridged(&clock, millis)));
    running.flush();
    running.shutdown();
    let page = handle.render();
    let value = |start: &str, function: &str| {
        let label = format!("functions::{function}\"");
        let line = page.lines().find(|line| line.starts_with(start) && line.contains(&label));
        line.unwrap_or_else(|| panic!("{start} of {function} in\n{page}")).rsplit(' ').next().unwrap().to_owned()
    };
    assert_eq!(value("obs_function_calls_total", "bridged_count"), "5");
    assert_eq!(value("obs_function_duration_seconds_count", "bridged"), "5");
    let sum: f64 = value("obs_function_duration_seconds_sum", "bridged").parse().unwrap();
    assert!((sum / 0.030 - 1.0).abs() < 0.022, "{sum}");
    assert!(
        page.lines().any(|line| line.contains("functions::bridged\"") && line.contains("le=\"0.005\"} 4")),
        "{page}"
    );
}

#[test]
fn what_was_lost_appears_in_another_recorder() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    let running = Running::with(MetricsOut::every(Duration::from_secs(60)).recorder(Arc::new(recorder)));
    obs_runtime::config_warning("a variable of this test is not understood");
    running.shutdown();
    let page = handle.render();
    let lines: Vec<_> = page.lines().filter(|line| line.starts_with("obs_events_dropped_total{")).collect();
    assert_eq!(lines.len(), snapshot().health().counters().count(), "{page}");
    let warnings = lines.iter().find(|line| line.contains("reason=\"config_warnings\"")).unwrap();
    assert!(warnings.rsplit(' ').next().unwrap().parse::<u64>().unwrap() >= 1, "{warnings}");
}

#[test]
fn values_at_a_bound_belong_to_the_bucket_below_it() {
    for exponent in -60..=60 {
        let bound = f64::from(exponent).exp2();
        let bucket = |value: f64| {
            let mut histogram = obs_runtime::Histogram::default();
            assert!(histogram.record_many(value, 3));
            (histogram.offset(), histogram.counts().to_vec())
        };
        assert_eq!(bucket(bound), (16 * exponent, vec![3]));
        assert_eq!(bucket(bound.next_up()), (16 * exponent + 1, vec![3]));
        assert_eq!(bucket(bound.next_down()), (16 * exponent, vec![3]));
    }
    let mut histogram = obs_runtime::Histogram::default();
    assert!(!histogram.record_many(f64::INFINITY, 1) && !histogram.record_many(f64::NAN, 1));
    assert!(histogram.record_many(f64::MAX, 1) && histogram.record_many(f64::MIN_POSITIVE, 1));
    assert!(histogram.record_many(-1.0, 1));
    assert_eq!((histogram.count(), histogram.zero_count()), (3, 1));
    assert!(histogram.counts().len() <= 128 * 16 + 1, "bounded, whatever comes");
}
