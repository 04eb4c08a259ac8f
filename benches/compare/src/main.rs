//! Times all candidates in turn, round after round, so that a noisy moment hits all of them; the best round counts.
//!
//! `cargo run --release [-- [--write FILE] [--rounds N]]`.

use std::fmt::Write as _;
use std::hint::spin_loop;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use compare::{Candidate, candidates, process_time};

/// Calls of one round: well under the time slice of a thread, well over the cost of the loop around them.
const CALLS: u64 = 40_000;

/// The best round of a candidate, in nanoseconds a call; of the whole process the median, because work may be put off
/// from one round to the next.
#[derive(Clone)]
struct Best {
    one: f64,
    two: f64,
    process: Vec<f64>,
}

impl Best {
    fn process(&self) -> f64 {
        let mut rounds = self.process.clone();
        rounds.sort_by(f64::total_cmp);
        rounds[rounds.len() / 2]
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str| arguments.iter().position(|a| a == name).and_then(|i| arguments.get(i + 1));
    let rounds = option("--rounds").map_or(60, |n| n.parse().expect("a number of rounds"));

    let candidates = candidates();
    for candidate in &candidates {
        (candidate.start)();
        candidate.run(CALLS);
        (candidate.settle)();
    }
    compare::ours::ROWS.iter().for_each(compare::ours::Row::check);

    let mut best = vec![Best { one: f64::MAX, two: f64::MAX, process: Vec::new() }; candidates.len()];
    for _ in 0..rounds {
        for (candidate, best) in candidates.iter().zip(&mut best) {
            let (one, process) = alone(candidate);
            best.one = best.one.min(one);
            best.process.push(process);
            if candidate.threads {
                best.two = best.two.min(both(candidate));
            }
        }
    }
    assert_eq!(obs::snapshot().health().spans_dropped(), 0, "a refused span is cheaper than a recorded one");

    let table = table(&candidates, &best);
    print!("{table}");
    if let Some(file) = option("--write") {
        std::fs::write(file, table).expect("a file that can be written");
    }
}

fn per_call(time: Duration) -> f64 {
    time.as_nanos() as f64 / CALLS as f64
}

/// Nanoseconds on the caller, and of processor time in the whole process until the background work is done.
fn alone(candidate: &Candidate) -> (f64, f64) {
    let cpu = process_time();
    let start = Instant::now();
    candidate.run(CALLS);
    let caller = start.elapsed();
    (candidate.settle)();
    (per_call(caller), per_call(process_time() - cpu))
}

/// Nanoseconds from the first start to the last end of two threads that begin together.
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

fn table(candidates: &[Candidate], best: &[Best]) -> String {
    let of = |row: &str, who: &str| {
        let found = candidates.iter().position(|candidate| candidate.row == row && candidate.who == who);
        &best[found.expect("it is in the table")]
    };
    let bare = of("bare", "-");
    let floor = of("two reads of the TSC", "-").one - bare.one;
    let mut text = String::new();
    let head = "| row | who | ns | x 2T | x obs | two threads, ns | two / one | process CPU, ns |\n|---|---|--:|--:|--:|--:|--:|--:|\n";
    text.push_str(head);
    for (candidate, best) in candidates.iter().zip(best) {
        let (row, who) = (candidate.row, candidate.who);
        let mut one = best.one - bare.one;
        if row == "bare" {
            one = best.one;
        }
        let ratio = if who == "-" { String::from("-") } else { format!("{:.1}", one / (of(row, "obs").one - bare.one)) };
        let (two, scale) = if candidate.threads {
            (format!("{:.1}", best.two - if row == "bare" { 0.0 } else { bare.two }), format!("{:.2}", best.two / best.one))
        } else {
            (String::from("-"), String::from("-"))
        };
        let process = best.process() - if row == "bare" { 0.0 } else { bare.process() };
        writeln!(text, "| {row} | {who} | {one:.1} | {:.2} | {ratio} | {two} | {scale} | {process:.1} |", one / floor)
            .expect("a string takes everything");
    }
    text
}
