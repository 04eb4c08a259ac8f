//! Zipkin's exporter against servers that misbehave.

use std::time::{Duration, Instant};

use obs_exporters::Zipkin;
use serde_json::Value;

use crate::server::{Act, Seen, Server, free_address};
use crate::support::{LONG, Running, said_by, work, work_times};

fn quick(url: &str) -> Zipkin {
    let millis = Duration::from_millis;
    Zipkin::new().url(format!("{url}/api/v2/spans")).backoff(millis(50), millis(200)).timeout(millis(2_000))
}

fn spans(seen: &Seen) -> u64 {
    assert!(seen.path == "/api/v2/spans" && seen.head.contains("\r\ncontent-type: application/json"), "{}", seen.head);
    let Value::Array(spans) = serde_json::from_slice(&seen.body).unwrap() else { panic!("not a list") };
    spans.len() as u64
}

/// Spans in requests that were taken.
fn taken(server: &Server) -> u64 {
    server.seen().iter().filter(|seen| seen.is_taken()).map(spans).sum()
}

#[test]
fn a_server_that_is_down_at_start_dies_and_returns_gets_everything() {
    let address = free_address();
    let running = Running::with(quick(&format!("http://{address}")));
    work_times(100);
    let (complete, report) = running.flush(Duration::from_millis(100));
    assert!(!complete && report.pending == 100, "{report:?}");
    let server = Server::on(address, |_, _| Act::status(202));
    assert!(running.flush(LONG).0);
    let first = taken(&server);
    drop(server);
    work_times(20);
    assert!(!running.flush(Duration::from_millis(50)).0);
    let server = Server::on(address, |_, _| Act::status(202));
    let (complete, report) = running.shutdown(LONG);
    assert!(complete && report.exported == 120, "{report:?}");
    assert_eq!((first, taken(&server)), (100, 20));
}

#[test]
fn what_is_final_fails_once_and_the_next_batch_goes() {
    for act in [Act::status(400), Act::status(401), Act::status(413), Act::status(500), Act::Garbage] {
        let shown = format!("{act:?}");
        let server = Server::start(move |number, _| if number == 0 { act.clone() } else { Act::status(202) });
        let running = Running::with(quick(&server.url()));
        work_times(7);
        let (complete, report) = running.flush(LONG);
        assert!(complete && (report.failed, report.exported) == (7, 0), "{shown}: {report:?}");
        work_times(5);
        let (complete, report) = running.shutdown(LONG);
        assert!(complete && (report.failed, report.exported) == (7, 5), "{shown}: {report:?}");
        assert_eq!((server.seen().len(), taken(&server)), (2, 5), "{shown}");
    }
}

#[test]
fn what_passes_is_tried_again_until_it_has() {
    for act in [Act::status(429), Act::status(503), Act::Close, Act::CloseMidBody(503)] {
        let shown = format!("{act:?}");
        let server = Server::start(move |number, _| if number < 2 { act.clone() } else { Act::CloseMidBody(202) });
        let running = Running::with(quick(&server.url()));
        work_times(5);
        let (complete, report) = running.flush(LONG);
        assert!(complete && report.exported == 5, "{shown}: {report:?}");
        assert_eq!((server.seen().len(), taken(&server)), (3, 5), "{shown}");
        running.shutdown(LONG);
    }
}

#[test]
fn retry_after_is_waited_for() {
    let server = Server::start(|number, _| match number {
        0 => Act::Answer(429, "retry-after: 1\r\n", Vec::new()),
        _ => Act::status(202),
    });
    let running = Running::with(quick(&server.url()));
    work();
    let begin = Instant::now();
    let (complete, report) = running.flush(LONG);
    // Without the header the next try would have come within 50 ms.
    assert!(complete && report.exported == 1 && begin.elapsed() >= Duration::from_secs(1), "{report:?}");
    running.shutdown(LONG);
}

#[test]
fn of_a_batch_in_parts_only_the_part_that_was_refused_fails() {
    let server = Server::start(|number, _| Act::status(if number == 1 { 413 } else { 202 }));
    let running = Running::with(quick(&server.url()));
    work_times(2_500);
    let (complete, report) = running.flush(LONG);
    assert!(complete && (report.exported, report.failed) == (1_500, 1_000), "{report:?}");
    assert_eq!(server.seen().iter().map(spans).collect::<Vec<_>>(), [1_000, 1_000, 500]);
    running.shutdown(LONG);
}

#[test]
fn a_server_that_hangs_holds_up_neither_the_program_nor_the_shutdown() {
    let server = Server::start(|_, _| Act::Hang);
    let running = Running::with_queue(quick(&server.url()).timeout(Duration::from_secs(20)), 1_000);
    work_times(500);
    assert!(!running.flush(Duration::from_millis(50)).0);
    server.wait_for(1);
    let begin = Instant::now();
    for _ in 0..20 {
        work_times(100);
        assert!(!running.flush(Duration::ZERO).0);
    }
    let (_, report) = running.flush(Duration::ZERO);
    assert_eq!((report.pending, report.refused), (1_000, 1_500), "{report:?}");
    let (complete, report) = running.shutdown(Duration::from_millis(100));
    assert!(!complete && report.exported == 0 && (report.abandoned, report.pending) == (1_000, 0), "{report:?}");
    assert!(begin.elapsed() < Duration::from_secs(20), "the server's time was not waited for");
}

#[test]
fn a_row_of_failures_is_told_once() {
    let said = said_by("zipkin::fails_for_a_while");
    assert_eq!(said.len(), 1, "{said:#?}");
    assert!(said[0].starts_with("obs: exporter zipkin failed: http://127.0.0.1:"), "{said:?}");
    assert!(said[0].contains("/api/v2/spans answered 401 Unauthorized: who are you; further failures are"), "{said:?}");
}

#[test]
#[ignore = "a program for `a_row_of_failures_is_told_once`"]
fn fails_for_a_while() {
    let server = Server::start(|_, _| Act::Answer(401, "", b"who are you".to_vec()));
    let running = Running::with(quick(&server.url()));
    for _ in 0..5 {
        work();
        running.flush(LONG);
    }
    assert_eq!(running.shutdown(LONG).1.failed, 5);
}
