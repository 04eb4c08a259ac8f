//! A server that takes spans over HTTP, and that comes and goes.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;

/// How often everything looks at what it is to do.
const TICK: Duration = Duration::from_millis(5);

/// What the server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Takes everything.
    Up,
    /// Is not there.
    Down,
    /// Answers 503.
    Busy,
    /// Takes requests and does not answer.
    Hang,
}

impl Mode {
    /// What comes after what.
    pub(crate) const CYCLE: [Self; 6] = [Self::Up, Self::Down, Self::Up, Self::Busy, Self::Up, Self::Hang];
}

/// The server, which may be changed while it runs. Dropped, it ends.
pub(crate) struct Sink {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    address: SocketAddr,
    mode: AtomicU8,
    ends: AtomicBool,
    spans: AtomicU64,
    unreadable: AtomicU64,
}

impl Sink {
    /// Starts on a free port of this machine, and takes everything at first.
    pub(crate) fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let shared = Arc::new(Shared {
            address: listener.local_addr()?,
            mode: AtomicU8::new(0),
            ends: AtomicBool::new(false),
            spans: AtomicU64::new(0),
            unreadable: AtomicU64::new(0),
        });
        let of_thread = Arc::clone(&shared);
        let thread = thread::Builder::new().name("sink".to_owned()).spawn(move || of_thread.run(listener))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.shared.address)
    }

    /// Does another thing from now on.
    pub(crate) fn set(&self, mode: Mode) {
        self.shared.mode.store(mode as u8, Ordering::Relaxed);
    }

    /// The spans of all requests that were answered with 200.
    pub(crate) fn spans(&self) -> u64 {
        self.shared.spans.load(Ordering::Relaxed)
    }

    /// Requests that were not what they should be.
    pub(crate) fn unreadable(&self) -> u64 {
        self.shared.unreadable.load(Ordering::Relaxed)
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.shared.ends.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn mode(&self) -> Mode {
        let mode = self.mode.load(Ordering::Relaxed);
        [Mode::Up, Mode::Down, Mode::Busy, Mode::Hang]
            .into_iter()
            .find(|known| *known as u8 == mode)
            .unwrap_or(Mode::Up)
    }

    fn ends(&self) -> bool {
        self.ends.load(Ordering::Relaxed)
    }

    /// Listens while it is not down. One connection after the other, as its one client makes them, on this thread alone: an
    /// allocator keeps memory for every thread there was.
    fn run(&self, first: TcpListener) {
        let mut listener = Some(first);
        while !self.ends() {
            if self.mode() == Mode::Down {
                listener = None;
            } else if listener.is_none() {
                listener = TcpListener::bind(self.address).ok();
            }
            let accepted = listener.as_ref().and_then(|listener| {
                listener.set_nonblocking(true).ok()?;
                listener.accept().ok()
            });
            match accepted.map(|(stream, _)| self.serve(stream)) {
                Some(true) => {}
                // What came while it hung is not answered either.
                Some(false) => listener = None,
                None => thread::sleep(TICK),
            }
        }
    }

    /// Answers one request after the other, until either side has enough. Gives back whether it answered all of them.
    fn serve(&self, mut stream: TcpStream) -> bool {
        let mut seen = Vec::new();
        if stream.set_nonblocking(false).and_then(|()| stream.set_read_timeout(Some(TICK))).is_err() {
            return true;
        }
        while let Some(body) = self.read(&mut stream, &mut seen) {
            let answered = match self.mode() {
                Mode::Up => self.take(&body, &mut stream),
                Mode::Busy => answer(&mut stream, "503 Service Unavailable"),
                Mode::Hang => {
                    self.hang();
                    return false;
                }
                Mode::Down => return true,
            };
            if answered.is_err() {
                return true;
            }
        }
        true
    }

    /// Reads a request up to its end, and gives back its body.
    fn read(&self, stream: &mut TcpStream, seen: &mut Vec<u8>) -> Option<Vec<u8>> {
        let mut chunk = [0; 16 * 1024];
        loop {
            if let Some((body, length)) = request(seen) {
                let body = seen[body..length].to_vec();
                seen.drain(..length);
                return Some(body);
            }
            if self.ends() || self.mode() == Mode::Down {
                return None;
            }
            match stream.read(&mut chunk) {
                Ok(0) => return None,
                Ok(read) => seen.extend_from_slice(&chunk[..read]),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(_) => return None,
            }
        }
    }

    /// Counts the spans of a request that is taken.
    fn take(&self, body: &[u8], stream: &mut TcpStream) -> std::io::Result<()> {
        let Ok(request) = ExportTraceServiceRequest::decode(body) else {
            self.unreadable.fetch_add(1, Ordering::Relaxed);
            return answer(stream, "400 Bad Request");
        };
        let scopes = request.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
        let spans: usize = scopes.map(|scope| scope.spans.len()).sum();
        // Before the answer: whoever has that may ask for the count at once.
        self.spans.fetch_add(spans as u64, Ordering::Relaxed);
        answer(stream, "200 OK").inspect_err(|_| {
            self.spans.fetch_sub(spans as u64, Ordering::Relaxed);
        })
    }

    /// Says nothing while it hangs.
    fn hang(&self) {
        while !self.ends() && self.mode() == Mode::Hang {
            thread::sleep(TICK);
        }
    }
}

/// Where the body of the first request begins and ends, once all of it is there.
fn request(seen: &[u8]) -> Option<(usize, usize)> {
    let begin = seen.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&seen[..begin]).to_lowercase();
    let length: usize = head.lines().find_map(|line| line.strip_prefix("content-length:"))?.trim().parse().ok()?;
    (seen.len() >= begin + length).then_some((begin, begin + length))
}

fn answer(stream: &mut TcpStream, status: &str) -> std::io::Result<()> {
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n");
    stream.write_all(head.as_bytes())
}
