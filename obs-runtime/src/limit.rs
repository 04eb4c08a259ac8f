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
