//! The server answers scrapes and survives everything else.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use obs_exporters::Prometheus;
use obs_exporters::prometheus::Handle;
use obs_runtime::snapshot;

use crate::functions::busy_work;
use crate::support::{Running, turn};

fn serve() -> (Running, Handle, SocketAddr) {
    let prometheus = Prometheus::new().listen("127.0.0.1:0");
    let handle = prometheus.handle();
    let running = Running::with(prometheus);
    let address = handle.local_addr().unwrap();
    (running, handle, address)
}

struct Response {
    head: String,
    body: Vec<u8>,
}

impl Response {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    fn status(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or("")
    }
}

/// Sends bytes as they are and reads until the server closes.
fn send(address: SocketAddr, bytes: &[u8]) -> Response {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(answer.len());
    let body = answer.split_off((end + 4).min(answer.len()));
    Response { head: String::from_utf8_lossy(&answer).into_owned(), body }
}

fn get(address: SocketAddr, path: &str, headers: &str) -> Response {
    send(address, format!("GET {path} HTTP/1.1\r\nHost: x\r\n{headers}\r\n").as_bytes())
}

#[test]
fn scrapes_are_answered_in_the_format_they_ask_for() {
    let (running, _, address) = serve();
    let table = [
        ("", "text/plain; version=0.0.4; charset=utf-8"),
        (
            "Accept: application/openmetrics-text;version=1.0.0\r\n",
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
        ),
        (
            "Accept: application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited\r\n",
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited",
        ),
    ];
    for (accept, content_type) in table {
        let response = get(address, "/metrics", accept);
        assert_eq!((response.status(), response.header("Content-Type")), ("200", Some(content_type)));
        let length = response.body.len().to_string();
        assert_eq!(response.header("Content-Length"), Some(length.as_str()));
    }
    running.shutdown();
}

#[test]
fn gzip_is_used_when_asked_for() {
    let (running, _, address) = serve();
    let response = get(address, "/metrics", "Accept-Encoding: deflate, gzip\r\n");
    assert_eq!(response.header("Content-Encoding"), Some("gzip"));
    let mut page = String::new();
    flate2::read::GzDecoder::new(&response.body[..]).read_to_string(&mut page).unwrap();
    assert!(page.contains("# TYPE obs_series gauge\n"));
    assert_eq!(get(address, "/metrics", "").header("Content-Encoding"), None);
    running.shutdown();
}

#[test]
fn head_gives_the_head_and_other_paths_are_not_found() {
    let (running, _, address) = serve();
    let head = send(address, b"HEAD /metrics HTTP/1.1\r\n\r\n");
    assert_eq!((head.status(), head.body.len()), ("200", 0));
    assert!(head.header("Content-Length").unwrap().parse::<usize>().unwrap() > 100);
    assert_eq!(get(address, "/other", "").status(), "404");
    assert!(String::from_utf8_lossy(&get(address, "/", "").body).contains("href=\"/metrics\""));
    assert_eq!(get(address, "/metrics?x=1", "").status(), "200");
    let post = send(address, b"POST /metrics HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc");
    assert_eq!((post.status(), post.header("Allow")), ("405", Some("GET, HEAD")));
    running.shutdown();
}

#[test]
fn garbage_is_refused_and_counted() {
    let (running, _, address) = serve();
    let before = snapshot().health().bad_requests;
    assert_eq!(send(address, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03").status(), "400");
    assert_eq!(send(address, b"nonsense\r\n\r\n").status(), "400");
    let huge = format!("GET /metrics HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(20_000));
    assert_eq!(send(address, huge.as_bytes()).status(), "431");
    assert_eq!(snapshot().health().bad_requests - before, 3);
    // A port probe is not a bad request.
    drop(TcpStream::connect(address).unwrap());
    assert_eq!(get(address, "/metrics", "").status(), "200");
    assert_eq!(snapshot().health().bad_requests - before, 3);
    running.shutdown();
}

#[test]
fn a_slow_client_delays_nobody_and_is_cut_off() {
    let (running, _, address) = serve();
    let before = snapshot().health().bad_requests;
    let mut slow: Vec<_> = (0..8).map(|_| TcpStream::connect(address).unwrap()).collect();
    for stream in &mut slow {
        stream.write_all(b"GET /metr").unwrap();
    }
    let begin = Instant::now();
    assert_eq!(get(address, "/metrics", "").status(), "200");
    assert!(begin.elapsed() < Duration::from_secs(1), "a scrape waited {:?} for slow clients", begin.elapsed());
    for mut stream in slow {
        let mut answer = String::new();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    }
    assert_eq!(snapshot().health().bad_requests - before, 8);
    running.shutdown();
}

#[test]
fn connections_past_the_bound_are_closed_and_counted() {
    let (running, _, address) = serve();
    let before = snapshot().health().bad_requests;
    let held: Vec<_> = (0..16).map(|_| TcpStream::connect(address).unwrap()).collect();
    // The seventeenth is closed without an answer.
    assert_eq!(get(address, "/metrics", "").status(), "");
    assert!(snapshot().health().bad_requests > before);
    drop(held);
    let begin = Instant::now();
    while get(address, "/metrics", "").status() != "200" {
        assert!(begin.elapsed() < Duration::from_secs(5), "places were not given back");
    }
    running.shutdown();
}

#[test]
fn a_busy_port_is_an_error_that_says_what_to_do() {
    let _turn = turn();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let error = obs_runtime::builder().exporter(Prometheus::new().listen(address)).start().unwrap_err();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    assert!(text.contains(&format!("cannot serve metrics on {address}")), "{text}");
    assert!(text.contains("another program has the port: stop it, or set another"), "{text}");
    let nonsense = obs_runtime::builder().exporter(Prometheus::new().listen("nonsense")).start();
    assert!(nonsense.is_err());
}

#[test]
fn the_port_is_free_again_after_shutdown() {
    let (running, handle, address) = serve();
    running.shutdown();
    assert_eq!(handle.local_addr(), None);
    assert!(TcpListener::bind(address).is_ok());
    let (content_type, page) = handle.render("");
    assert!(content_type.starts_with("text/plain") && !page.is_empty());
}

#[test]
fn scrapes_in_parallel_with_writers_never_go_backwards() {
    let (running, _, address) = serve();
    let stop = AtomicBool::new(false);
    let count = |page: &[u8]| {
        let page = String::from_utf8_lossy(page);
        let found =
            page.lines().find_map(|line| line.split_once("_count{code_function_name=\"it::functions::busy_work\"} "));
        found.map_or(0, |(_, count)| count.parse::<u64>().unwrap())
    };
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    while !stop.load(Ordering::Relaxed) {
                        busy_work();
                    }
                })
            })
            .collect();
        let scrapers = (0..4).map(|_| {
            scope.spawn(|| {
                let mut last = 0;
                for _ in 0..10 {
                    let now = count(&get(address, "/metrics", "").body);
                    assert!(now >= last, "{last} calls became {now}");
                    last = now;
                }
            })
        });
        scrapers.collect::<Vec<_>>().into_iter().for_each(|scraper| scraper.join().unwrap());
        stop.store(true, Ordering::Relaxed);
        writers.into_iter().for_each(|writer| writer.join().unwrap());
    });
    let calls = snapshot().callsite("functions::busy_work").unwrap().calls();
    assert_eq!(count(&get(address, "/metrics", "").body), calls);
    running.shutdown();
}
