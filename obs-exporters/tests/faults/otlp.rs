//! OTLP over HTTP against servers that misbehave.

use std::time::{Duration, Instant};

use obs_exporters::otlp::Otlp;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use prost::Message;

use crate::obs::traced;
use crate::server::{Act, Seen, Server, free_address};
use crate::support::{LONG, Running, said_by, work, work_times};

/// Spans only, with waits between tries that are short, and together long enough for a server to come back.
fn quick(url: &str) -> Otlp {
    let millis = Duration::from_millis;
    Otlp::new().endpoint(url).without_metrics().without_logs().backoff(millis(50), millis(200)).timeout(millis(2_000))
}

fn spans(seen: &Seen) -> u64 {
    let request = ExportTraceServiceRequest::decode(&*seen.body).unwrap();
    let spans = request.resource_spans.iter().flat_map(|resource| &resource.scope_spans).map(|scope| scope.spans.len());
    spans.sum::<usize>() as u64
}

/// Spans in requests that were taken.
fn taken(server: &Server) -> u64 {
    server.seen().iter().filter(|seen| seen.is_taken()).map(spans).sum()
}

#[test]
fn a_server_that_is_down_at_start_gets_everything_when_it_comes() {
    let address = free_address();
    let running = Running::with(quick(&format!("http://{address}")));
    work_times(100);
    let (complete, report) = running.flush(Duration::from_millis(100));
    assert!(!complete && report.pending == 100, "{report:?}");
    let server = Server::on(address, |_, _| Act::OK);
    let (complete, report) = running.shutdown(LONG);
    assert!(complete && report.exported == 100, "{report:?}");
    assert_eq!(taken(&server), 100);
}

#[test]
fn a_server_that_dies_midway_and_returns_loses_nothing() {
    let server = Server::start(|_, _| Act::OK);
    let address = server.address();
    let running = Running::with(quick(&server.url()));
    work_times(10);
    assert!(running.flush(LONG).0);
    let first = taken(&server);
    drop(server);
    work_times(20);
    assert!(!running.flush(Duration::from_millis(50)).0);
    let server = Server::on(address, |_, _| Act::OK);
    work_times(30);
    let (complete, report) = running.shutdown(LONG);
    assert!(complete && report.exported == 60, "{report:?}");
    assert_eq!((first, taken(&server)), (10, 50));
}

#[test]
fn statuses_that_are_final_are_not_tried_again() {
    for status in [400, 401, 413] {
        let server = Server::start(move |_, _| Act::Answer(status, "", b"no".to_vec()));
        let running = Running::with(quick(&server.url()));
        work_times(7);
        let (complete, report) = running.flush(LONG);
        assert!(complete && report.failed == 7 && report.exported == 0, "{status}: {report:?}");
        assert_eq!(server.seen().len(), 1, "{status}");
        running.shutdown(LONG);
    }
}

#[test]
fn statuses_that_pass_are_tried_again_until_they_have() {
    for status in [429, 502, 503, 504] {
        let server = Server::start(move |number, _| if number < 3 { Act::status(status) } else { Act::OK });
        let running = Running::with(quick(&server.url()));
        work_times(5);
        let (complete, report) = running.flush(LONG);
        assert!(complete && report.exported == 5, "{status}: {report:?}");
        assert_eq!((server.seen().len(), taken(&server)), (4, 5), "{status}");
        running.shutdown(LONG);
    }
}

#[test]
fn retry_after_is_waited_for() {
    let server = Server::start(
        |number, _| {
            if number == 0 { Act::Answer(429, "retry-after: 1\r\n", Vec::new()) } else { Act::OK }
        },
    );
    let running = Running::with(quick(&server.url()));
    work();
    let begin = Instant::now();
    let (complete, report) = running.flush(LONG);
    // Without the header the next try would have come within 50 ms.
    assert!(complete && report.exported == 1 && begin.elapsed() >= Duration::from_secs(1), "{report:?}");
    running.shutdown(LONG);
}

