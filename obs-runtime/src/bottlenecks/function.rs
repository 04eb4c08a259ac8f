//! What is told of one function.

use std::time::Duration;

use crate::callsite::Callsite;
use crate::histogram::Histogram;
use crate::snapshot::{CallsiteSnapshot, Polls};
use crate::spent::Spent;

/// What is known of one annotated function, in a [`super::Report`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FunctionReport {
    /// The function.
    pub callsite: &'static Callsite,
    /// Calls that have ended, whether they were profiled or not.
    pub calls: u64,
    /// Calls that were timed, profiled or not; fewer under `#[profiled(sample = ..)]`, none where the function is not timed.
    pub timed_calls: u64,
    /// Wall time of these, exactly.
    pub wall: Duration,
    /// What calls took in the call trees that were kept; `None` where there was none.
    pub kept: Option<KeptCalls>,
    /// What calls took under `#[profiled(alloc)]`, profiled or not; `None` where no call was measured.
    pub spent: Option<Spent>,
    /// How its futures were driven; `None` for functions that are not async.
    pub polls: Option<Polls>,
    /// The annotated functions that call it, the most time first. Calls from elsewhere are those that are missing here.
    pub callers: Vec<CallEdge>,
    /// The annotated functions that it calls, the most time first.
    pub callees: Vec<CallEdge>,
}

/// What the calls of one function took, in the call trees that were kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeptCalls {
    /// Calls that have ended.
    pub calls: u64,
    /// Time from begin to end, of async functions inside polls; with that of calls inside. Where a function calls itself,
    /// also by way of others, the time of the inner calls is not added again.
    pub time: Duration,
    /// The same without what annotated calls inside took.
    pub self_time: Duration,
    /// Requests for memory, with those of calls inside; 0 without [`crate::Alloc`].
    pub allocs: u64,
    /// Bytes of these.
    pub bytes: u64,
    /// Requests without those of annotated calls inside.
    pub self_allocs: u64,
    /// Bytes of these.
    pub self_bytes: u64,
}

/// Calls from one function to another, in the call trees that were kept.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CallEdge {
    /// The function at the other end.
    pub callsite: &'static Callsite,
    /// Calls along this edge.
    pub calls: u64,
    /// What they took, with calls inside. Where functions call each other in turns, times of edges overlap; calls of a
    /// function by itself have none.
    pub time: Duration,
}

impl FunctionReport {
    /// A function of which no call is profiled.
    pub(super) fn new(callsite: &CallsiteSnapshot) -> Self {
        Self {
            callsite: callsite.callsite(),
            calls: callsite.calls(),
            timed_calls: callsite.duration().as_ref().map_or(0, Histogram::count),
            wall: callsite.total(),
            kept: None,
            spent: callsite.spent(),
            polls: callsite.polls(),
            callers: Vec::new(),
            callees: Vec::new(),
        }
    }

    /// The function's qualified name.
    pub fn name(&self) -> &'static str {
        self.callsite.name()
    }

    /// Time that was its own, in the call trees that were kept; `None` where there was none.
    pub fn self_time(&self) -> Option<Duration> {
        self.kept.map(|kept| kept.self_time)
    }

    /// Time with calls inside: of the calls that were kept, or where there are none of all that were timed. Of async
    /// functions it is the time inside polls.
    pub fn time(&self) -> Option<Duration> {
        let timed = (self.timed_calls > 0).then(|| self.polls.map_or(self.wall, |polls| polls.busy));
        self.kept.map(|kept| kept.time).or(timed)
    }

    /// Requests for memory that were its own: of the calls that were kept, or where there are none of those under
    /// `#[profiled(alloc)]`.
    pub fn self_allocs(&self) -> u64 {
        self.kept.map_or_else(|| self.spent.unwrap_or_default().self_allocs, |kept| kept.self_allocs)
    }

    /// Bytes of these.
    pub fn self_bytes(&self) -> u64 {
        self.kept.map_or_else(|| self.spent.unwrap_or_default().self_bytes, |kept| kept.self_bytes)
    }
}
