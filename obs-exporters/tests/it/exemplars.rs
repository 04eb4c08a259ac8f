//! Recorded calls stand beside the buckets they were counted in.

use std::time::UNIX_EPOCH;

use obs_exporters::prometheus::{Format, render};
use obs_exporters::{Memory, Prometheus};
use obs_runtime::{ManualClock, Snapshot, Span, snapshot};

use crate::functions::{exemplary, exemplary_within};
use crate::protobuf::{families, proto};
use crate::support::{Running, turn};

const OPEN: Format = Format::OpenMetrics { escaping: false };

/// Two in one classic bucket, the later at its bound of 2^-8 s; one a nanosecond past 2^-6 s; one past all bounds.
const NANOS: [u64; 4] = [1_500_000, 3_906_250, 15_625_001, 20_000_000_000];

/// The spans of one call for each of [`NANOS`], in that order, and the snapshot after them.
///
/// Once for all tests: totals are those of the process.
fn recorded() -> &'static (Vec<Span>, Snapshot) {
    static RECORDED: std::sync::OnceLock<(Vec<Span>, Snapshot)> = std::sync::OnceLock::new();
    RECORDED.get_or_init(|| {
        let memory = Memory::new();
        let running = Running::with_both(memory.clone(), Prometheus::new().without_server());
        let clock = ManualClock::new();
        clock.run(|| NANOS.into_iter().for_each(|nanos| exemplary(&clock, nanos)));
        running.flush();
        let snapshot = snapshot();
        running.shutdown();
        (memory.spans_named("functions::exemplary"), snapshot)
    })
}

/// Bound and what follows the `#`, for each bucket that has an exemplar.
fn exemplars(page: &[u8], function: &str) -> Vec<(String, String)> {
    let page = String::from_utf8_lossy(page);
    let function = format!("functions::{function}\"");
    let ours = page.lines().filter(|line| line.contains("_bucket{") && line.contains(&function));
    let parts = ours.filter_map(|line| line.split_once(" # "));
    parts.map(|(sample, exemplar)| (label(sample, "le").to_owned(), exemplar.to_owned())).collect()
}

fn label<'a>(text: &'a str, name: &str) -> &'a str {
    let (_, rest) = text.split_once(&format!("{name}=\"")).unwrap();
    rest.split_once('"').unwrap().0
}

#[test]
fn each_bucket_shows_the_latest_recorded_call_in_it() {
    let (spans, snapshot) = recorded();
    let seen = exemplars(&render(snapshot, OPEN), "exemplary");
    let bounds: Vec<&str> = seen.iter().map(|(bound, _)| bound.as_str()).collect();
    assert_eq!(bounds, ["0.00390625", "0.0625", "+Inf"]);
    for ((_, exemplar), span) in seen.iter().zip([&spans[1], &spans[2], &spans[3]]) {
        let (labels, numbers) = exemplar.split_once("} ").unwrap();
        let names = format!("{{trace_id=\"{}\",span_id=\"{}\"", span.trace_id(), span.span_id());
        assert_eq!(labels, names);
        let code_points: usize = "trace_idspan_id".len() + 32 + 16;
        assert!(code_points <= 128 && labels.len() == code_points + "{=\"\",=\"\"".len());
        let (value, time) = numbers.split_once(' ').unwrap();
        assert_eq!(value.parse(), Ok(span.duration().as_secs_f64()));
        let ended = (span.start() + span.duration()).duration_since(UNIX_EPOCH).unwrap();
        assert_eq!(time, format!("{}.{:03}", ended.as_secs(), ended.subsec_millis()));
    }
}

#[test]
fn an_exemplar_lies_in_its_bucket() {
    let (_, snapshot) = recorded();
    let page = render(snapshot, OPEN);
    let page = String::from_utf8(page).unwrap();
    let (mut below, mut checked) = (f64::NEG_INFINITY, 0);
    for line in page.lines().filter(|line| line.contains("_bucket{") && line.contains("functions::exemplary\"")) {
        let bound: f64 = label(line, "le").parse().unwrap();
        if let Some((_, exemplar)) = line.split_once(" # ") {
            let value: f64 = exemplar.split(' ').nth(1).unwrap().parse().unwrap();
            assert!(below < value && value <= bound, "{line}");
            checked += 1;
        }
        below = bound;
    }
    assert_eq!((checked, below), (3, f64::INFINITY));
}

