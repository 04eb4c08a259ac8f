//! A server for spans that does no more than receive and count them, in a process of its own: what it costs is not
//! the sender's.
//!
//! [`Sink`] is the sender's side: it starts the process, and asks it what arrived.

mod count;
mod grpc;
mod http;

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

/// What has arrived.
#[derive(Clone, Copy, Debug, Default)]
pub struct Received {
    /// Spans.
    pub spans: u64,
    /// Bytes of the messages as they were sent, without heads.
    pub bytes: u64,
    /// Messages.
    pub messages: u64,
}

static SPANS: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);
static MESSAGES: AtomicU64 = AtomicU64::new(0);

/// Counts a message that is sent in so many bytes.
fn receive(message: &[u8], sent: usize) {
    SPANS.fetch_add(count::spans(message), Ordering::Relaxed);
    BYTES.fetch_add(sent as u64, Ordering::Relaxed);
    MESSAGES.fetch_add(1, Ordering::Relaxed);
}

fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut all = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(bytes), &mut all).expect("gzip");
    all
}

/// The server's process.
pub struct Sink {
    child: Child,
    ask: ChildStdin,
    answers: BufReader<ChildStdout>,
    address: String,
}

impl Sink {
    /// Starts this program again as a server; its `main` hands the arguments to [`serve`].
    pub fn start(protocol: &str) -> Self {
        let this = std::env::current_exe().expect("it runs");
        let mut command = Command::new(this);
        command.args(["sink", protocol]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("it runs again");
        let ask = child.stdin.take().expect("piped");
        let mut answers = BufReader::new(child.stdout.take().expect("piped"));
        let mut address = String::new();
        answers.read_line(&mut address).expect("it says where it listens");
        Self { child, ask, answers, address: address.trim().to_owned() }
    }

    /// Where it listens, `http://host:port`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What has arrived since this was last asked.
    pub fn take(&mut self) -> Received {
        writeln!(self.ask, "take").expect("it listens");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("it answers");
        let numbers: Vec<u64> = line.split_whitespace().map(|n| n.parse().expect("a number")).collect();
        let [spans, bytes, messages] = numbers[..] else { panic!("three numbers, not {line:?}") };
        Received { spans, bytes, messages }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the server's process does: says where it listens, and then, for each line, what arrived since the last.
pub fn serve(protocol: &str) {
    let address = if protocol == "grpc" { grpc::start() } else { http::start() };
    println!("http://{address}");
    for _ in std::io::stdin().lines() {
        let [spans, bytes, messages] = [&SPANS, &BYTES, &MESSAGES].map(|count| count.swap(0, Ordering::Relaxed));
        println!("{spans} {bytes} {messages}");
    }
}
