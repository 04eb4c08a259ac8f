//! The files hold what OTLP/JSON asks for, read back by `serde_json`.

use std::fs;
use std::path::PathBuf;

use obs_exporters::JsonLines;
use obs_runtime::ManualClock;
use serde_json::{Value, json};

use crate::functions::{exampled, outer, remembered_saying, says, written};
use crate::support::{Running, callsite, turn};

/// A directory of this test's own, empty.
fn directory(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("json-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&path);
    path
}

fn lines(path: &PathBuf) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn attribute<'a>(of: &'a Value, key: &str) -> &'a Value {
    let all = of["attributes"].as_array().unwrap();
    all.iter().find(|attribute| attribute["key"] == key).map_or(&Value::Null, |attribute| &attribute["value"])
}

#[test]
fn spans_have_hex_ids_string_integers_and_typed_attributes() {
    let dir = directory("spans");
    let running = Running::with(JsonLines::to_dir(&dir));
    outer(-7, "me \"and\" you").unwrap_err();
    running.shutdown();
    let lines = lines(&dir.join("traces.jsonl"));
    let spans: Vec<&Value> =
        lines.iter().flat_map(|line| line["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap()).collect();
    let named = |name: &str| *spans.iter().find(|span| span["name"].as_str().unwrap().ends_with(name)).unwrap();
    let (outer, inner) = (named("::outer"), named("::inner"));

    let hex = |value: &Value, length| {
        let text = value.as_str().unwrap();
        text.len() == length && text.bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c))
    };
    assert!(hex(&outer["traceId"], 32) && hex(&outer["spanId"], 16) && outer["parentSpanId"].is_null());
    assert_eq!((&inner["traceId"], &inner["parentSpanId"]), (&outer["traceId"], &outer["spanId"]));
    assert_eq!((&outer["kind"], &inner["kind"]), (&json!(1), &json!(3)));

    let nanos = |span: &Value, key: &str| span[key].as_str().unwrap().parse::<u64>().unwrap();
    assert!(nanos(outer, "startTimeUnixNano") <= nanos(inner, "startTimeUnixNano"));
    assert!(nanos(inner, "endTimeUnixNano") <= nanos(outer, "endTimeUnixNano"));
    assert_eq!(outer["status"]["code"], 2);
    assert_eq!(inner["status"], json!({}));

    assert_eq!(attribute(outer, "id"), &json!({"intValue": "-7"}));
    assert_eq!(attribute(outer, "who"), &json!({"stringValue": "me \"and\" you"}));
    assert_eq!(attribute(outer, "big"), &json!({"stringValue": u64::MAX.to_string()}));
    assert_eq!(attribute(outer, "ratio"), &json!({"doubleValue": 0.5}));
    assert_eq!(attribute(outer, "yes"), &json!({"boolValue": true}));
    assert!(attribute(outer, "error.type")["stringValue"].as_str().unwrap().contains("PayError"));
    assert!(attribute(outer, "code.line.number")["intValue"].is_string());
    let resource = &lines[0]["resourceSpans"][0]["resource"];
    assert_eq!(attribute(resource, "service.name"), &json!({"stringValue": "shop"}));
}

