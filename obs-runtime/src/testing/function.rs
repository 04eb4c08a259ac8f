//! The recorded calls of one function, and single assertions about them.

use std::time::Duration;

use super::broken::{self, BrokenBudget};
use super::call::Call;
use super::calls::Calls;
use super::judge::{self, Time};
use super::tree;
use crate::callsite::Callsite;
use crate::histogram::Histogram;
use crate::limit::{Limit, LimitKind};
use crate::outcome::Outcomes;

/// The calls of one annotated function in a [`super::Recording`].
///
/// Assertions fail with the same text as [`super::Recording::assert_budgets`], and give the function back, for the next one.
#[derive(Clone, Copy, Debug)]
pub struct Function<'a> {
    calls: &'a Calls,
    callsite: &'static Callsite,
}

impl<'a> Function<'a> {
    pub(super) const fn new(calls: &'a Calls, callsite: &'static Callsite) -> Self {
        Self { calls, callsite }
    }

    /// The function.
    pub const fn callsite(&self) -> &'static Callsite {
        self.callsite
    }

    /// Each call, in the order in which they began.
    pub fn each(&self) -> impl Iterator<Item = Call<'a>> + use<'a> {
        let (calls, callsite) = (self.calls, self.callsite);
        let all = (0..calls.all().len()).map(|at| Call::new(calls, at));
        all.filter(move |call| std::ptr::eq(call.callsite(), callsite))
    }

    /// Calls that ended.
    pub fn calls(&self) -> u64 {
        self.each().count() as u64
    }

    /// Calls by how they ended.
    pub fn outcomes(&self) -> Outcomes {
        let mut outcomes = Outcomes::default();
        self.each().for_each(|call| outcomes.add(call.outcome(), 1));
        outcomes
    }

    /// The durations of the calls; empty where the function is not timed.
    pub fn duration(&self) -> Histogram {
        let mut all = Histogram::default();
        self.each().filter_map(|call| call.record().nanos).for_each(|nanos| all.record_nanos(nanos));
        all
    }

    /// The time that a share `q` of the calls stayed within, exactly; `None` where no call was timed.
    pub fn quantile(&self, q: f64) -> Option<Duration> {
        let mut nanos: Vec<_> = self.each().filter_map(|call| call.record().nanos).collect();
        nanos.sort_unstable();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank in 1..=len")]
        let rank = (q.clamp(0.0, 1.0) * nanos.len() as f64).ceil() as usize;
        nanos.get(rank.saturating_sub(1)).copied().map(Duration::from_nanos)
    }

    /// The median duration.
    pub fn p50(&self) -> Option<Duration> {
        self.quantile(0.5)
    }

    /// The duration that 99 % of the calls do not pass.
    pub fn p99(&self) -> Option<Duration> {
        self.quantile(0.99)
    }

    /// The longest call.
    pub fn max(&self) -> Option<Duration> {
        self.quantile(1.0)
    }

    /// Requests for memory of all calls, with those of calls inside; 0 without [`crate::Alloc`].
    pub fn allocs(&self) -> u64 {
        self.each().map(|call| call.allocs()).sum()
    }

    /// Bytes of these.
    pub fn bytes(&self) -> u64 {
        self.each().map(|call| call.bytes()).sum()
    }

    /// Polls of all calls; 0 for what is no future.
    pub fn polls(&self) -> u64 {
        self.each().filter_map(|call| call.polls()).map(|polls| polls.count).sum()
    }

    /// Fails unless there were exactly so many calls.
    ///
    /// # Panics
    /// With how many there were, and the tree of calls.
    #[track_caller]
    pub fn assert_calls(self, calls: u64) -> Self {
        let (found, name) = (self.calls(), self.callsite.name());
        assert!(
            found == calls,
            "{name} was called {found} times, and {calls} were expected\n\n{}",
            tree::of_all(self.calls)
        );
        self
    }

    /// Fails when a call made more requests for memory.
    ///
    /// # Panics
    /// As [`super::Recording::assert_budgets`].
    #[track_caller]
    pub fn assert_allocs_within(self, allocs: u64) -> Self {
        self.assert_limit(LimitKind::Allocs, allocs)
    }

    /// Fails when a call asked for more bytes.
    ///
    /// # Panics
    /// As [`super::Recording::assert_budgets`].
    #[track_caller]
    pub fn assert_bytes_within(self, bytes: u64) -> Self {
        self.assert_limit(LimitKind::Bytes, bytes)
    }

    /// Fails when a call was polled more often.
    ///
    /// # Panics
    /// As [`super::Recording::assert_budgets`].
    #[track_caller]
    pub fn assert_polls_within(self, polls: u64) -> Self {
        self.assert_limit(LimitKind::Polls, polls)
    }

    /// Fails when a single poll of a call took longer.
    ///
    /// # Panics
    /// As [`super::Recording::assert_budgets`].
    #[track_caller]
    pub fn assert_each_poll_within(self, time: Duration) -> Self {
        self.assert_limit(LimitKind::Poll, nanos(time))
    }

    /// Fails when a call took longer; time is judged as in budgets.
    ///
    /// # Panics
    /// As [`super::Recording::assert_budgets`].
    #[track_caller]
    pub fn assert_within(self, time: Duration) -> Self {
        self.assert_limit(LimitKind::Wall, nanos(time))
    }

    /// The limits of its budget that were broken.
    pub(super) fn broken(&self, time: Time) -> Vec<BrokenBudget<'a>> {
        let limits = self.callsite.limits().iter().enumerate();
        let judge = |(at, &limit): (usize, &Limit)| {
            let nth = self.callsite.limits()[..at].iter().filter(|limit| limit.kind.is_calls()).count();
            judge::limit(self.each(), limit, |call| {
                let value = judge::value(call.record(), limit.kind, Some(at), time)?;
                Some(if limit.kind.is_calls() { value.max(judge::calls_inside(call, nth)) } else { value })
            })
        };
        limits.filter_map(judge).collect()
    }

    #[track_caller]
    fn assert_limit(self, kind: LimitKind, at_most: u64) -> Self {
        let limit = Limit { kind, at_most, share: 1.0 };
        let value = |call: &Call<'_>| judge::value(call.record(), kind, None, Time::Wall);
        let broken: Option<BrokenBudget<'_>> = judge::limit(self.each(), limit, value);
        assert!(broken.is_none(), "{}", broken::message(broken.as_slice()));
        self
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
