//! One recorded call, and its place in the tree.

use std::time::Duration;

use super::calls::Calls;
use crate::callsite::Callsite;
use crate::outcome::Outcome;
use crate::recording::RecordedCall;
use crate::snapshot::Polls;
use crate::value::Value;

/// One annotated call of a [`super::Recording`].
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    calls: &'a Calls,
    at: usize,
}

impl<'a> Call<'a> {
    pub(super) const fn new(calls: &'a Calls, at: usize) -> Self {
        Self { calls, at }
    }

    pub(super) fn record(&self) -> &'a RecordedCall {
        &self.calls.all()[self.at]
    }

    /// The function.
    pub fn callsite(&self) -> &'static Callsite {
        self.record().callsite
    }

    /// The function's qualified name.
    pub fn name(&self) -> &'static str {
        self.callsite().name()
    }

    /// How it ended.
    pub fn outcome(&self) -> Outcome {
        self.record().outcome
    }

    /// The error's type, and its variant where it has one; `None` unless it ended in an error.
    pub fn error_type(&self) -> Option<&'a str> {
        self.record().error_type.as_deref()
    }

    /// Wall time; `None` where the function is not timed.
    pub fn duration(&self) -> Option<Duration> {
        self.record().nanos.map(Duration::from_nanos)
    }

    /// Wall time without what annotated calls inside took on the same thread; of a future, time inside its polls without
    /// that.
    pub fn self_time(&self) -> Option<Duration> {
        self.record().nanos.map(|_| Duration::from_nanos(self.record().own.nanos))
    }

    /// How often and how long it was polled; `None` for what is no future, or is not timed.
    pub fn polls(&self) -> Option<Polls> {
        let [count, busy, longest] = self.record().polls?;
        Some(Polls { count, busy: Duration::from_nanos(busy), longest: Duration::from_nanos(longest) })
    }

    /// CPU time of the thread; `None` where it was not asked for, or the system does not tell: it is known of calls that
    /// are timed, unless the clock is moved by hand.
    pub fn cpu_time(&self) -> Option<Duration> {
        let nanos = self.record().costs.cpu;
        (nanos > 0).then(|| Duration::from_nanos(nanos))
    }

    /// Requests for memory, with those of calls inside; of a future, inside its polls. 0 without [`crate::Alloc`].
    pub fn allocs(&self) -> u64 {
        self.record().costs.asked.allocs
    }

    /// Bytes of these.
    pub fn bytes(&self) -> u64 {
        self.record().costs.asked.bytes
    }

    /// Requests for memory without those of annotated calls inside.
    pub fn self_allocs(&self) -> u64 {
        self.record().own.allocs
    }

    /// Bytes of these.
    pub fn self_bytes(&self) -> u64 {
        self.record().own.bytes
    }

    /// The most bytes it held at the same time, beyond what was held when it began.
    pub fn max_held(&self) -> u64 {
        self.record().costs.asked.peak
    }

    /// The fields of its span, and those added while it ran.
    pub fn fields(&self) -> &'a [(&'static str, Value)] {
        &self.record().fields
    }

    /// One field by its key.
    pub fn field(&self, key: &str) -> Option<&'a Value> {
        self.fields().iter().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// The call it ran in; on another thread the one whose span its own hangs on.
    pub fn parent(&self) -> Option<Self> {
        self.calls.parent(self.at).map(|at| Self::new(self.calls, at))
    }

    /// The calls that ran in it, in the order in which they began.
    pub fn children(&self) -> impl ExactSizeIterator<Item = Self> + use<'a> {
        self.calls.children(self.at).iter().map(|&at| Self::new(self.calls, at))
    }

    /// Whether this is the very same call.
    pub(super) const fn is(&self, other: &Self) -> bool {
        self.at == other.at
    }

    /// The call without a parent that it ran in, or itself.
    pub(super) fn root(self) -> Self {
        std::iter::successors(Some(self), Self::parent).last().unwrap_or(self)
    }
}
