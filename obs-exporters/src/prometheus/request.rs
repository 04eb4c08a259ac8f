//! The head of a scrape: bounded, and read against the clock.

use std::io::Read;
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Bytes a head may take.
const HEAD: usize = 8 * 1024;

/// Header lines a head may have.
const HEADERS: usize = 64;

/// Time a client has for its head.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) accept: String,
    pub(crate) accept_encoding: String,
}

/// Why a request cannot be answered as asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The client closed the connection before it said anything: a probe of the port.
    Silent,
    TooLarge,
    TooSlow,
    NotHttp,
}

/// Reads a head from a connection.
pub(super) fn read(stream: &mut TcpStream) -> Result<Request, Refusal> {
    let deadline = Instant::now() + PATIENCE;
    let mut head = Vec::with_capacity(1024);
    let mut chunk = [0; 1024];
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() || stream.set_read_timeout(Some(left)).is_err() {
            return Err(Refusal::TooSlow);
        }
        match stream.read(&mut chunk) {
            Ok(0) if head.is_empty() => return Err(Refusal::Silent),
            Ok(0) => return Err(Refusal::NotHttp),
            Ok(read) => head.extend_from_slice(&chunk[..read]),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(_) => return Err(Refusal::TooSlow),
        }
        if let Some(request) = parse(&head)? {
            return Ok(request);
        }
        if head.len() >= HEAD {
            return Err(Refusal::TooLarge);
        }
    }
}

/// The request, `None` while the head is not complete.
pub(crate) fn parse(head: &[u8]) -> Result<Option<Request>, Refusal> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    match parsed.parse(head) {
        Ok(httparse::Status::Complete(_)) => {}
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(Refusal::TooLarge),
        Err(_) => return Err(Refusal::NotHttp),
    }
    let header = |name: &str| {
        let values = parsed.headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name));
        values.map(|header| String::from_utf8_lossy(header.value)).collect::<Vec<_>>().join(",")
    };
    let path = parsed.path.unwrap_or_default();
    Ok(Some(Request {
        method: parsed.method.unwrap_or_default().to_owned(),
        path: path.split(['?', '#']).next().unwrap_or_default().to_owned(),
        accept: header("accept"),
        accept_encoding: header("accept-encoding"),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_one_name_are_joined_and_queries_cut_off() {
        let head = b"GET /metrics?a=b HTTP/1.1\r\nAccept: a/b\r\nACCEPT: c/d\r\nAccept-Encoding: gzip\r\n\r\n";
        let want = Request {
            method: "GET".to_owned(),
            path: "/metrics".to_owned(),
            accept: "a/b,c/d".to_owned(),
            accept_encoding: "gzip".to_owned(),
        };
        assert_eq!(parse(head), Ok(Some(want)));
        assert_eq!(parse(&head[..40]), Ok(None));
    }

    #[test]
    fn garbage_is_not_http() {
        assert_eq!(parse(b"\x16\x03\x01\x02\x00\x01\x00"), Err(Refusal::NotHttp));
        let many = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(65));
        assert_eq!(parse(many.as_bytes()), Err(Refusal::TooLarge));
    }
}
