//! What allocators that count add to the program's own, and what it costs to know what one call allocates.
//!
//! A program has one allocator: each is a binary, which hands [`run`] what its crate can measure.
//! `./allocators.py` builds them all, runs them in turn, and puts their numbers into a table.

#[path = "../../compare/src/process_time.rs"]
mod process_time;

use std::hint::black_box;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

pub use process_time::process_time;

/// Blocks or calls of one round: well under the time slice of a thread, well over the cost of the loop around them.
const TIMES: u64 = 40_000;
/// Rounds of one process.
const ROUNDS: u32 = 10;
/// Before those that are counted by callgrind.
const WARM: u64 = 80_000;

/// Something that runs once.
pub type Work = Box<dyn FnOnce() + Send>;

/// One call of a function under test.
pub type Call = fn(u64) -> u64;

/// An allocator, and what its crate measures by it.
pub struct Subject {
    /// Runs something while the crate measures what is allocated in it.
    pub measured: fn(Work),
    /// Functions that are [`once`], measured call by call.
    pub calls: &'static [(&'static str, Call)],
    /// Waits for work in the background.
    pub settle: fn(),
    /// Shows, when everything was timed, that it was counted.
    pub check: fn(),
}

/// Asks for a block and gives it back: what the functions under test do.
#[inline(always)]
pub fn once(x: u64) -> u64 {
    drop(black_box(Box::<[u8; 64]>::new_uninit()));
    black_box(x) + 1
}

/// Nothing at all.
pub fn nothing() {}

/// What the binaries do: times everything, or, for callgrind, runs one thing so often (`WHAT WHO TIMES`).
pub fn run(subject: &Subject) {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [what, _, times] = &arguments[..] {
        let times = times.parse().expect("a number of calls");
        subject.repeat(what, move |repeat| {
            repeat(WARM);
            measured(repeat, times);
        });
        (subject.settle)();
    } else {
        subject.all().for_each(|what| subject.time(what));
        (subject.check)();
    }
}

impl Subject {
    fn all(&self) -> impl Iterator<Item = &'static str> {
        ["outside", "inside"].into_iter().chain(self.calls.iter().map(|(name, _)| *name))
    }

    /// Prints what one takes at best, and what of processor time in the whole process.
    fn time(&self, what: &'static str) {
        let cpu = process_time();
        let best = self.repeat(what, |repeat| {
            repeat(TIMES);
            let round = || {
                let start = Instant::now();
                repeat(TIMES);
                start.elapsed()
            };
            (0..ROUNDS).map(|_| round()).min().unwrap_or(Duration::MAX)
        });
        (self.settle)();
        let nanos = |time: Duration, times| time.as_nanos() as f64 / times as f64;
        let all = u64::from(ROUNDS + 1) * TIMES;
        println!("{what}\t{}\t{}", nanos(best, TIMES), nanos(process_time() - cpu, all));
    }

    /// Hands on what repeats something, where that is measured.
    fn repeat<R: Send + 'static>(&self, what: &str, then: impl FnOnce(&dyn Fn(u64)) -> R + Send + 'static) -> R {
        match what {
            "outside" => then(&blocks),
            "inside" => {
                let (send, receive) = channel();
                (self.measured)(Box::new(move || send.send(then(&blocks)).expect("it is waited for")));
                receive.recv().expect("it ran")
            }
            _ => {
                let found = self.calls.iter().find(|(name, _)| *name == what);
                let (_, call) = found.expect("one of those that are timed");
                then(&|times| repeat(*call, times))
            }
        }
    }
}

/// Blocks that come and go.
#[inline(never)]
fn blocks(times: u64) {
    for i in 0..times {
        black_box(once(i));
    }
}

#[inline(never)]
fn repeat(call: Call, times: u64) {
    for i in 0..times {
        black_box(call(black_box(i)));
    }
}

/// Counted by itself.
#[inline(never)]
#[unsafe(no_mangle)]
fn measured(repeat: &dyn Fn(u64), times: u64) {
    repeat(times);
}
