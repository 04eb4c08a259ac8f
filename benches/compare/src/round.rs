//! One round of a candidate, in this process or in one of its own.

use std::hint::spin_loop;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::{Candidate, process_time};

/// Calls of one round: well under the time slice of a thread, well over the cost of the loop around them.
const CALLS: u64 = 40_000;

/// What a call took in one round, in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub struct Round {
    /// On the caller.
    pub one: f64,
    /// Of processor time in the whole process, until the background work was done.
    pub process: f64,
    /// From the first start to the last end of two threads that began together.
    pub two: Option<f64>,
}

/// A candidate that is started.
pub enum Player<'a> {
    /// In this process.
    Here(&'a Candidate),
    /// In one of its own.
    Apart(Apart),
}

impl<'a> Player<'a> {
    /// Starts what the candidate needs, and runs it once.
    pub fn start(candidate: &'a Candidate) -> Self {
        if candidate.is_apart {
            return Self::Apart(Apart::start(candidate));
        }
        warm(candidate);
        Self::Here(candidate)
    }

    /// Runs one round.
    pub fn round(&mut self) -> Round {
        match self {
            Self::Here(candidate) => round(candidate),
            Self::Apart(apart) => apart.round(),
        }
    }
}

/// A candidate in a process of its own, which runs a round for each line it is sent.
pub struct Apart {
    child: Child,
    ask: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Apart {
    fn start(candidate: &Candidate) -> Self {
        let this = std::env::current_exe().expect("it runs");
        let mut command = Command::new(this);
        command.args(["--rounds-of", candidate.row, candidate.who]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("it runs again");
        let (ask, answers) = (child.stdin.take().expect("piped"), child.stdout.take().expect("piped"));
        Self { child, ask, answers: BufReader::new(answers) }
    }

    fn round(&mut self) -> Round {
        writeln!(self.ask, "go").expect("it listens");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("it answers");
        let numbers: Vec<f64> = line.split_whitespace().map(|n| n.parse().expect("a number")).collect();
        let [one, process, two] = numbers[..] else { panic!("three numbers, not {line:?}") };
        Round { one, process, two: Some(two) }
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the other process does: a round for each line, until there are no more.
pub fn serve(candidate: &Candidate) {
    warm(candidate);
    for _ in std::io::stdin().lines() {
        let Round { one, process, two } = round(candidate);
        println!("{one} {process} {}", two.expect("it may run on two threads"));
    }
}

fn warm(candidate: &Candidate) {
    (candidate.start)();
    candidate.run(CALLS);
    (candidate.settle)();
}

fn round(candidate: &Candidate) -> Round {
    let (one, process) = alone(candidate);
    Round { one, process, two: candidate.threads.then(|| both(candidate)) }
}

fn per_call(time: Duration) -> f64 {
    time.as_nanos() as f64 / CALLS as f64
}

fn alone(candidate: &Candidate) -> (f64, f64) {
    let cpu = process_time();
    let start = Instant::now();
    candidate.run(CALLS);
    let caller = start.elapsed();
    (candidate.settle)();
    (per_call(caller), per_call(process_time() - cpu))
}

fn both(candidate: &Candidate) -> f64 {
    let waiting = AtomicUsize::new(2);
    let one = || {
        waiting.fetch_sub(1, Ordering::AcqRel);
        while waiting.load(Ordering::Acquire) > 0 {
            spin_loop();
        }
        let start = Instant::now();
        candidate.run(CALLS);
        (start, Instant::now())
    };
    let [a, b] = std::thread::scope(|scope| {
        let threads = [scope.spawn(one), scope.spawn(one)];
        threads.map(|thread| thread.join().expect("it does not panic"))
    });
    (candidate.settle)();
    per_call(a.1.max(b.1) - a.0.min(b.0))
}