#[test]
fn events_are_log_records_with_the_ids_of_their_span() {
    let dir = directory("events");
    let running = Running::with(JsonLines::to_dir(&dir));
    remembered_saying("it \"happened\"");
    says("outside");
    running.shutdown();
    let traces = lines(&dir.join("traces.jsonl"));
    let span = &traces[0]["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
    let logs = lines(&dir.join("logs.jsonl"));
    let records: Vec<&Value> = logs
        .iter()
        .flat_map(|line| line["resourceLogs"][0]["scopeLogs"][0]["logRecords"].as_array().unwrap())
        .collect();
    let said = |text: &str| *records.iter().find(|record| record["body"]["stringValue"] == text).unwrap();
    let (inside, outside) = (said("it \"happened\""), said("outside"));
    assert_eq!((&inside["traceId"], &inside["spanId"]), (&span["traceId"], &span["spanId"]));
    assert_eq!((&inside["flags"], &outside["traceId"]), (&json!(1), &Value::Null));
    assert_eq!((&inside["severityNumber"], &inside["severityText"]), (&json!(9), &json!("INFO")));
    assert_eq!(attribute(inside, "n"), &json!({"intValue": "7"}));
    assert_eq!(attribute(inside, "code.line.number"), &json!({"intValue": "1"}));
    let event = &span["events"][0];
    assert_eq!((&event["name"], &event["timeUnixNano"]), (&json!("it \"happened\""), &inside["timeUnixNano"]));
    assert_eq!(attribute(event, "n"), &json!({"intValue": "7"}));
}

#[test]
fn exemplars_lie_beside_the_histogram_and_name_their_trace() {
    let dir = directory("exemplars");
    let running = Running::with(JsonLines::to_dir(&dir));
    let clock = ManualClock::new();
    clock.run(|| [1_000, 1_001, 5_000_000].into_iter().for_each(|nanos| exampled(&clock, nanos)));
    running.flush();
    running.shutdown();
    let metrics = lines(&dir.join("metrics.jsonl"));
    let metrics = metrics.last().unwrap()["resourceMetrics"][0]["scopeMetrics"][0]["metrics"].as_array().unwrap();
    let duration = metrics.iter().find(|metric| metric["name"] == "obs.function.duration").unwrap();
    let points = duration["exponentialHistogram"]["dataPoints"].as_array().unwrap();
    let is_ours = |point: &&Value| {
        attribute(point, "code.function.name")["stringValue"].as_str().unwrap().ends_with("functions::exampled")
    };
    let exemplars = points.iter().find(is_ours).unwrap()["exemplars"].as_array().unwrap();
    let traces = lines(&dir.join("traces.jsonl"));
    let spans: Vec<&Value> =
        traces.iter().flat_map(|line| line["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap()).collect();
    let ids = |of: &Value| (of["traceId"].clone(), of["spanId"].clone());
    let seen: Vec<_> = exemplars.iter().map(|exemplar| (exemplar["asDouble"].clone(), ids(exemplar))).collect();
    // The first two fell within one power of two.
    assert_eq!(seen, [(json!(1.001e-6), ids(spans[1])), (json!(0.005), ids(spans[2]))]);
}

#[test]
fn histograms_are_exactly_as_recorded() {
    let dir = directory("histograms");
    let running = Running::with(JsonLines::to_dir(&dir));
    let clock = ManualClock::new();
    clock.run(|| [0, 1, 1_000, 1_000_000_000].into_iter().for_each(|nanos| written(&clock, nanos)));
    running.shutdown();
    let lines = lines(&dir.join("metrics.jsonl"));
    let metrics = lines.last().unwrap()["resourceMetrics"][0]["scopeMetrics"][0]["metrics"].as_array().unwrap();
    let duration = metrics.iter().find(|metric| metric["name"] == "obs.function.duration").unwrap();
    assert_eq!(duration["unit"], "s");
    let histogram = &duration["exponentialHistogram"];
    assert_eq!(histogram["aggregationTemporality"], 2);
    let points = histogram["dataPoints"].as_array().unwrap();
    let is_written = |point: &&Value| {
        attribute(point, "code.function.name")["stringValue"].as_str().unwrap().ends_with("functions::written")
    };
    let point = points.iter().find(is_written).unwrap();

    let snapshot = obs_runtime::snapshot();
    let recorded = callsite(&snapshot, "functions::written").duration().unwrap();
    let number = |value: &Value| value.as_str().unwrap().parse::<u64>().unwrap();
    let counts: Vec<u64> = point["positive"]["bucketCounts"].as_array().unwrap().iter().map(number).collect();
    let counts_are = (point["scale"].as_i64().unwrap(), number(&point["zeroCount"]), number(&point["count"]));
    assert_eq!(counts_are, (4, recorded.zero_count(), recorded.count()));
    let offset = i32::try_from(point["positive"]["offset"].as_i64().unwrap()).unwrap() + 1;
    assert_eq!((offset, &counts[..]), (recorded.offset(), recorded.counts()));
    assert_eq!(point["sum"].as_f64().map(f64::to_bits), Some(recorded.sum().to_bits()));
    // One second is the upper bound of native bucket 0.
    let at_one_second = usize::try_from(-offset).unwrap();
    assert_eq!(counts[at_one_second], 1);
}

#[test]
fn calls_are_monotonic_sums() {
    let snapshot = obs_runtime::snapshot();
    let line: Value = serde_json::from_str(&obs_exporters::json::encode_metrics(&snapshot)).unwrap();
    let metrics = line["resourceMetrics"][0]["scopeMetrics"][0]["metrics"].as_array().unwrap();
    let dropped = metrics.iter().find(|metric| metric["name"] == "obs.events.dropped").unwrap();
    assert_eq!((&dropped["sum"]["isMonotonic"], &dropped["sum"]["aggregationTemporality"]), (&json!(true), &json!(2)));
    assert!(dropped["sum"]["dataPoints"][0]["asInt"].is_string());
}

#[test]
fn a_bad_path_is_an_error() {
    let _turn = turn();
    let file = directory("file");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "not a directory").unwrap();
    let error = obs_runtime::builder().exporter(JsonLines::to_dir(file.join("below"))).start().unwrap_err();
    let text = format!("{error}: {}", std::error::Error::source(&error).map_or(String::new(), ToString::to_string));
    assert!(text.contains("cannot write"), "{text}");
}

#[test]
fn files_are_appended_to() {
    let dir = directory("append");
    for _ in 0..2 {
        let running = Running::with(JsonLines::to_dir(&dir));
        running.shutdown();
    }
    assert!(lines(&dir.join("metrics.jsonl")).len() >= 2);
    assert_eq!(lines(&dir.join("traces.jsonl")).len(), 0, "no empty envelopes");
}