#[test]
fn a_retry_after_past_the_time_fails_the_batch_and_the_server_is_left_alone() {
    let server = Server::start(|_, _| Act::Answer(503, "retry-after: 3600\r\n", Vec::new()));
    let running = Running::with(quick(&server.url()).retry_for(Duration::from_millis(100)));
    work_times(3);
    assert_eq!(running.flush(LONG).1.failed, 3);
    work_times(4);
    assert_eq!(running.flush(LONG).1.failed, 7);
    assert_eq!(server.seen().len(), 1, "the second batch was not sent");
    running.shutdown(LONG);
}

#[test]
fn what_a_server_rejects_of_a_batch_counts_as_rejected() {
    let answer = ExportTraceServiceResponse {
        partial_success: Some(ExportTracePartialSuccess { rejected_spans: 4, error_message: "too old".into() }),
    };
    let server = Server::start(move |_, _| Act::Answer(200, "", answer.encode_to_vec()));
    let running = Running::with(quick(&server.url()));
    work_times(10);
    let (complete, report) = running.flush(LONG);
    assert!(complete, "{report:?}");
    assert_eq!((report.exported, report.rejected, report.failed), (6, 4, 0));
    assert_eq!(server.seen().len(), 1, "it is not sent again");
    running.shutdown(LONG);
}

#[test]
fn of_a_batch_in_parts_only_the_part_that_was_refused_fails() {
    let server = Server::start(|number, _| if number == 1 { Act::status(400) } else { Act::OK });
    let running = Running::with(quick(&server.url()).max_batch(10));
    work_times(25);
    let (complete, report) = running.flush(LONG);
    assert!(complete && report.exported == 15 && report.failed == 10, "{report:?}");
    assert_eq!(server.seen().iter().map(spans).collect::<Vec<_>>(), [10, 10, 5]);
    running.shutdown(LONG);
}

/// A span of more than 1 KiB.
#[traced(crate = crate::obs, fields(a = text, b = text, c = text, d = text, e = text, f = text))]
fn long_work(text: &str) {}

#[test]
fn a_message_has_512_records_when_nothing_is_said() {
    let server = Server::start(|_, _| Act::OK);
    let running = Running::with(quick(&server.url()));
    work_times(1_300);
    let (complete, report) = running.flush(LONG);
    assert!(complete && report.exported == 1_300, "{report:?}");
    let sizes: Vec<_> = server.seen().iter().map(spans).collect();
    assert!(sizes.len() >= 3 && sizes.iter().all(|&size| size <= 512), "{sizes:?}");
    running.shutdown(LONG);
}

#[test]
fn a_message_that_would_be_too_long_is_cut_before_it_is_sent() {
    let server = Server::start(|_, _| Act::OK);
    let running = Running::with(quick(&server.url()).max_batch(4_096));
    let text = "x".repeat(200);
    (0..4_000).for_each(|_| long_work(&text));
    let (complete, report) = running.flush(LONG);
    assert!(complete && report.exported == 4_000, "{report:?}");
    let seen = server.seen();
    let lengths: Vec<_> = seen.iter().map(|seen| seen.body.len()).collect();
    assert!(lengths.iter().sum::<usize>() > 3 << 20 && lengths.iter().all(|&length| length <= 3 << 20), "{lengths:?}");
    assert_eq!(taken(&server), 4_000);
    running.shutdown(LONG);
}

#[test]
fn a_message_that_a_server_finds_too_long_is_halved() {
    let server = Server::start(|number, _| if number < 2 { Act::status(413) } else { Act::OK });
    let running = Running::with(quick(&server.url()).max_batch(400));
    let text = "x".repeat(200);
    (0..400).for_each(|_| long_work(&text));
    let (complete, report) = running.flush(LONG);
    assert!(complete && report.exported == 400 && report.failed == 0, "{report:?}");
    assert_eq!(server.seen().iter().map(spans).collect::<Vec<_>>(), [400, 200, 100, 100, 200]);
    running.shutdown(LONG);
}

#[test]
fn a_server_that_hangs_holds_up_neither_the_program_nor_the_shutdown() {
    let server = Server::start(|_, _| Act::Hang);
    let running = Running::with_queue(quick(&server.url()).timeout(Duration::from_secs(20)), 1_000);
    work_times(500);
    assert!(!running.flush(Duration::from_millis(50)).0);
    server.wait_for(1);
    // The queue is full long before these are done.
    let begin = Instant::now();
    for _ in 0..100 {
        work_times(100);
        assert!(!running.flush(Duration::ZERO).0);
    }
    let (_, report) = running.flush(Duration::ZERO);
    assert_eq!((report.pending, report.refused), (1_000, 9_500), "{report:?}");
    let (complete, report) = running.shutdown(Duration::from_millis(100));
    assert!(!complete && report.exported == 0 && (report.abandoned, report.pending) == (1_000, 0), "{report:?}");
    assert!(begin.elapsed() < Duration::from_secs(20), "the server's time was not waited for");
}

