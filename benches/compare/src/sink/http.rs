//! HTTP/1.1: reads a message, answers 200, keeps the connection.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};

/// Listens on a free port, on threads of its own.
pub(super) fn start() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || connection(stream));
        }
    });
    address
}

fn connection(stream: TcpStream) {
    let mut answers = stream.try_clone().expect("a socket can be cloned");
    let mut requests = BufReader::with_capacity(1 << 20, stream);
    let mut body = Vec::new();
    while let Some(head) = Head::read(&mut requests) {
        body.resize(head.length, 0);
        if requests.read_exact(&mut body).is_err() {
            return;
        }
        if head.is_traces {
            let plain = head.is_gzip.then(|| super::gunzip(&body));
            super::receive(plain.as_deref().unwrap_or(&body), body.len());
        }
        let answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n";
        if answers.write_all(answer).is_err() {
            return;
        }
    }
}

/// What of a request's head is of interest.
#[derive(Default)]
struct Head {
    is_traces: bool,
    is_gzip: bool,
    length: usize,
}

impl Head {
    /// `None` at the end of the connection.
    fn read(requests: &mut BufReader<TcpStream>) -> Option<Self> {
        let mut head = Self::default();
        let mut line = String::new();
        requests.read_line(&mut line).ok().filter(|&read| read > 0)?;
        head.is_traces = line.contains("/v1/traces");
        loop {
            line.clear();
            requests.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim().split_once(':') else { return Some(head) };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => head.length = value.trim().parse().expect("a length"),
                "content-encoding" => head.is_gzip = value.trim() == "gzip",
                "transfer-encoding" => panic!("the sink wants to know a message's length"),
                _ => {}
            }
        }
    }
}
