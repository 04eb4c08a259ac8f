//! What a budget bounds: each limit, from the options that say it.

use proc_macro2::Span;
use quote::ToTokens;

use super::amount::{self, UNITS};
use super::callee::{self, Callee};
use super::reader::{Reader, literal};
use crate::errors::Errors;
use crate::parse::{Entry, Value};

/// One bound of a budget.
pub(crate) struct Limit {
    pub(crate) kind: LimitKind,
    /// Nanoseconds, or whole things.
    pub(crate) at_most: u64,
    /// The share of calls that must stay within.
    pub(crate) share: f64,
    /// The key.
    pub(super) at: Span,
    /// As the user wrote it: `busy_ms = 10`.
    pub(super) written: String,
}

/// What a limit bounds.
pub(crate) enum LimitKind {
    Wall,
    /// By its name, `p99`.
    Quantile(String),
    Busy,
    Poll,
    Cpu,
    Polls,
    Allocs,
    Bytes,
    Calls(Callee),
    Instructions,
}

impl LimitKind {
    pub(super) const fn is_wall(&self) -> bool {
        matches!(self, Self::Wall)
    }

    /// Whether only a future has it.
    pub(crate) const fn is_of_future(&self) -> bool {
        matches!(self, Self::Busy | Self::Poll | Self::Polls)
    }

    /// Whether it is known only of calls that are timed.
    pub(crate) const fn needs_clock(&self) -> bool {
        matches!(self, Self::Wall | Self::Quantile(_) | Self::Busy | Self::Poll | Self::Polls)
    }

    /// What it bounds, in words.
    pub(super) const fn what(&self) -> &'static str {
        match self {
            Self::Wall | Self::Quantile(_) => "wall time",
            Self::Busy => "busy time",
            Self::Poll => "a single poll",
            Self::Cpu => "CPU time",
            Self::Polls => "polls",
            Self::Allocs => "allocations",
            Self::Bytes => "allocated bytes",
            Self::Calls(_) => "calls",
            Self::Instructions => "instructions",
        }
    }
}

impl Limit {
    fn new(kind: LimitKind, at_most: u64, entry: &Entry) -> Self {
        let value = match &entry.value {
            Value::Is(expr) => expr.to_token_stream().to_string(),
            Value::Nothing | Value::List(_) => String::new(),
        };
        Self { kind, at_most, share: 1.0, at: entry.key.span(), written: format!("{} = {value}", entry.key) }
    }
}

/// All limits, in the order in which they are listed in the callsite.
pub(super) fn read(reader: &mut Reader<'_>) -> Vec<Limit> {
    let mut limits = Vec::new();
    limits.extend(time(reader, "", LimitKind::Wall));
    limits.extend(quantiles(reader));
    limits.extend(time(reader, "busy_", LimitKind::Busy));
    limits.extend(time(reader, "poll_", LimitKind::Poll));
    limits.extend(time(reader, "cpu_", LimitKind::Cpu));
    limits.extend(count(reader, &POLLS, LimitKind::Polls));
    limits.extend(count(reader, &ALLOCS, LimitKind::Allocs));
    limits.extend(count(reader, &BYTES, LimitKind::Bytes));
    limits.extend(calls(reader));
    limits.extend(count(reader, &INSTRUCTIONS, LimitKind::Instructions));
    limits
}

/// One of `busy_ns`, `busy_us`, `busy_ms`, `busy_s`.
fn time(reader: &mut Reader<'_>, prefix: &str, kind: LimitKind) -> Option<Limit> {
    let errors = reader.errors;
    let mut given = UNITS.iter().filter_map(|&(unit, nanos)| Some((reader.take(&format!("{prefix}{unit}"))?, nanos)));
    let (entry, nanos) = given.next()?;
    for (again, _) in given {
        let keys: Vec<_> = UNITS.iter().map(|(unit, _)| format!("`{prefix}{unit}`")).collect();
        let message = format!("a budget has one limit on {}; keep one of {}", kind.what(), keys.join(", "));
        errors.at(again.key.span(), message);
    }
    amount::time(&entry, nanos, errors).map(|at_most| Limit::new(kind, at_most, &entry))
}

/// A limit on whole things.
struct Count {
    key: &'static str,
    example: &'static str,
    /// What is said of none, where there is always one.
    not_zero: Option<&'static str>,
}

const POLLS: Count = Count {
    key: "polls",
    example: "polls = 3",
    not_zero: Some("a future that is ready was polled once; write `polls = 1`"),
};
const ALLOCS: Count = Count { key: "allocs", example: "allocs = 3", not_zero: None };
const BYTES: Count = Count { key: "bytes", example: "bytes = 4096", not_zero: None };
const INSTRUCTIONS: Count = Count {
    key: "instructions",
    example: "instructions = 10000",
    not_zero: Some("a call takes at least one instruction; write `instructions = 10000`"),
};

fn count(reader: &mut Reader<'_>, count: &Count, kind: LimitKind) -> Option<Limit> {
    let errors = reader.errors;
    let Count { key, example, not_zero } = count;
    let entry = reader.take(key)?;
    match (amount::whole(literal(&entry)), not_zero) {
        (Some(0), Some(message)) => errors.at(entry.value_span(), message),
        (Some(at_most), _) => return Some(Limit::new(kind, at_most, &entry)),
        (None, _) => {
            errors.at(entry.value_span(), format!("`{key}` takes a whole number of 64 bits; write `{example}`"));
        }
    }
    None
}

// Input:  calls(db::query = 1, Self::load = 2)
fn calls(reader: &mut Reader<'_>) -> Vec<Limit> {
    let Some(entry) = reader.take("calls") else { return Vec::new() };
    let bounds = callee::read(&entry, reader.errors).into_iter();
    bounds.map(|bound| Limit::new(LimitKind::Calls(bound.callee), bound.at_most, &entry)).collect()
}

// Input:  p999 = "10ms", p50 = "1ms"
// Output: those of the smaller share first
fn quantiles(reader: &mut Reader<'_>) -> Vec<Limit> {
    let mut found = Vec::new();
    while let Some(entry) = reader.take_first(is_quantile) {
        found.extend(quantile(&entry, reader.errors));
    }
    found.sort_by(|one: &Limit, other: &Limit| one.share.total_cmp(&other.share));
    found
}

fn is_quantile(key: &str) -> bool {
    key.strip_prefix('p').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

// Input:  p999 = "10ms"
// Output: the share 0.999
fn quantile(entry: &Entry, errors: &Errors) -> Option<Limit> {
    let key = entry.key.to_string();
    let digits = &key[1..];
    let share: f64 = format!("0.{digits}").parse().ok()?;
    if digits.len() < 2 || !(0.5..1.0).contains(&share) {
        errors.at(entry.key.span(), not_a_quantile(&key, digits));
        return None;
    }
    let at_most = amount::time_with_unit(entry, errors)?;
    Some(Limit { share, ..Limit::new(LimitKind::Quantile(key), at_most, entry) })
}

fn not_a_quantile(key: &str, digits: &str) -> String {
    let reading = match digits.split_at_checked(2) {
        Some((whole, "")) => format!("{whole} %"),
        Some((whole, decimals)) => format!("{whole}.{decimals} %"),
        None => {
            return format!("a quantile has two digits for the percent; write `{key}0 = \"10ms\"` or `p99 = \"10ms\"`");
        }
    };
    let way_out = "quantiles go from `p50` to `p999`; write `p99 = \"10ms\"`, or `ms = 10` for all calls";
    format!("`{key}` is {reading} of the calls, and {way_out}")
}
