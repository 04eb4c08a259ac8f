//! `obs::init` sends what the variables of OTLP ask for. The test runs this binary again, with the variables set.
#![cfg(all(feature = "enabled", feature = "otlp"))]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};

use obs::{Level, traced};

/// Head and body of each request.
type Requests = Arc<Mutex<Vec<(String, String)>>>;

#[traced]
fn cooked(dish: &str) {
    obs::event!(Level::Info, "served", dish = dish);
}

#[test]
#[ignore = "a program for the other tests"]
fn kitchen() {
    let _telemetry = obs::init().expect("it starts");
    cooked("soup");
}

/// Runs the kitchen with these variables and a server, and gives what the server was sent.
fn requests_with(variables: &[(&str, &str)]) -> Vec<(String, String)> {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("it is bound"));
    let requests = Requests::default();
    let kept = Arc::clone(&requests);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let kept = Arc::clone(&kept);
            std::thread::spawn(move || while serve(&stream, &kept).is_some() {});
        }
    });
    let program = std::env::current_exe().expect("this binary");
    let mut command = Command::new(program);
    command.args(["kitchen", "--exact", "--ignored"]).env("OTEL_METRICS_EXPORTER", "none");
    command.env("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json").env("OTEL_SERVICE_NAME", "kitchen");
    let variables = variables.iter().map(|(name, value)| (*name, value.replace("URL", &url)));
    let output = command.envs(variables).output().expect("the process runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut sent = requests.lock().unwrap_or_else(PoisonError::into_inner).clone();
    sent.sort();
    sent
}

fn serve(mut stream: &TcpStream, requests: &Requests) -> Option<()> {
    let (mut bytes, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok())?;
            if body.len() >= length {
                requests.lock().unwrap_or_else(PoisonError::into_inner).push((head, body.to_owned()));
                return stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").ok();
            }
        }
        let n = stream.read(&mut piece).ok().filter(|n| *n > 0)?;
        bytes.extend_from_slice(&piece[..n]);
    }
}

#[test]
fn an_endpoint_is_enough_to_send_spans_and_events() {
    let sent = requests_with(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "URL"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=blue%20whale"),
        ("OTEL_RESOURCE_ATTRIBUTES", "team=cooks"),
    ]);
    let [(logs, records), (traces, spans)] = &sent[..] else { panic!("two requests: {sent:#?}") };
    assert!(logs.starts_with("post /v1/logs ") && traces.starts_with("post /v1/traces "), "{sent:#?}");
    for (head, body) in &sent {
        assert!(head.contains("\r\nx-tenant: blue whale"), "{head}");
        assert!(body.contains(r#""stringValue":"kitchen""#) && body.contains(r#""stringValue":"cooks""#), "{body}");
    }
    assert!(spans.contains(r#""name":"otlp::cooked""#), "{spans}");
    assert!(records.contains(r#""body":{"stringValue":"served"}"#), "{records}");
}

#[test]
fn a_signal_goes_where_its_own_variables_say() {
    let sent = requests_with(&[
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "URL/somewhere/else"),
        ("OTEL_LOGS_EXPORTER", "none"),
        ("OTEL_BSP_SCHEDULE_DELAY", "100"),
    ]);
    let [(head, spans)] = &sent[..] else { panic!("one request: {sent:#?}") };
    assert!(head.starts_with("post /somewhere/else "), "{head}");
    assert!(spans.contains(r#""events":[{"#), "without logs the event hangs on its span: {spans}");
}

#[test]
fn nothing_is_sent_without_being_asked_for() {
    assert_eq!(requests_with(&[]), []);
    let disabled = [("OTEL_EXPORTER_OTLP_ENDPOINT", "URL"), ("OTEL_SDK_DISABLED", "true")];
    assert_eq!(requests_with(&disabled), []);
}
