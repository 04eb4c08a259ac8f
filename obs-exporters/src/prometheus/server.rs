//! A small HTTP server for one page, on threads of its own.
//!
//! Everything a client can stretch is bounded: the head in bytes and time, the answer in time, the connections in
//! number. A client that stalls holds one of its own threads, never the program's. No async runtime is needed.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::request::{self, Refusal, Request};

/// Connections that are answered at the same time; more are closed at once and counted.
const CONNECTIONS: usize = 16;

/// Time a client has to take the answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// An answer.
pub(super) struct Answer {
    pub(super) status: &'static str,
    pub(super) content_type: &'static str,
    pub(super) gzip: bool,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn plain(status: &'static str, text: &str) -> Self {
        let content_type = "text/plain; charset=utf-8";
        Self { status, content_type, gzip: false, body: format!("{text}\n").into_bytes() }
    }
}

/// What the server serves.
pub(super) trait Site: Send + Sync + 'static {
    fn answer(&self, request: &Request) -> Answer;

    /// A request was refused, or a connection was cut off.
    fn count_refusal(&self);
}

/// A running server; it stops when this is dropped.
pub(super) struct Server {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

impl Server {
    /// Binds the address and answers from then on.
    pub(super) fn start(address: &str, site: Arc<dyn Site>) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let accepting = thread::Builder::new()
            .name("obs-prometheus".to_owned())
            .spawn(move || accept(&listener, &site, &stopped))?;
        Ok(Self { address, stop, accepting: Some(accepting) })
    }

    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Relaxed: the connection below is what makes the other thread look.
        self.stop.store(true, Ordering::Relaxed);
        let mut door = self.address;
        if door.ip().is_unspecified() {
            door.set_ip(if door.is_ipv4() { [127, 0, 0, 1].into() } else { std::net::Ipv6Addr::LOCALHOST.into() });
        }
        let woken = TcpStream::connect_timeout(&door, Duration::from_secs(1)).is_ok();
        if let Some(accepting) = self.accepting.take().filter(|_| woken) {
            let _ = accepting.join();
        }
    }
}

fn accept(listener: &TcpListener, site: &Arc<dyn Site>, stop: &AtomicBool) {
    let busy = Arc::new(AtomicUsize::new(0));
    loop {
        let connection = listener.accept();
        if stop.load(Ordering::Relaxed) {
            return;
        }
        match connection {
            Ok((stream, _)) => hand_over(stream, site, &busy),
            // Out of descriptors, for example: the loop must not spin on it.
            Err(_) => thread::sleep(Duration::from_millis(50)),
        }
    }
}

fn hand_over(stream: TcpStream, site: &Arc<dyn Site>, busy: &Arc<AtomicUsize>) {
    if busy.load(Ordering::Relaxed) >= CONNECTIONS {
        site.count_refusal();
        return;
    }
    let place = Place::take(busy);
    let served = Arc::clone(site);
    let spawned = thread::Builder::new().name("obs-scrape".to_owned()).spawn(move || {
        let _place = place;
        serve(stream, &*served);
    });
    if spawned.is_err() {
        site.count_refusal();
    }
}

/// One of the [`CONNECTIONS`]; given back when dropped, also by a panic.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(busy: &Arc<AtomicUsize>) -> Self {
        busy.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(busy))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn serve(mut stream: TcpStream, site: &dyn Site) {
    let (answer, head_only) = match request::read(&mut stream) {
        Ok(request) if request.method == "GET" => (site.answer(&request), false),
        Ok(request) if request.method == "HEAD" => (site.answer(&request), true),
        Ok(_) => (Answer::plain("405 Method Not Allowed", "only GET and HEAD"), false),
        Err(Refusal::Silent) => return,
        Err(refusal) => {
            site.count_refusal();
            (refused(refusal), false)
        }
    };
    match send(&mut stream, &answer, head_only) {
        Ok(()) => drain(&mut stream),
        Err(_) => site.count_refusal(),
    }
}

fn refused(refusal: Refusal) -> Answer {
    match refusal {
        Refusal::TooLarge => Answer::plain("431 Request Header Fields Too Large", "the head is larger than 8 KiB"),
        Refusal::TooSlow => Answer::plain("408 Request Timeout", "the head took longer than 2 seconds"),
        Refusal::NotHttp | Refusal::Silent => Answer::plain("400 Bad Request", "this is not HTTP/1.1"),
    }
}

fn send(stream: &mut TcpStream, answer: &Answer, head_only: bool) -> io::Result<()> {
    let Answer { status, content_type, gzip, body } = answer;
    let encoding = if *gzip { "Content-Encoding: gzip\r\n" } else { "" };
    let allow = if status.starts_with("405") { "Allow: GET, HEAD\r\n" } else { "" };
    let length = body.len();
    let mut out = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n{encoding}{allow}\
         Vary: Accept, Accept-Encoding\r\nConnection: close\r\n\r\n"
    )
    .into_bytes();
    if !head_only {
        out.extend_from_slice(body);
    }
    write_until(stream, &out, Instant::now() + PATIENCE)?;
    stream.shutdown(Shutdown::Write)
}

/// Writes all of it, however few bytes the client takes at a time, or gives up at the deadline.
fn write_until(stream: &mut TcpStream, mut rest: &[u8], deadline: Instant) -> io::Result<()> {
    while !rest.is_empty() {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        stream.set_write_timeout(Some(left))?;
        match stream.write(rest) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => rest = &rest[written..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Takes what the client still sends: closing with unread bytes would reset the connection under our answer.
fn drain(stream: &mut TcpStream) {
    const BYTES: usize = 64 * 1024;
    let deadline = Instant::now() + Duration::from_millis(500);
    let (mut chunk, mut taken) = ([0; 4096], 0);
    while taken < BYTES {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() || stream.set_read_timeout(Some(left)).is_err() {
            return;
        }
        match stream.read(&mut chunk) {
            Ok(1..) => taken += chunk.len(),
            _ => return,
        }
    }
}
