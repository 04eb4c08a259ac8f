//! What a stretch of a thread's work took. Measured by [`crate::frame`].

use crate::alloc::{Asked, Mark};
use crate::clock;

/// What a call took, over all its polls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Costs {
    pub(crate) asked: Asked,
    /// CPU nanoseconds of the thread; 0 where nobody asked.
    pub(crate) cpu: u64,
    /// Nanoseconds the thread was ready and had no processor; 0 where nobody asked.
    pub(crate) waited: u64,
    /// Nanoseconds from begin to end, or inside polls.
    pub(crate) nanos: u64,
}

/// What of it was the call's own, and not that of annotated calls inside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Own {
    pub(crate) nanos: u64,
    pub(crate) allocs: u64,
    pub(crate) bytes: u64,
}

/// What is measured beside allocations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asks {
    pub(crate) cpu: bool,
    pub(crate) waited: bool,
    /// The stretch is timed here, where the call itself is not.
    pub(crate) nanos: bool,
}

/// The counters of a thread at the beginning of a stretch.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reading {
    mark: Mark,
    cpu: u64,
    waited: u64,
    nanos: u64,
}

impl Reading {
    pub(crate) fn take(asks: Asks) -> Self {
        let waited = if asks.waited { clock::waited().unwrap_or(0) } else { 0 };
        let cpu = if asks.cpu { clock::cpu_time().unwrap_or(0) } else { 0 };
        let nanos = if asks.nanos { clock::now() } else { 0 };
        Self { mark: Mark::take(), cpu, waited, nanos }
    }

    /// What was taken since; `nanos` where the call itself was timed.
    pub(crate) fn until_now(self, asks: Asks, nanos: Option<u64>) -> Costs {
        let asked = self.mark.asked_since();
        let nanos = nanos.unwrap_or_else(|| if asks.nanos { clock::now().saturating_sub(self.nanos) } else { 0 });
        let cpu = if asks.cpu { clock::cpu_time().unwrap_or(0).saturating_sub(self.cpu) } else { 0 };
        let waited = if asks.waited { clock::waited().unwrap_or(0).saturating_sub(self.waited) } else { 0 };
        Costs { asked, cpu, waited, nanos }
    }
}

impl Costs {
    /// Adds another stretch of the same call.
    pub(crate) fn add(&mut self, more: Self) {
        self.asked.add(more.asked);
        self.cpu += more.cpu;
        self.waited += more.waited;
        self.nanos += more.nanos;
    }

    /// Leaves what children took.
    pub(crate) const fn without(&self, children: Own) -> Own {
        Own {
            nanos: self.nanos.saturating_sub(children.nanos),
            allocs: self.asked.allocs.saturating_sub(children.allocs),
            bytes: self.asked.bytes.saturating_sub(children.bytes),
        }
    }
}
