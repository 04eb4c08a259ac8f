//! Spans as Zipkin's JSON, read back by `serde_json`.

use std::time::UNIX_EPOCH;

use obs_exporters::zipkin::encode;
use obs_runtime::{ManualClock, Span};
use serde_json::{Value, json};

use crate::functions::checkout;
use crate::support::{Batches, Running};

/// The three spans of one call, as Zipkin gets them and as they were recorded.
fn recorded() -> Vec<(Value, Span)> {
    let batches = Batches::default();
    let running = Running::with(|builder| builder.exporter(batches.clone()));
    let clock = ManualClock::new();
    clock.run(|| checkout(&clock, -7, "me").unwrap_err());
    running.shutdown();
    let mut all = Vec::new();
    for batch in batches.taken() {
        let Value::Array(spans) = serde_json::from_str(&encode(&batch)).unwrap() else { panic!("not a list") };
        assert_eq!(spans.len(), batch.spans().len());
        all.extend(spans.into_iter().zip(batch.spans().iter().cloned()));
    }
    all
}

fn named<'a>(spans: &'a [(Value, Span)], name: &str) -> &'a (Value, Span) {
    spans.iter().find(|(span, _)| span["name"] == name).unwrap_or_else(|| panic!("no span {name}"))
}

fn micros(time: std::time::SystemTime) -> u64 {
    u64::try_from(time.duration_since(UNIX_EPOCH).unwrap().as_micros()).unwrap()
}

#[test]
fn ids_names_kinds_and_times_are_zipkins() {
    let spans = recorded();
    assert_eq!(spans.len(), 3);
    let (checkout, own) = named(&spans, "shop::cart::checkout");
    assert_eq!(checkout["traceId"], own.trace_id().to_string());
    assert_eq!(checkout["id"], own.span_id().to_string());
    assert_eq!((&checkout["parentId"], &checkout["kind"]), (&Value::Null, &json!("SERVER")));
    assert_eq!(checkout["timestamp"], micros(own.start()));
    assert_eq!(checkout["duration"], 11, "1.5 µs and 10 µs, in whole microseconds");
    assert_eq!(checkout["localEndpoint"], json!({"serviceName": "shop"}));

    let (pay, _) = named(&spans, "shop::pay");
    assert_eq!((&pay["kind"], &pay["parentId"]), (&json!("CLIENT"), &checkout["id"]));
    assert_eq!(pay["remoteEndpoint"], json!({"serviceName": "bank.example", "port": 443}));

    let (find, _) = named(&spans, "shop::find");
    assert_eq!((&find["kind"], &find["duration"]), (&Value::Null, &json!(1)), "what took no time took one");
    assert_eq!(find["remoteEndpoint"], Value::Null, "only a client has another side");
}

#[test]
fn fields_and_the_outcome_are_tags_of_text() {
    let spans = recorded();
    let (checkout, own) = named(&spans, "shop::cart::checkout");
    let tags = checkout["tags"].as_object().unwrap();
    assert!(tags.values().all(Value::is_string), "{tags:?}");
    let tag = |key: &str| tags.get(key).and_then(Value::as_str);
    assert_eq!((tag("id"), tag("who"), tag("ratio")), (Some("-7"), Some("me"), Some("0.5")));
    assert_eq!((tag("otel.status_code"), tag("error")), (Some("ERROR"), own.error_type()));
    assert_eq!(tag("error.type"), own.error_type());
    assert_eq!(tag("code.function.name"), Some("shop::Cart::checkout"), "the tag keeps the case");
    assert_eq!((tag("otel.scope.name"), tag("otel.dropped_events_count")), (Some("obs"), None));

    let (pay, _) = named(&spans, "shop::pay");
    assert_eq!((&pay["tags"]["otel.status_code"], &pay["tags"]["error"]), (&Value::Null, &Value::Null));
}

#[test]
fn events_are_annotations_that_hold_json() {
    let spans = recorded();
    let (checkout, own) = named(&spans, "shop::cart::checkout");
    let annotations = checkout["annotations"].as_array().unwrap();
    assert_eq!(annotations.len(), 1);
    assert_eq!(annotations[0]["timestamp"], micros(own.events()[0].time()));
    let value = annotations[0]["value"].as_str().unwrap();
    let back: Value = serde_json::from_str(&format!("{{{value}}}")).unwrap();
    assert_eq!(back, json!({"the \"cache\" is cold": {"level": "warn", "hits": 0, "region": "eu"}}));
    assert_eq!(named(&spans, "shop::pay").0["annotations"], Value::Null);
}

#[test]
fn a_message_is_exactly_this() {
    let spans = recorded();
    let (_, own) = named(&spans, "shop::find");
    let batches = Batches::default();
    let running = Running::with(|builder| builder.exporter(batches.clone()));
    let clock = ManualClock::new();
    clock.run(|| crate::functions::find(&clock));
    running.shutdown();
    let batch = &batches.taken()[0];
    let span = &batch.spans()[0];
    assert_eq!(span.name(), own.name());
    let (line, file) = (span.callsite().meta().line, span.callsite().meta().file);
    let want = format!(
        "[{{\"traceId\":\"{}\",\"id\":\"{}\",\"name\":\"shop::find\",\"timestamp\":{},\"duration\":1,\
         \"localEndpoint\":{{\"serviceName\":\"shop\"}},\"tags\":{{\"code.function.name\":\"shop::find\",\
         \"code.file.path\":\"{file}\",\"code.line.number\":\"{line}\",\"thread.id\":\"{}\",\
         \"peer.service\":\"not a client\",\"otel.scope.name\":\"obs\",\"otel.scope.version\":\"{}\"}}}}]",
        span.trace_id(),
        span.span_id(),
        micros(span.start()),
        span.thread(),
        env!("CARGO_PKG_VERSION"),
    );
    assert_eq!(encode(batch), want);
}
