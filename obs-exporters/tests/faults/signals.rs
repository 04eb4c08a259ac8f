//! What OTLP sends of each signal, seen by a server; and one signal that fails beside others that do not.

use std::io::Read;
use std::time::Duration;

use obs_exporters::otlp::{Otlp, Protocol, Temporality};
use obs_runtime::Level;
use obs_runtime::expand::{EventSite, event};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

use crate::obs::{counted, traced};
use crate::server::{Act, Seen, Server};
use crate::support::{LONG, Running, said_by, work};

#[traced(crate = crate::obs)]
fn works_and_says() {
    says();
}

fn says() {
    static SITE: EventSite = EventSite::new("faults::signals", "tests/faults/signals.rs", 1);
    event(&SITE, Level::Info, "said", |_| {});
}

#[counted(crate = crate::obs)]
fn counted_here() {}

fn at<'a>(seen: &'a [Seen], path: &str) -> Vec<&'a Seen> {
    seen.iter().filter(|seen| seen.path == path).collect()
}

fn spans(seen: &Seen) -> Vec<Span> {
    let request = ExportTraceServiceRequest::decode(&*seen.body).unwrap();
    let scopes = request.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
    scopes.flat_map(|scope| scope.spans).collect()
}

#[test]
fn each_signal_goes_to_its_path_with_headers_and_compressed() {
    let server = Server::start(|_, _| Act::OK);
    let running = Running::with(Otlp::new().endpoint(server.url()).header("X-Tenant", "blue").gzip(true));
    works_and_says();
    let (complete, report) = running.flush(LONG);
    assert!(complete && report.exported == 1, "{report:?}");
    let seen = server.seen();
    let mut paths: Vec<_> = seen.iter().map(|seen| seen.path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["/v1/logs", "/v1/metrics", "/v1/traces"]);
    for seen in &seen {
        for line in ["x-tenant: blue", "content-encoding: gzip", "content-type: application/x-protobuf"] {
            assert!(seen.head.contains(&format!("\r\n{line}")), "{}", seen.head);
        }
    }
    let plain = |path| {
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(&*at(&seen, path)[0].body).read_to_end(&mut plain).unwrap();
        plain
    };
    let traces = ExportTraceServiceRequest::decode(&*plain("/v1/traces")).unwrap();
    let span = &traces.resource_spans[0].scope_spans[0].spans[0];
    assert!(span.events.is_empty(), "events are logs");
    let logs = ExportLogsServiceRequest::decode(&*plain("/v1/logs")).unwrap();
    assert_eq!(logs.resource_logs[0].scope_logs[0].log_records[0].span_id, span.span_id);
    ExportMetricsServiceRequest::decode(&*plain("/v1/metrics")).unwrap();
    running.shutdown(LONG);
}

#[test]
fn json_is_sent_as_json_and_its_partial_success_is_read() {
    let answer = br#"{"partialSuccess":{"rejectedSpans":"1","errorMessage":"no"}}"#;
    let server = Server::start(|_, _| Act::Answer(200, "content-type: application/json\r\n", answer.to_vec()));
    let otlp = Otlp::new().endpoint(server.url()).protocol(Protocol::HttpJson).without_metrics().without_logs();
    let running = Running::with(otlp);
    work();
    work();
    assert_eq!((running.flush(LONG).1.exported, running.shutdown(LONG).1.rejected), (1, 1));
    let seen = &server.seen()[0];
    assert!(seen.head.contains("\r\ncontent-type: application/json"), "{}", seen.head);
    let request: ExportTraceServiceRequest = serde_json::from_slice(&seen.body).unwrap();
    assert_eq!(request.resource_spans[0].scope_spans[0].spans.len(), 2);
}

#[test]
fn without_logs_events_hang_on_spans() {
    let server = Server::start(|_, _| Act::OK);
    let running = Running::with(Otlp::new().endpoint(server.url()).without_logs().without_metrics());
    works_and_says();
    running.shutdown(LONG);
    let seen = server.seen();
    let [seen] = &seen[..] else { panic!("one request, found {}", seen.len()) };
    assert_eq!(spans(seen)[0].events.iter().map(|event| event.name.as_str()).collect::<Vec<_>>(), ["said"]);
}

#[test]
fn events_hang_on_spans_too_when_asked_to() {
    let server = Server::start(|_, _| Act::OK);
    let running = Running::with(Otlp::new().endpoint(server.url()).events_on_spans(true).without_metrics());
    works_and_says();
    running.shutdown(LONG);
    let seen = server.seen();
    assert_eq!(spans(at(&seen, "/v1/traces")[0])[0].events.len(), 1);
    assert_eq!(at(&seen, "/v1/logs").len(), 1);
}

#[test]
fn no_empty_envelope_is_sent() {
    let server = Server::start(|_, _| Act::OK);
    let running = Running::with(Otlp::new().endpoint(server.url()).without_metrics());
    running.flush(LONG);
    work();
    running.flush(LONG);
    says();
    running.shutdown(LONG);
    let paths: Vec<_> = server.seen().into_iter().map(|seen| seen.path).collect();
    assert_eq!(paths, ["/v1/traces", "/v1/logs"]);
}

#[test]
fn logs_that_are_not_wanted_cost_no_span_and_are_counted() {
    let server = Server::start(|_, path| if path == "/v1/logs" { Act::status(404) } else { Act::OK });
    let running = Running::with(Otlp::new().endpoint(server.url()).without_metrics());
    let before = obs_runtime::snapshot().health().events_failed;
    (0..3).for_each(|_| works_and_says());
    let (complete, report) = running.shutdown(LONG);
    assert!(complete && report.exported == 3 && report.failed == 0, "{report:?}");
    assert_eq!(obs_runtime::snapshot().health().events_failed - before, 3);
}