#[test]
fn a_call_that_took_as_long_as_its_limit_allows_is_in_the_bucket_of_the_limit() {
    let running = Running::with_both(Memory::new(), Prometheus::new().without_server());
    let clock = ManualClock::new();
    // Its seconds and the rest of it, rounded one by one, would be above 1.14 together.
    clock.run(|| [1_140_000_000, 3_000_000_000].into_iter().for_each(|nanos| exemplary_within(&clock, nanos)));
    running.flush();
    let snapshot = snapshot();
    running.shutdown();
    let seen = exemplars(&render(&snapshot, OPEN), "exemplary_within");
    let values: Vec<_> = seen.iter().map(|(bound, text)| (bound.as_str(), text.split(' ').nth(1).unwrap())).collect();
    assert_eq!(values, [("1.14", "1.14"), ("4.0", "3")]);

    let families = families(&render(&snapshot, Format::Protobuf));
    let family = families.iter().find(|family| family.name == "obs_function_duration_seconds").unwrap();
    let is_ours = |metric: &&proto::Metric| metric.label[0].value.ends_with("functions::exemplary_within");
    let buckets = family.metric.iter().find(is_ours).unwrap().histogram.clone().unwrap().bucket;
    let limit = buckets.iter().find(|bucket| bucket.exemplar.is_some()).unwrap();
    assert_eq!((limit.upper_bound.to_bits(), limit.cumulative_count), (1.14_f64.to_bits(), 1));
    assert_eq!(buckets.len(), 14, "13 for all functions, and one for the limit");
}

#[test]
fn the_old_text_format_has_no_exemplars() {
    let (_, snapshot) = recorded();
    assert_eq!(exemplars(&render(snapshot, Format::Text), "exemplary"), []);
}

#[test]
fn protobuf_has_them_beside_classic_and_native_buckets() {
    let (spans, snapshot) = recorded();
    let families = families(&render(snapshot, Format::Protobuf));
    let family = families.iter().find(|family| family.name == "obs_function_duration_seconds").unwrap();
    let is_ours = |metric: &&proto::Metric| metric.label[0].value.ends_with("functions::exemplary");
    let histogram = family.metric.iter().find(is_ours).unwrap().histogram.clone().unwrap();
    let id = |exemplar: &proto::Exemplar| exemplar.label[1].value.clone();
    let id_of = |span: &Span| span.span_id().to_string();

    let classic: Vec<_> =
        histogram.bucket.iter().filter_map(|bucket| Some((bucket, bucket.exemplar.clone()?))).collect();
    let ids: Vec<_> = classic.iter().map(|(_, exemplar)| id(exemplar)).collect();
    assert_eq!(ids, [&spans[1], &spans[2], &spans[3]].map(id_of));
    let last = classic[2].0;
    assert_eq!((last.upper_bound, last.cumulative_count), (f64::INFINITY, histogram.sample_count));

    assert_eq!(histogram.exemplars.iter().map(id).collect::<Vec<_>>(), spans.iter().map(id_of).collect::<Vec<_>>());
    let exemplar = &histogram.exemplars[3];
    assert_eq!(exemplar.label[0].value, spans[3].trace_id().to_string());
    assert_eq!(exemplar.value.to_bits(), 20.0_f64.to_bits());
    let ended = (spans[3].start() + spans[3].duration()).duration_since(UNIX_EPOCH).unwrap();
    let timestamp = exemplar.timestamp.expect("Prometheus drops native exemplars without a time");
    let seen = (u64::try_from(timestamp.seconds), u32::try_from(timestamp.nanos));
    assert_eq!(seen, (Ok(ended.as_secs()), Ok(ended.subsec_nanos())));
}

#[test]
fn without_recorded_calls_there_are_none() {
    let _turn = turn();
    let telemetry = obs_runtime::builder().exporter(Prometheus::new().without_server()).start().unwrap();
    let clock = ManualClock::new();
    clock.run(|| crate::functions::written(&clock, 1));
    let page = render(&snapshot(), OPEN);
    let page = String::from_utf8_lossy(&page);
    assert!(!page.lines().any(|line| line.contains("functions::written\"") && line.contains(" # ")));
    drop(telemetry);
}
