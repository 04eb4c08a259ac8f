//! The functions that are timed, and how.
//!
//! Every function adds one to its argument, behind `black_box`, and is never inlined: what differs is the
//! attribute. The children run inside a parent, in rounds that the collector has emptied before the next
//! begins, so that no span is refused and the price of a full ring is not mistaken for that of a span.

#![allow(dead_code, unreachable_pub, reason = "each bench uses a part of it, and `compare` all")]

use std::hint::black_box;
use std::pin::pin;
use std::sync::OnceLock;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

/// Spans that a round may leave in the rings.
const ROUND: u64 = 200_000;

/// One call of a function under test.
pub type Call = fn(u64) -> u64;

/// Starts the telemetry of this process, once, with an exporter that keeps nothing.
pub fn telemetry() -> &'static obs::Telemetry {
    telemetry_with(obs::ClockChoice::Auto)
}

/// The same with a clock; only the first call chooses it.
pub fn telemetry_with(clock: obs::ClockChoice) -> &'static obs::Telemetry {
    static TELEMETRY: OnceLock<obs::Telemetry> = OnceLock::new();
    TELEMETRY.get_or_init(|| {
        let null = obs::exporters::Null::new();
        let telemetry = obs::builder().clock(clock).exporter(null).start().expect("nothing runs yet");
        others();
        // The TSC is taken into use by the first reading that comes 10 ms after the very first.
        std::thread::sleep(Duration::from_millis(20));
        others();
        telemetry
    })
}

/// Waits until the rings are empty.
pub fn drain() {
    assert!(telemetry().flush(Duration::from_secs(30)).is_complete(), "the collector is stuck");
}

/// Calls of a function that have been counted.
pub fn counted_calls(name: &str) -> u64 {
    obs::snapshot().callsite(name).unwrap_or_else(|| panic!("{name} is not known")).calls()
}

/// How a row is called in a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    /// By itself.
    Nothing,
    /// As the child of a recorded span.
    Span,
    /// As the child of a root that is not recorded.
    DroppedTrace,
    /// By itself, each call a trace.
    Traces,
    /// While everything is switched off.
    Off,
    /// While its own callsite is switched off.
    OffAlone,
}

/// One line of the tables.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// What the tables call it.
    pub name: &'static str,
    /// The function.
    pub call: Call,
    /// Its callsite, for rows that have one.
    pub callsite: &'static str,
    /// Around it.
    pub within: Within,
}

impl Row {
    const fn new(name: &'static str, call: Call, callsite: &'static str, within: Within) -> Self {
        Self { name, call, callsite, within }
    }

    /// Shows that the row does what it says: every call is counted, or none is.
    pub fn check(&self) {
        const CALLS: u64 = 1_000;
        if self.callsite.is_empty() {
            return;
        }
        let before = counted_calls(self.callsite);
        let finished = obs::snapshot().health().spans_finished;
        self.run(CALLS);
        let counted = counted_calls(self.callsite) - before;
        let spans = obs::snapshot().health().spans_finished - finished;
        let off = matches!(self.within, Within::Off | Within::OffAlone);
        assert_eq!(counted, if off { 0 } else { CALLS }, "{}", self.name);
        match self.within {
            Within::Span => assert_eq!(spans, CALLS + 1, "{}: its children and the parent", self.name),
            Within::Traces => assert_eq!(spans, CALLS, "{}", self.name),
            _ => assert_eq!(spans, 0, "{}", self.name),
        }
    }

    /// Runs it that often, and gives the time the loops took.
    pub fn time(&self, calls: u64) -> Duration {
        let mut total = Duration::ZERO;
        let mut left = calls;
        while left > 0 {
            let round = if self.leaves_spans() { left.min(ROUND) } else { left };
            let start = Instant::now();
            self.run(round);
            total += start.elapsed();
            if self.leaves_spans() {
                drain();
            }
            left -= round;
        }
        total
    }

    /// Whether finished spans go through the rings.
    pub fn leaves_spans(&self) -> bool {
        matches!(self.within, Within::Span | Within::Traces)
    }

    /// Runs it that often.
    pub fn run(&self, calls: u64) {
        match self.within {
            Within::Nothing | Within::Traces => repeat(self.call, calls),
            Within::Span => parent(self.call, calls),
            Within::DroppedTrace => dropped_parent(self.call, calls),
            Within::Off => {
                obs::set_enabled(false);
                repeat(self.call, calls);
                obs::set_enabled(true);
            }
            Within::OffAlone => {
                obs::control(&format!("{} = off", full_name(self.callsite))).expect("a rule for one function");
                repeat(self.call, calls);
                obs::control("").expect("no rules");
            }
        }
    }
}

fn full_name(callsite: &str) -> &'static str {
    obs::callsites()
        .map(obs::Callsite::name)
        .find(|name| name.ends_with(&format!("::{callsite}")))
        .expect("it is known")
}

