//! What a budget bounds: one limit, its kind and its unit.
//!
//! Written by the attributes' expansion, read where a call ends and by exporters.

use std::fmt;
use std::time::Duration;

/// One bound of a budget.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// What is bounded.
    pub kind: LimitKind,
    /// The most a call may take, in the unit of the kind.
    pub at_most: u64,
    /// The share of calls that must stay within: 1 where each call counts, less under `objective` and for quantiles.
    pub share: f64,
}

impl Limit {
    /// Whether it is kept where such a share of the calls stays within.
    ///
    /// # Examples
    /// ```
    /// use obs_runtime::{Limit, LimitTotals};
    ///
    /// let limit = Limit { share: 0.99, ..LimitTotals::default().limit };
    /// assert!(limit.is_kept_by(0.99) && !limit.is_kept_by(0.989));
    /// ```
    pub fn is_kept_by(&self, within: f64) -> bool {
        // Decimal fractions: what is as much as was promised may differ from it in its last digit.
        within + 1e-12 >= self.share
    }
}

/// The share of so many calls that stayed within a limit, given those that did not; 1 where there were none.
pub(crate) fn share_within(over: u64, calls: u64) -> f64 {
    if calls == 0 { 1.0 } else { 1.0 - over.min(calls) as f64 / calls as f64 }
}

/// The least limits of a budget, for a quick look at a call that has ended; `u64::MAX` where there is none.
///
/// In this order: calls without a frame look at the first alone.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct Ceilings {
    /// Nanoseconds of wall time, for whatever share of the calls.
    pub(crate) wall: u64,
    pub(crate) cpu: u64,
    pub(crate) allocs: u64,
    pub(crate) bytes: u64,
    /// There are limits of other kinds, which take a closer look.
    pub(crate) others: bool,
}

impl Ceilings {
    pub(crate) const fn new(limits: &[Limit]) -> Self {
        const fn least(a: u64, b: u64) -> u64 {
            if a < b { a } else { b }
        }
        let mut least_of = Self { wall: u64::MAX, cpu: u64::MAX, allocs: u64::MAX, bytes: u64::MAX, others: false };
        let mut at = 0;
        while at < limits.len() {
            let Limit { kind, at_most, .. } = limits[at];
            match kind {
                LimitKind::Wall | LimitKind::Quantile(_) => least_of.wall = least(least_of.wall, at_most),
                LimitKind::Cpu => least_of.cpu = least(least_of.cpu, at_most),
                LimitKind::Allocs => least_of.allocs = least(least_of.allocs, at_most),
                LimitKind::Bytes => least_of.bytes = least(least_of.bytes, at_most),
                // Counted by callgrind alone, in tests.
                LimitKind::Instructions => {}
                LimitKind::Busy | LimitKind::Poll | LimitKind::Polls | LimitKind::Calls(_) => least_of.others = true,
            }
            at += 1;
        }
        least_of
    }
}

/// What a limit bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum LimitKind {
    /// Wall time of a call, in nanoseconds.
    Wall,
    /// Time inside the polls of a future, in nanoseconds.
    Busy,
    /// The longest single poll of a future, in nanoseconds.
    Poll,
    /// CPU time of the calling thread, in nanoseconds.
    Cpu,
    /// Polls of a future.
    Polls,
    /// Requests for memory: blocks that were allocated or grew.
    Allocs,
    /// Bytes that were asked for.
    Bytes,
    /// Calls of another annotated function, by the path that was written.
    Calls(&'static str),
    /// Wall time in nanoseconds that a share of the calls stays within: `p99`.
    Quantile(&'static str),
    /// Instructions, counted where callgrind runs.
    Instructions,
}

/// What an amount of a kind is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LimitUnit {
    /// Nanoseconds.
    Nanos,
    /// Bytes.
    Bytes,
    /// Whole things: polls, calls, allocations, instructions.
    Count,
}

