//! From the function to bytes received: spans at a rate, sent over loopback to a server that reads them, counts them and
//! answers, in a process of its own.
//!
//! `cargo run --release --bin ship [-- rates | limits | pending | burst]`; all of them without an argument. Each case runs
//! in a process of its own. A trace is a root and nine children, each with one integer attribute. Processor time is that of
//! the sender's process, until all that was not lost is received; on a machine with two cores the server takes its share
//! of them all the same.

mod maker;
mod tables;

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};

use compare::sink::{Received, Sink, serve};
use compare::{pace, process_time};
use maker::Maker;

/// How much is made, and how fast.
#[derive(Clone, Copy, Debug)]
enum Load {
    /// Spans a second, for so long.
    Rate(u64, Duration),
    /// So many, as fast as it goes.
    Burst(u64),
}

/// How a case ends: in both ways all that was made has left, or was counted as lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Last {
    Flush,
    Shutdown,
}

/// What the sender measures.
#[derive(Clone, Debug, Default)]
struct Sent {
    made: u64,
    /// Until the last was made.
    seconds: f64,
    /// What the flush or the shutdown took.
    end_seconds: f64,
    cpu_seconds: f64,
    /// Spans the sender knows to be lost, by counter; empty when it lost none, or does not count.
    lost: String,
    /// Seconds of processor time, by thread.
    threads: BTreeMap<String, f64>,
}

impl Sent {
    fn print(&self) {
        let Self { made, seconds, end_seconds, cpu_seconds, lost, threads } = self;
        let threads: Vec<_> = threads.iter().map(|(name, spent)| format!("{name}={spent}")).collect();
        println!("{made}\t{seconds}\t{end_seconds}\t{cpu_seconds}\t{lost}\t{}", threads.join("\t"));
    }

    fn parse(line: &str) -> Self {
        let parts: Vec<&str> = line.trim_end_matches('\n').split('\t').collect();
        let [made, seconds, end_seconds, cpu_seconds, lost, threads @ ..] = &parts[..] else { panic!("not {line:?}") };
        let number = |text: &str| text.parse::<f64>().unwrap_or_else(|_| panic!("a number, not {text:?}"));
        let thread = |text: &&str| text.rsplit_once('=').map(|(name, spent)| (name.to_owned(), number(spent)));
        Self {
            made: number(made) as u64,
            seconds: number(seconds),
            end_seconds: number(end_seconds),
            cpu_seconds: number(cpu_seconds),
            lost: (*lost).to_owned(),
            threads: threads.iter().filter_map(thread).collect(),
        }
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["sink", protocol] => serve(protocol),
        ["case", who, address, rate, amount, last] => {
            let [rate, amount] = [rate, amount].map(|text| text.parse().expect("a number"));
            let load = if rate == 0 { Load::Burst(amount) } else { Load::Rate(rate, Duration::from_millis(amount)) };
            let last = if last == "flush" { Last::Flush } else { Last::Shutdown };
            case(Maker::start(who, address), load, last).print();
        }
        [] => tables::ALL.iter().for_each(|(_, print)| print()),
        [name] => tables::ALL.iter().find(|(known, _)| *known == name).expect("one of the tables").1(),
        _ => panic!("`ship [rates | limits | pending | burst]`"),
    }
}

/// Runs a case in a process of its own, and says what it sent and what arrived.
fn run(who: &str, sink: &mut Sink, load: Load, last: Last) -> (Sent, Received) {
    sink.take();
    let (rate, amount) = match load {
        Load::Rate(rate, length) => (rate, length.as_millis() as u64),
        Load::Burst(spans) => (0, spans),
    };
    let (rate, amount) = (rate.to_string(), amount.to_string());
    let last = if last == Last::Flush { "flush" } else { "shutdown" };
    let this = std::env::current_exe().expect("it runs");
    let arguments = ["case", who, sink.address(), &rate, &amount, last];
    let output = Command::new(this).args(arguments).output().expect("it runs again");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    let received = sink.take();
    (
        Sent::parse(&String::from_utf8_lossy(&output.stdout)),
        Received { spans: received.spans - maker::TRACE, ..received },
    )
}

fn case(maker: Maker, load: Load, last: Last) -> Sent {
    // Whatever is set up once, such as a connection, is not of interest: one trace has gone all the way.
    maker.make(maker::TRACE);
    maker.flush();
    let (cpu, threads) = (process_time(), pace::threads());
    let start = Instant::now();
    let made = match load {
        Load::Rate(rate, length) => {
            maker::TRACE * pace::pace(rate / maker::TRACE, length, |n| maker.make(n * maker::TRACE)).0
        }
        Load::Burst(spans) => {
            maker.make(spans);
            spans
        }
    };
    let seconds = start.elapsed().as_secs_f64();
    let start = Instant::now();
    match last {
        Last::Flush => maker.flush(),
        Last::Shutdown => maker.shutdown(),
    }
    let end_seconds = start.elapsed().as_secs_f64();
    let spent = |(name, time): (String, Duration)| {
        let before = threads.get(&name).copied().unwrap_or_default();
        (name, time.saturating_sub(before).as_secs_f64())
    };
    let threads = pace::threads().into_iter().map(spent).collect();
    Sent { made, seconds, end_seconds, cpu_seconds: (process_time() - cpu).as_secs_f64(), lost: maker.lost(), threads }
}
