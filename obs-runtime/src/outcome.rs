//! How a call ended.

use std::fmt;

/// How a call ended. There are four ways, and every call ends in exactly one of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Outcome {
    /// It returned, and what it returned was not an `Err`.
    #[default]
    Ok = 0,
    /// It returned an `Err`.
    Error = 1,
    /// It unwound.
    Panic = 2,
    /// Its future was dropped before it was ready.
    Cancelled = 3,
}

impl Outcome {
    /// All outcomes, in the order of their discriminants.
    pub const ALL: [Self; 4] = [Self::Ok, Self::Error, Self::Panic, Self::Cancelled];

    /// The outcome in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Error => "error",
            Self::Panic => "panic",
            Self::Cancelled => "cancelled",
        }
    }

    pub(crate) const fn from_bits(bits: u8) -> Self {
        Self::ALL[(bits & 3) as usize]
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Calls of one callsite by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// Calls that returned something other than an `Err`.
    pub ok: u64,
    /// Calls that returned an `Err`.
    pub error: u64,
    /// Calls that unwound.
    pub panic: u64,
    /// Futures that were dropped before they were ready.
    pub cancelled: u64,
}

impl Outcomes {
    /// All calls that ended.
    pub const fn total(&self) -> u64 {
        self.ok + self.error + self.panic + self.cancelled
    }

    /// Calls that did not end well: errors, panics and cancelled futures.
    pub const fn failed(&self) -> u64 {
        self.error + self.panic + self.cancelled
    }

    /// Adds calls with one outcome.
    pub fn add(&mut self, outcome: Outcome, calls: u64) {
        match outcome {
            Outcome::Ok => self.ok += calls,
            Outcome::Error => self.error += calls,
            Outcome::Panic => self.panic += calls,
            Outcome::Cancelled => self.cancelled += calls,
        }
    }
}
