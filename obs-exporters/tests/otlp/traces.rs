//! Spans.

use obs_exporters::otlp::encode_traces;
use obs_runtime::{Batch, builder};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{ArrayValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, Span};
use prost::Message;

use crate::functions::{self, Batches, batches_of, everything, plain, remote, turn, waits};
use crate::read::{any, attribute, int, text};

fn read(batch: &Batch) -> ResourceSpans {
    let request = ExportTraceServiceRequest::decode(&*encode_traces(batch)).unwrap();
    let [resource] = <[ResourceSpans; 1]>::try_from(request.resource_spans).unwrap();
    resource
}

fn spans(batches: &[Batch]) -> Vec<Span> {
    let scopes = batches.iter().flat_map(|batch| read(batch).scope_spans);
    scopes.flat_map(|scope| scope.spans).collect()
}

fn named<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    spans.iter().find(|span| span.name.ends_with(name)).unwrap()
}

#[test]
fn a_span_has_every_field() {
    let batches = batches_of(|| {
        let _scope = remote(0x0102_0304, 0x0506).attach();
        everything().unwrap_err();
    });
    let given = batches[0].spans().iter().find(|span| span.name().ends_with("everything")).unwrap();
    let spans = spans(&batches);
    let span = named(&spans, "functions::everything");

    assert_eq!(span.trace_id, 0x0102_0304_u128.to_be_bytes());
    assert_eq!(span.parent_span_id, 0x0506_u64.to_be_bytes());
    assert_eq!(span.span_id, given.span_id().to_bytes());
    assert_eq!(span.trace_state, given.trace_state().as_str());
    assert_eq!(span.kind, 3, "client");
    assert_eq!(span.flags & 0x301, 0x301, "sampled, and the parent is known to be remote");
    let nanos = given.start().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
    assert_eq!(u128::from(span.start_time_unix_nano), nanos);
    assert_eq!(u128::from(span.end_time_unix_nano), nanos + given.duration().as_nanos());
    let status = span.status.as_ref().unwrap();
    assert_eq!((status.code, status.message.as_str()), (2, "the card was declined"));

    let value = |key| attribute(&span.attributes, key);
    assert_eq!(value("code.function.name"), Some(&text(given.name())));
    assert!(matches!(value("code.file.path"), Some(Value::StringValue(path)) if path.ends_with("functions.rs")));
    assert_eq!(value("code.line.number"), Some(&int(given.callsite().meta().line.into())));
    assert_eq!(value("thread.id"), Some(&int(given.thread().into())));
    assert!(matches!(value("error.type"), Some(Value::StringValue(name)) if name.ends_with("PayError::Declined")));
    assert_eq!(value("small"), Some(&int(-7)));
    assert_eq!(value("big"), Some(&text("18446744073709551615")), "OTLP has no larger integer");
    assert_eq!(value("ratio"), Some(&Value::DoubleValue(0.5)));
    assert_eq!(value("yes"), Some(&Value::BoolValue(true)));
    assert_eq!(value("who"), Some(&text("me")));
    assert_eq!(value("empty"), Some(&text("")), "an empty string is a value");

    let [event] = &span.events[..] else { panic!("one event") };
    assert_eq!(event.name, "the card is old");
    assert_eq!(attribute(&event.attributes, "years"), Some(&int(9)));
    assert!((span.start_time_unix_nano..=span.end_time_unix_nano).contains(&event.time_unix_nano));
    let [link] = &span.links[..] else { panic!("one link") };
    assert_eq!((&*link.trace_id, &*link.span_id), (&3_u128.to_be_bytes()[..], &4_u64.to_be_bytes()[..]));
    assert_eq!(link.flags, 0x301);
}

#[test]
fn a_child_has_its_parent_and_no_status() {
    let batches = batches_of(|| everything().unwrap_err().to_string().clear());
    let spans = spans(&batches);
    let (parent, child) = (named(&spans, "everything"), named(&spans, "plain"));
    assert!(parent.parent_span_id.is_empty());
    assert_eq!((&child.trace_id, &child.parent_span_id), (&parent.trace_id, &parent.span_id));
    assert_eq!(child.flags & 0x300, 0x100, "the parent is known not to be remote");
    assert_eq!((child.kind, &child.status), (1, &None));
    assert!(child.events.is_empty() && child.links.is_empty());
}

#[test]
fn a_future_says_how_it_was_driven() {
    let batches = batches_of(|| {
        let mut future = std::pin::pin!(waits());
        assert!(future.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_ready());
    });
    let spans = spans(&batches);
    assert_eq!(attribute(&named(&spans, "waits").attributes, "obs.polls"), Some(&int(1)));
}

#[test]
fn the_resource_is_the_process_with_its_types() {
    let _turn = turn();
    let batches = Batches::default();
    let builder = builder().service_name("shop").attribute("parts", functions::array()).exporter(batches.clone());
    let telemetry = builder.start().unwrap();
    plain();
    telemetry.shutdown(std::time::Duration::from_secs(10));
    let batch = batches.taken().remove(0);
    let message = read(&batch);
    let resource = message.resource.unwrap();
    assert_eq!(attribute(&resource.attributes, "service.name"), Some(&text("shop")));
    assert_eq!(attribute(&resource.attributes, "telemetry.sdk.name"), Some(&text("obs")));
    assert_eq!(attribute(&resource.attributes, "process.pid"), Some(&int(std::process::id().into())));
    let parts = [int(1), text("two"), Value::DoubleValue(3.0), Value::BoolValue(true)].map(any);
    let parts = Value::ArrayValue(ArrayValue { values: parts.into() });
    assert_eq!(attribute(&resource.attributes, "parts"), Some(&parts));
    let scope = message.scope_spans[0].scope.as_ref().unwrap();
    assert_eq!((scope.name.as_str(), scope.version.as_str()), ("obs", env!("CARGO_PKG_VERSION")));
}

#[test]
fn what_is_written_is_what_the_generated_types_write() {
    let batches = batches_of(|| (0..50).for_each(|_| everything().unwrap_err().to_string().clear()));
    for batch in &batches {
        let bytes = encode_traces(batch);
        let request = ExportTraceServiceRequest::decode(&*bytes).unwrap();
        // The lengths of the two outer messages take five bytes here, whatever they are.
        let theirs = request.encode_to_vec();
        assert!(bytes.ends_with(&theirs[theirs.len() - 1_000..]));
        assert!(bytes.len() - theirs.len() <= 8, "{} and {}", bytes.len(), theirs.len());
    }
}