impl LimitKind {
    /// Its name, as exporters and people see it: `wall`, `poll`, `allocs`, `p99`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wall => "wall",
            Self::Busy => "busy",
            Self::Poll => "poll",
            Self::Cpu => "cpu",
            Self::Polls => "polls",
            Self::Allocs => "allocs",
            Self::Bytes => "bytes",
            Self::Calls(_) => "calls",
            Self::Quantile(name) => name,
            Self::Instructions => "instructions",
        }
    }

    /// What it is counted in.
    pub const fn unit(self) -> LimitUnit {
        match self {
            Self::Wall | Self::Busy | Self::Poll | Self::Cpu | Self::Quantile(_) => LimitUnit::Nanos,
            Self::Bytes => LimitUnit::Bytes,
            Self::Polls | Self::Allocs | Self::Calls(_) | Self::Instructions => LimitUnit::Count,
        }
    }

    /// Whether the same program with the same input always takes the same: such a limit is judged by one run.
    pub const fn is_deterministic(self) -> bool {
        !matches!(self.unit(), LimitUnit::Nanos)
    }

    /// Whether it bounds the wall time of a call.
    pub(crate) const fn is_wall(self) -> bool {
        matches!(self, Self::Wall | Self::Quantile(_))
    }

    /// Whether it bounds how a future is polled.
    pub(crate) const fn is_polled(self) -> bool {
        matches!(self, Self::Busy | Self::Poll | Self::Polls)
    }

    /// Whether it bounds how often another function is called.
    pub(crate) const fn is_calls(self) -> bool {
        matches!(self, Self::Calls(_))
    }

    /// Whether what it bounds is only known with a frame around the call.
    pub(crate) const fn needs_frame(self) -> bool {
        matches!(self, Self::Cpu | Self::Allocs | Self::Bytes | Self::Calls(_) | Self::Instructions)
    }

    /// An amount of this kind, for people: `12ms`, `4096 bytes`, `3 allocations`.
    ///
    /// # Examples
    /// ```
    /// use obs_runtime::LimitKind;
    ///
    /// assert_eq!(LimitKind::Wall.amount(1_500_000).to_string(), "1.5ms");
    /// assert_eq!(LimitKind::Allocs.amount(1).to_string(), "1 allocation");
    /// assert_eq!(LimitKind::Calls("db::query").amount(3).to_string(), "3 calls of db::query");
    /// ```
    pub fn amount(self, amount: u64) -> impl fmt::Display {
        Amount { kind: self, amount }
    }
}

struct Amount {
    kind: LimitKind,
    amount: u64,
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, amount } = *self;
        let plural = if amount == 1 { "" } else { "s" };
        match kind {
            LimitKind::Bytes => write!(f, "{amount} byte{plural}"),
            LimitKind::Polls => write!(f, "{amount} poll{plural}"),
            LimitKind::Allocs => write!(f, "{amount} allocation{plural}"),
            LimitKind::Instructions => write!(f, "{amount} instruction{plural}"),
            LimitKind::Calls(callee) => write!(f, "{amount} call{plural} of {callee}"),
            _ => write!(f, "{:?}", Duration::from_nanos(amount)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_limit_of_a_kind_is_its_ceiling() {
        let limit = |kind, at_most| Limit { kind, at_most, share: 1.0 };
        let of = |limits: &[Limit]| {
            let Ceilings { wall, cpu, allocs, bytes, others } = Ceilings::new(limits);
            ([wall, cpu, allocs, bytes], others)
        };
        let none = u64::MAX;
        assert_eq!(of(&[]), ([none; 4], false));
        let (wall, p99) = (limit(LimitKind::Wall, 9), limit(LimitKind::Quantile("p99"), 7));
        assert_eq!(of(&[wall, p99]), ([7, none, none, none], false));
        assert_eq!(of(&[p99, wall, limit(LimitKind::Instructions, 1)]), ([7, none, none, none], false));
        let memory = [limit(LimitKind::Bytes, 0), limit(LimitKind::Cpu, 3), limit(LimitKind::Allocs, 4)];
        assert_eq!(of(&memory), ([none, 3, 4, 0], false));
        for kind in [LimitKind::Busy, LimitKind::Poll, LimitKind::Polls, LimitKind::Calls("f")] {
            assert_eq!(of(&[wall, limit(kind, 1)]), ([9, none, none, none], true), "{kind:?}");
        }
    }
}
