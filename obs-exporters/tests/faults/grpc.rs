//! OTLP over gRPC against servers that misbehave.

use std::time::{Duration, Instant};

use obs_exporters::otlp::{Otlp, Protocol};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use prost::Message;

use crate::grpc_server::{GrpcServer, Reply};
use crate::obs::traced;
use crate::support::{LONG, Running, work_times};

const OK: Reply = Reply::Take(Vec::new());

/// Spans only, with waits between tries that are short, and together long enough for a server to come back.
fn quick(url: &str) -> Otlp {
    let millis = Duration::from_millis;
    let otlp = Otlp::new().endpoint(url).protocol(Protocol::Grpc).without_metrics().without_logs();
    otlp.backoff(millis(50), millis(200)).timeout(millis(2_000))
}

/// A `google.rpc.Status` with a `RetryInfo` of so many milliseconds, up to 127.
fn retry_info(millis: u8) -> Vec<u8> {
    let nanos = u32::from(millis) * 1_000_000;
    let mut delay = vec![0x10];
    prost::encoding::encode_varint(nanos.into(), &mut delay);
    let length = |bytes: &[u8]| u8::try_from(bytes.len()).unwrap();
    let info = [&[0x0a, length(&delay)], &delay[..]].concat();
    let url = b"type.googleapis.com/google.rpc.RetryInfo";
    let any = [&[0x0a, length(url)], &url[..], &[0x12, length(&info)], &info].concat();
    [&[0x1a, length(&any)], &any[..]].concat()
}

#[test]
fn spans_arrive_with_their_metadata() {
    let server = GrpcServer::start(|_| OK);
    let running = Running::with(quick(&server.url()).header("x-tenant", "blue"));
    work_times(100);
    let (complete, report) = running.shutdown(LONG);
    assert!(complete && report.exported == 100, "{report:?}");
    let calls = server.calls();
    let [call] = &calls[..] else { panic!("one call, found {}", calls.len()) };
    assert_eq!(call.path, "/opentelemetry.proto.collector.trace.v1.TraceService/Export");
    assert_eq!(
        (&call.headers["x-tenant"], &call.headers["te"]),
        (&"blue".parse().unwrap(), &"trailers".parse().unwrap())
    );
    assert!(call.headers.contains_key("grpc-timeout"));
    let request = ExportTraceServiceRequest::decode(&*call.message).unwrap();
    assert_eq!(request.resource_spans[0].scope_spans[0].spans.len(), 100);
}

#[test]
fn messages_are_compressed_when_asked_to() {
    let server = GrpcServer::start(|_| OK);
    let running = Running::with(quick(&server.url()).gzip(true));
    work_times(100);
    running.shutdown(LONG);
    let call = &server.calls()[0];
    assert_eq!(call.headers["grpc-encoding"], "gzip");
    let mut plain = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&*call.message), &mut plain).unwrap();
    assert!(ExportTraceServiceRequest::decode(&*plain).is_ok() && plain.len() > call.message.len());
}

#[test]
fn a_server_that_dies_midway_and_returns_loses_nothing() {
    let server = GrpcServer::start(|_| OK);
    let address = server.address();
    let running = Running::with(quick(&server.url()));
    work_times(10);
    assert!(running.flush(LONG).0);
    assert_eq!(server.calls().len(), 1);
    drop(server);
    work_times(20);
    assert!(!running.flush(Duration::from_millis(50)).0);
    let server = GrpcServer::on(address, |_| OK);
    let (complete, report) = running.flush(LONG);
    assert!(complete && report.exported == 30, "{report:?}");
    assert_eq!(server.calls().len(), 1);
    running.shutdown(LONG);
}

#[test]
fn unavailable_is_tried_again_and_invalid_is_not() {
    let server = GrpcServer::start(|number| match number {
        0 | 1 => Reply::Refuse(14, Vec::new()),
        2 => OK,
        _ => Reply::Refuse(3, Vec::new()),
    });
    let running = Running::with(quick(&server.url()));
    work_times(5);
    assert_eq!(running.flush(LONG).1.exported, 5);
    work_times(6);
    let (complete, report) = running.shutdown(LONG);
    assert!(complete && report.failed == 6 && report.exported == 5, "{report:?}");
    assert_eq!(server.calls().len(), 4);
}

#[test]
fn a_server_that_is_full_is_tried_again_only_when_it_says_when() {
    let server = GrpcServer::start(|number| match number {
        0 => Reply::Refuse(8, retry_info(120)),
        1 => OK,
        _ => Reply::Refuse(8, Vec::new()),
    });
    let running = Running::with(quick(&server.url()));
    work_times(5);
    let begin = Instant::now();
    let report = running.flush(LONG).1;
    assert!(report.exported == 5 && begin.elapsed() >= Duration::from_millis(120), "{report:?}");
    work_times(6);
    assert_eq!(running.shutdown(LONG).1.failed, 6);
    assert_eq!(server.calls().len(), 3);
}

#[test]
fn what_a_server_rejects_of_a_batch_counts_as_rejected() {
    let partial = ExportTracePartialSuccess { rejected_spans: 2, error_message: "too old".into() };
    let answer = ExportTraceServiceResponse { partial_success: Some(partial) }.encode_to_vec();
    let server = GrpcServer::start(move |_| Reply::Take(answer.clone()));
    let running = Running::with(quick(&server.url()));
    work_times(5);
    let (_, report) = running.shutdown(LONG);
    assert_eq!((report.exported, report.rejected, server.calls().len()), (3, 2, 1));
}

#[test]
fn a_server_that_hangs_is_given_up_and_tried_again() {
    let server = GrpcServer::start(|number| if number == 0 { Reply::Hang } else { OK });
    let running = Running::with(quick(&server.url()).timeout(Duration::from_millis(100)));
    work_times(5);
    assert_eq!(running.shutdown(LONG).1.exported, 5);
    assert_eq!(server.calls().len(), 2);
}

#[test]
fn a_name_that_is_not_known_fails_after_its_time() {
    let running = Running::with(quick("http://nowhere.invalid:4317").retry_for(Duration::from_millis(200)));
    work_times(5);
    let (complete, report) = running.flush(LONG);
    assert!(complete && report.failed == 5, "{report:?}");
    running.shutdown(LONG);
}

/// A span of more than 1 KiB.
#[traced(crate = crate::obs, fields(a = text, b = text, c = text, d = text, e = text, f = text))]
fn long_work(text: &str) {}

#[test]
fn a_message_that_a_server_finds_too_long_is_halved() {
    for code in [8, 11] {
        let server = GrpcServer::start(move |number| if number == 0 { Reply::Refuse(code, Vec::new()) } else { OK });
        let running = Running::with(quick(&server.url()));
        let text = "x".repeat(200);
        (0..400).for_each(|_| long_work(&text));
        let (complete, report) = running.shutdown(LONG);
        assert!(complete && report.exported == 400, "{code}: {report:?}");
        assert_eq!(server.calls().len(), 3, "{code}: the whole, and two halves");
    }
}
