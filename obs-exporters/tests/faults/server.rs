//! A tiny HTTP server that does what a script says, on loopback.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// What the server does about one request.
#[derive(Clone, Debug)]
pub enum Act {
    /// Answers a status, headers (each with its line end) and a body.
    Answer(u16, &'static str, Vec<u8>),
    /// Says nothing until it is stopped.
    Hang,
    /// Says that more bytes follow than do, and closes.
    CloseMidBody(u16),
    /// Closes without a word.
    Close,
    /// Answers what is not HTTP, and closes.
    Garbage,
}

impl Act {
    /// 200 with an empty body.
    pub const OK: Self = Self::Answer(200, "", Vec::new());

    /// A status without anything.
    pub const fn status(status: u16) -> Self {
        Self::Answer(status, "", Vec::new())
    }
}

/// One request.
#[derive(Clone, Debug)]
pub struct Seen {
    pub path: String,
    /// The whole head, in lower case.
    pub head: String,
    pub body: Vec<u8>,
    /// What was done about it.
    pub act: Act,
}

impl Seen {
    /// Whether it was answered that it was taken.
    pub fn is_taken(&self) -> bool {
        matches!(self.act, Act::Answer(200..=299, ..) | Act::CloseMidBody(200..=299))
    }
}

type Script = Arc<dyn Fn(usize, &str) -> Act + Send + Sync>;

/// A running server. Dropped, it breaks all connections.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    script: Script,
    stop: AtomicBool,
    seen: Mutex<Vec<Seen>>,
    came: Condvar,
    connections: Mutex<Vec<TcpStream>>,
}

impl Server {
    /// Starts on a free port. The script is given the number of the request, from 0, and its path.
    pub fn start(script: impl Fn(usize, &str) -> Act + Send + Sync + 'static) -> Self {
        Self::on(([127, 0, 0, 1], 0).into(), script)
    }

    /// Starts on a port that is known, for a server that comes back.
    pub fn on(address: SocketAddr, script: impl Fn(usize, &str) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            script: Arc::new(script),
            stop: AtomicBool::new(false),
            seen: Mutex::default(),
            came: Condvar::new(),
            connections: Mutex::default(),
        });
        let accepting = Arc::clone(&shared);
        let thread = std::thread::spawn(move || accepting.accept(&listener));
        Self { address, shared, thread: Some(thread) }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        lock(&self.shared.seen).clone()
    }

    /// Waits until so many requests have come.
    pub fn wait_for(&self, requests: usize) {
        let seen = lock(&self.shared.seen);
        let waited = self.shared.came.wait_timeout_while(seen, Duration::from_secs(30), |seen| seen.len() < requests);
        let (seen, _) = waited.unwrap_or_else(PoisonError::into_inner);
        assert!(seen.len() >= requests, "{requests} requests, found {}", seen.len());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        lock(&self.shared.connections).iter().for_each(|connection| {
            let _ = connection.shutdown(Shutdown::Both);
        });
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

impl Shared {
    fn accept(self: &Arc<Self>, listener: &TcpListener) {
        for stream in listener.incoming() {
            let Ok(stream) = stream else { continue };
            lock(&self.connections).push(stream.try_clone().unwrap());
            if self.stop.load(Ordering::SeqCst) {
                return;
            }
            let serving = Arc::clone(self);
            std::thread::spawn(move || while serving.serve(&stream) {});
        }
    }

    /// Serves one request; `false` when the connection is over.
    fn serve(&self, mut stream: &TcpStream) -> bool {
        let Some((head, body)) = read_request(stream) else { return false };
        let path = head.split(' ').nth(1).unwrap_or("").to_owned();
        let act = {
            let mut seen = lock(&self.seen);
            let act = (self.script)(seen.len(), &path);
            seen.push(Seen { path, head, body, act: act.clone() });
            self.came.notify_all();
            act
        };
        match act {
            Act::Answer(status, headers, body) => {
                let head = format!("HTTP/1.1 {status} Word\r\ncontent-length: {}\r\n{headers}\r\n", body.len());
                stream.write_all(&[head.as_bytes(), &body].concat()).is_ok()
            }
            // Reads until it is stopped: nothing more comes.
            Act::Hang => stream.read(&mut [0]).is_ok_and(|n| n > 0),
            Act::CloseMidBody(status) => {
                let _ =
                    stream.write_all(format!("HTTP/1.1 {status} Word\r\ncontent-length: 100\r\n\r\npart").as_bytes());
                close(stream)
            }
            Act::Close => close(stream),
            Act::Garbage => {
                let _ = stream.write_all(b"\x16\x03\x01 this is not HTTP\r\n\r\n");
                close(stream)
            }
        }
    }
}

/// An address on which nothing listens.
pub fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn close(stream: &TcpStream) -> bool {
    let _ = stream.shutdown(Shutdown::Both);
    false
}

/// Head in lower case, and body; `None` at the end of the connection.
pub fn read_request(mut stream: impl Read) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut piece = [0; 16_384];
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        match stream.read(&mut piece) {
            Ok(n) if n > 0 => bytes.extend_from_slice(&piece[..n]),
            _ => return None,
        }
    };
    let body_starts = end + 4;
    let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok()).unwrap_or(0);
    while bytes.len() < body_starts + length {
        match stream.read(&mut piece) {
            Ok(n) if n > 0 => bytes.extend_from_slice(&piece[..n]),
            _ => return None,
        }
    }
    Some((head, bytes[body_starts..].to_vec()))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