/// All rows, in the order of the tables.
pub const ROWS: &[Row] = &[
    Row::new("bare", bare, "", Within::Nothing),
    Row::new("two reads of the TSC", two_reads, "", Within::Nothing),
    Row::new("switched off, all", all, "all", Within::Off),
    Row::new("switched off, one", counted, "counted", Within::OffAlone),
    Row::new("counted", counted, "counted", Within::Nothing),
    Row::new("counted(labels)", labelled_get, "labelled", Within::Nothing),
    Row::new("profiled", profiled, "profiled", Within::Nothing),
    Row::new("profiled(sample = 16)", sampled, "sampled", Within::Nothing),
    Row::new("profiled + budget", budgeted, "budgeted", Within::Nothing),
    Row::new("traced, child", traced, "traced", Within::Span),
    Row::new("traced, child, 2 fields", fields, "fields", Within::Span),
    Row::new("traced, trace not sampled", traced, "traced", Within::DroppedTrace),
    Row::new("traced, root", traced, "traced", Within::Traces),
    Row::new("all four, child", all, "all", Within::Span),
    Row::new("all four, async, child", poll_all, "all_async", Within::Span),
];

#[inline(never)]
fn repeat(call: Call, calls: u64) {
    for i in 0..calls {
        black_box(call(black_box(i)));
    }
}

#[obs::traced]
#[inline(never)]
fn parent(call: Call, calls: u64) {
    repeat(call, calls);
}

#[obs::traced(sample = 0.0)]
#[inline(never)]
fn dropped_parent(call: Call, calls: u64) {
    repeat(call, calls);
}

#[inline(never)]
pub fn bare(x: u64) -> u64 {
    black_box(x) + 1
}

#[inline(never)]
fn two_reads(x: u64) -> u64 {
    let start = ticks();
    let value = black_box(x) + 1;
    black_box(ticks().wrapping_sub(start));
    value
}

#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "one instruction")]
#[inline(always)]
fn ticks() -> u64 {
    // SAFETY: every x86-64 processor has the instruction.
    unsafe { std::arch::x86_64::_rdtsc() }
}

#[cfg(not(target_arch = "x86_64"))]
fn ticks() -> u64 {
    static ORIGIN: OnceLock<Instant> = OnceLock::new();
    ORIGIN.get_or_init(Instant::now).elapsed().as_nanos() as u64
}

#[obs::counted]
#[inline(never)]
pub fn counted(x: u64) -> u64 {
    black_box(x) + 1
}

#[obs::counted(labels(method = method))]
#[inline(never)]
fn labelled(x: u64, method: &str) -> u64 {
    black_box(method);
    black_box(x) + 1
}

fn labelled_get(x: u64) -> u64 {
    labelled(x, black_box("GET"))
}

#[obs::profiled]
#[inline(never)]
pub fn profiled(x: u64) -> u64 {
    black_box(x) + 1
}

#[obs::profiled(sample = 16)]
#[inline(never)]
fn sampled(x: u64) -> u64 {
    black_box(x) + 1
}

#[obs::profiled]
#[obs::budget(ms = 10)]
#[inline(never)]
fn budgeted(x: u64) -> u64 {
    black_box(x) + 1
}

#[obs::traced]
#[inline(never)]
pub fn traced(x: u64) -> u64 {
    black_box(x) + 1
}

#[obs::traced(fields(a = 1_u64, b = "a text"))]
#[inline(never)]
fn fields(x: u64) -> u64 {
    black_box(x) + 1
}

#[obs::traced]
#[obs::profiled]
#[obs::counted]
#[obs::budget(ms = 10)]
#[inline(never)]
pub fn all(x: u64) -> u64 {
    black_box(x) + 1
}

#[obs::traced]
#[obs::profiled]
#[obs::counted]
#[obs::budget(ms = 10)]
#[inline(never)]
async fn all_async(x: u64) -> u64 {
    black_box(x) + 1
}

#[inline(never)]
fn poll_all(x: u64) -> u64 {
    let future = pin!(all_async(x));
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("it awaits nothing"),
    }
}

/// Sixteen more annotated functions: with a single one the compiler inlines the runtime into the loop, which no
/// program of any size would see.
macro_rules! others {
    ($($name:ident)*) => {
        $(
            #[obs::traced(fields(x))]
            #[obs::profiled]
            #[obs::counted]
            #[inline(never)]
            fn $name(x: u64) -> Result<u64, String> {
                if x == u64::MAX { Err("too many".to_owned()) } else { Ok(black_box(x) + 1) }
            }
        )*

        fn others() {
            $(let _ = black_box($name(black_box(1)));)*
        }
    };
}

others!(o1 o2 o3 o4 o5 o6 o7 o8 o9 o10 o11 o12 o13 o14 o15 o16);