#[test]
fn a_server_that_hangs_is_given_up_and_tried_again() {
    let server = Server::start(|number, _| if number < 2 { Act::Hang } else { Act::OK });
    let running = Running::with(quick(&server.url()).timeout(Duration::from_millis(100)));
    work_times(5);
    let (complete, report) = running.flush(LONG);
    assert!(complete && report.exported == 5, "{report:?}");
    assert_eq!(server.seen().len(), 3);
    running.shutdown(LONG);
}

#[test]
fn an_answer_that_breaks_off_was_still_an_answer() {
    let server = Server::start(|number, _| Act::CloseMidBody(if number == 0 { 503 } else { 200 }));
    let running = Running::with(quick(&server.url()));
    work_times(5);
    let (complete, report) = running.flush(LONG);
    assert!(complete && report.exported == 5, "{report:?}");
    assert_eq!((server.seen().len(), taken(&server)), (2, 5), "what was taken is not sent twice");
    running.shutdown(LONG);
}

#[test]
fn a_connection_that_is_closed_without_an_answer_is_tried_again() {
    let server = Server::start(|number, _| if number < 2 { Act::Close } else { Act::OK });
    let running = Running::with(quick(&server.url()));
    work_times(5);
    let (complete, report) = running.flush(LONG);
    assert!(complete && report.exported == 5, "{report:?}");
    running.shutdown(LONG);
}

#[test]
fn a_garbage_answer_fails_the_batch_and_the_next_one_goes() {
    let server = Server::start(|number, _| if number == 0 { Act::Garbage } else { Act::OK });
    let running = Running::with(quick(&server.url()));
    work_times(5);
    let (complete, report) = running.flush(LONG);
    assert!(complete && report.failed == 5, "{report:?}");
    work_times(6);
    assert_eq!(running.shutdown(LONG).1.exported, 6);
}

#[test]
fn a_name_that_is_not_known_fails_after_its_time() {
    let running = Running::with(quick("http://nowhere.invalid:4318").retry_for(Duration::from_millis(200)));
    work_times(5);
    let (complete, report) = running.flush(LONG);
    assert!(complete && report.failed == 5, "{report:?}");
    running.shutdown(LONG);
}

#[test]
fn a_shutdown_does_not_wait_for_the_next_try() {
    let server = Server::start(|_, _| Act::Answer(503, "retry-after: 25\r\n", Vec::new()));
    let running = Running::with(quick(&server.url()));
    work_times(5);
    assert!(!running.flush(Duration::from_millis(50)).0);
    server.wait_for(1);
    let begin = Instant::now();
    let (complete, report) = running.shutdown(LONG);
    assert!(complete && report.failed == 5 && begin.elapsed() < Duration::from_secs(20), "{report:?}");
    assert_eq!(server.seen().len(), 2, "one last try");
}

#[test]
fn a_row_of_failures_is_told_once() {
    let said = said_by("otlp::fails_for_a_while");
    assert_eq!(said.len(), 2, "{said:#?}");
    for line in &said {
        assert!(line.starts_with("obs: exporter otlp failed: http://127.0.0.1:"), "{line}");
        assert!(line.contains("/v1/traces answered 400 Bad Request: wrong tenant; further failures are"), "{line}");
    }
}

/// Two rows of failures, with a success between them.
#[test]
#[ignore = "a program for `a_row_of_failures_is_told_once`"]
fn fails_for_a_while() {
    let server =
        Server::start(|number, _| if number == 5 { Act::OK } else { Act::Answer(400, "", b"wrong tenant".to_vec()) });
    let running = Running::with(quick(&server.url()));
    for _ in 0..10 {
        work();
        running.flush(LONG);
    }
    assert_eq!(running.shutdown(LONG).1.failed, 9);
}