/// Calls of `counted_here` in a request, and the temporality.
fn calls(seen: &Seen) -> Option<(u64, i32)> {
    let request = ExportMetricsServiceRequest::decode(&*seen.body).unwrap();
    let scopes = request.resource_metrics.iter().flat_map(|resource| &resource.scope_metrics);
    let metric = scopes.flat_map(|scope| &scope.metrics).find(|metric| metric.name == "obs.function.calls")?;
    let Some(Data::Sum(sum)) = &metric.data else { panic!("a sum") };
    let point = sum.data_points.iter().find(|point| format!("{point:?}").contains("counted_here"))?;
    let Some(opentelemetry_proto::tonic::metrics::v1::number_data_point::Value::AsInt(value)) = point.value else {
        panic!("an integer")
    };
    Some((value.cast_unsigned(), sum.aggregation_temporality))
}

#[test]
fn deltas_are_what_came_since_the_last_that_arrived() {
    let server = Server::start(|number, _| if number == 1 { Act::status(400) } else { Act::OK });
    let otlp = Otlp::new().endpoint(server.url()).without_traces().without_logs().temporality(Temporality::Delta);
    let running = Running::with(otlp);
    for times in [3, 2, 5] {
        (0..times).for_each(|_| counted_here());
        running.flush(LONG);
    }
    running.flush(LONG);
    running.shutdown(LONG);
    let seen: Vec<_> = server.seen().iter().map(calls).collect();
    // The second did not arrive, so the third says it again; to the fourth nothing came.
    assert_eq!(seen[..4], [Some((3, 1)), Some((2, 1)), Some((7, 1)), None]);
}

#[test]
fn a_server_that_takes_spans_only_is_told_of_once_for_each_signal() {
    let said = said_by("signals::to_a_server_that_takes_spans_only");
    let has = |path: &str| said.iter().filter(|line| line.contains(path)).count();
    assert_eq!((said.len(), has("/v1/metrics answered 404"), has("/v1/logs answered 404")), (2, 1, 1), "{said:#?}");
}

#[test]
#[ignore = "a program for `a_server_that_takes_spans_only_is_told_of_once_for_each_signal`"]
fn to_a_server_that_takes_spans_only() {
    let server = Server::start(|_, path| if path == "/v1/traces" { Act::OK } else { Act::status(404) });
    let running = Running::with(Otlp::new().endpoint(server.url()));
    for _ in 0..5 {
        works_and_says();
        running.flush(LONG);
    }
    assert_eq!(running.shutdown(LONG).1.exported, 5);
}

#[test]
fn spans_are_sent_before_events_that_hang() {
    let server = Server::start(|_, path| if path == "/v1/logs" { Act::Hang } else { Act::OK });
    let running = Running::with(Otlp::new().endpoint(server.url()).without_metrics().timeout(LONG));
    works_and_says();
    assert!(!running.flush(Duration::from_millis(50)).0);
    server.wait_for(2);
    let paths: Vec<_> = server.seen().into_iter().map(|seen| seen.path).collect();
    assert_eq!(paths, ["/v1/traces", "/v1/logs"]);
    drop(server);
    running.shutdown(Duration::ZERO);
}

#[test]
fn logs_that_hang_do_not_starve_spans() {
    let server = Server::start(|_, path| if path == "/v1/logs" { Act::Hang } else { Act::OK });
    let millis = Duration::from_millis;
    let otlp = Otlp::new().endpoint(server.url()).without_metrics().timeout(millis(100)).retry_for(millis(200));
    let running = Running::with(otlp.backoff(millis(50), LONG));
    let failed = || obs_runtime::snapshot().health().events_failed;
    let before = failed();
    works_and_says();
    assert!(running.flush(LONG).0);
    let tries = at(&server.seen(), "/v1/logs").len();
    for _ in 0..20 {
        works_and_says();
        assert!(running.flush(LONG).0);
    }
    let seen = server.seen();
    assert_eq!(at(&seen, "/v1/logs").len(), tries, "what hangs is left alone for {LONG:?}");
    assert_eq!((at(&seen, "/v1/traces").len(), failed() - before), (21, 21), "and what it does not get is counted");
    let (_, report) = running.shutdown(LONG);
    assert_eq!((report.exported, report.failed), (21, 0));
}

#[test]
fn what_a_server_says_of_its_rejections_is_told_short_and_on_one_line() {
    let said = said_by("signals::to_a_server_that_says_a_lot");
    let [line] = &said[..] else { panic!("one line, found {said:#?}") };
    assert!(line.contains("the server rejected 1 spans: too [2J old xxx") && line.len() < 400, "{line}");
}

#[test]
#[ignore = "a program for `what_a_server_says_of_its_rejections_is_told_short_and_on_one_line`"]
fn to_a_server_that_says_a_lot() {
    let error_message = format!("too\n\x1b[2J old {}", "x".repeat(5_000));
    let partial_success = Some(ExportTracePartialSuccess { rejected_spans: 1, error_message });
    let answer = ExportTraceServiceResponse { partial_success }.encode_to_vec();
    let server = Server::start(move |_, _| Act::Answer(200, "", answer.clone()));
    let running = Running::with(Otlp::new().endpoint(server.url()).without_metrics().without_logs());
    work();
    running.shutdown(LONG);
}
