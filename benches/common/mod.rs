//! The functions that are timed, and how.
//!
//! Every function adds one to its argument, behind `black_box`, and is never inlined: what differs is the
//! attribute. The children run inside a parent, in rounds that the collector has emptied before the next
//! begins, so that no span is refused and the price of a full ring is not mistaken for that of a span.

#![allow(dead_code, unreachable_pub, reason = "each bench uses a part of it, and `compare` all")]

mod functions;

use std::hint::black_box;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

pub use functions::*;

/// Spans that a round may leave in the rings.
const ROUND: u64 = 200_000;

/// Events in one span; a span keeps 128.
pub const EVENTS: u64 = 64;

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
        let telemetry = obs::builder().clock(clock).exporter(Nothing).start().expect("nothing runs yet");
        others();
        // The TSC is taken into use by the first reading that comes 10 ms after the very first.
        std::thread::sleep(Duration::from_millis(20));
        others();
        telemetry
    })
}

/// Takes spans and events, and keeps neither.
struct Nothing;

impl obs::Exporter for Nothing {
    type Error = std::convert::Infallible;

    fn wants(&self) -> obs::Wants {
        obs::Wants { events: true, ..obs::Wants::SPANS }
    }

    fn export(&mut self, batch: &obs::Batch) -> Result<(), Self::Error> {
        black_box(batch);
        Ok(())
    }
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
    /// In a call whose budget bounds how often it calls it.
    Bound,
    /// In a recorded span, and a new one each [`EVENTS`] calls.
    Spans,
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
            return self.check_events();
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

    fn check_events(&self) {
        let before = obs::snapshot().health().events_recorded;
        self.run(EVENTS);
        let events = obs::snapshot().health().events_recorded - before;
        assert_eq!(events, if self.within == Within::Spans { EVENTS } else { 0 }, "{}", self.name);
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
        matches!(self.within, Within::Span | Within::Spans | Within::Traces)
    }

    /// Whether it is not about us.
    pub fn is_floor(&self) -> bool {
        matches!(self.name, "bare" | "two reads of the TSC")
    }

    /// Runs it that often.
    pub fn run(&self, calls: u64) {
        match self.within {
            Within::Nothing | Within::Traces => repeat(self.call, calls),
            Within::Span => parent(self.call, calls),
            Within::Spans => {
                (0..calls.div_ceil(EVENTS)).for_each(|n| parent(self.call, EVENTS.min(calls - n * EVENTS)));
            }
            Within::DroppedTrace => dropped_parent(self.call, calls),
            Within::Bound => bounding_parent(|| repeat(self.call, calls)),
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
    Row::new("counted(in_flight)", listed, "listed", Within::Nothing),
    Row::new("counted(labels)", labelled_get, "labelled", Within::Nothing),
    Row::new("profiled", profiled, "profiled", Within::Nothing),
    Row::new("profiled(sample = 16)", sampled, "sampled", Within::Nothing),
    Row::new("profiled + budget", budgeted, "budgeted", Within::Nothing),
    Row::new("profiled + budget(ms, p99, objective)", promised, "promised", Within::Nothing),
    Row::new("profiled(alloc)", alloc, "alloc", Within::Nothing),
    Row::new("profiled(alloc) + budget(allocs)", alloc_budgeted, "alloc_budgeted", Within::Nothing),
    Row::new("profiled(cpu)", cpu, "cpu", Within::Nothing),
    Row::new("counted, in budget(calls)", bounded, "bounded", Within::Bound),
    Row::new("traced, child", traced, "traced", Within::Span),
    Row::new("traced, child, 2 fields", fields, "fields", Within::Span),
    Row::new("traced, trace not sampled", traced, "traced", Within::DroppedTrace),
    Row::new("traced, root", traced, "traced", Within::Traces),
    Row::new("event in a span", event, "", Within::Spans),
    Row::new("context attached", attached, "", Within::Nothing),
    Row::new("future in a context, one poll", poll_in_context, "", Within::Nothing),
    Row::new("all four, child", all, "all", Within::Span),
    Row::new("all four, async, child", poll_all, "all_async", Within::Span),
];

/// Calls a function that often.
#[inline(never)]
pub fn repeat(call: Call, calls: u64) {
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
