//! The peers beside `obs`: the same function, instrumented by each in the way its documentation shows.
//!
//! A [`Candidate`] is one way to do one row of the cost table. `cargo run --release` times them all;
//! the binary `instructions` runs one of them under callgrind.

#[path = "../../common/mod.rs"]
pub mod ours;

pub mod pace;
pub mod round;
pub mod sink;

mod bridged;
mod counters;
mod fastrace_spans;
mod hotpath_times;
mod metrics_facade;
mod otel_sdk;
mod process_time;
mod tracing_otel;

pub use process_time::process_time;

/// One way to do one row.
#[derive(Clone, Copy)]
pub struct Candidate {
    /// The row of the cost table.
    pub row: &'static str,
    /// Who does it; `obs` is us.
    pub who: &'static str,
    /// Calls the instrumented function that often.
    pub run: Run,
    /// Starts what it needs, once.
    pub start: fn(),
    /// Has the background work done.
    pub settle: fn(),
    /// Whether it may run on two threads at once: it switches nothing for all.
    pub threads: bool,
    /// Whether it needs a process of its own.
    pub is_apart: bool,
}

/// How it is run.
#[derive(Clone, Copy)]
pub enum Run {
    /// A row of ours.
    Row(&'static ours::Row),
    /// A loop.
    Loop(fn(u64)),
}

impl Candidate {
    /// Calls the instrumented function that often.
    pub fn run(&self, calls: u64) {
        match self.run {
            Run::Row(row) => row.run(calls),
            Run::Loop(run) => run(calls),
        }
    }

    /// Whether the others are compared with it.
    pub fn is_floor(&self) -> bool {
        self.who == "-"
    }

    const fn peer(row: &'static str, who: &'static str, run: fn(u64)) -> Self {
        Self { row, who, run: Run::Loop(run), start: nothing, settle: nothing, threads: true, is_apart: false }
    }

    const fn with(self, start: fn(), settle: fn()) -> Self {
        Self { start, settle, ..self }
    }
}

fn nothing() {}

/// Runs so many calls in parts, each short enough for a span to keep all of its events.
fn in_parts(calls: u64, run: fn(u64)) {
    (0..calls.div_ceil(ours::EVENTS)).for_each(|n| run(ours::EVENTS.min(calls - n * ours::EVENTS)));
}

/// A loop around one call, as a function.
#[macro_export]
macro_rules! repeat {
    ($name:ident, $i:ident => $call:expr) => {
        #[inline(never)]
        fn $name(calls: u64) {
            for i in 0..calls {
                let $i = std::hint::black_box(i);
                std::hint::black_box($call);
            }
        }
    };
}

/// All candidates, ours first in each row.
pub fn candidates() -> Vec<Candidate> {
    let ours = ours::ROWS.iter().map(|row| Candidate {
        row: row.name,
        who: if row.is_floor() { "-" } else { "obs" },
        run: Run::Row(row),
        start: || {
            ours::telemetry_with(obs::ClockChoice::Tsc);
        },
        settle: if row.leaves_spans() { ours::drain } else { nothing },
        threads: !matches!(row.within, ours::Within::Off | ours::Within::OffAlone),
        is_apart: false,
    });
    let peers = [
        fastrace_spans::ALL,
        hotpath_times::ALL,
        metrics_facade::ALL,
        counters::ALL,
        otel_sdk::ALL,
        tracing_otel::ALL,
        bridged::ALL,
    ];
    let mut all: Vec<_> = ours.chain(peers.concat()).collect();
    let rows: Vec<_> = ours::ROWS.iter().map(|row| row.name).chain(bridged::ROWS).collect();
    let place = |candidate: &Candidate| rows.iter().position(|row| *row == candidate.row);
    all.sort_by_key(|candidate| place(candidate).expect("a row of the table"));
    all
}
