//! What a stretch of a thread's work took. Measured by [`crate::frame`] and [`crate::ledger`].

use crate::alloc::Asked;
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

/// What is asked for beside allocations, at the beginning of a stretch.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reading {
    cpu: u64,
    waited: u64,
    nanos: u64,
}

impl Reading {
    pub(crate) fn take(asks: Asks) -> Self {
        let waited = if asks.waited { clock::waited().unwrap_or(0) } else { 0 };
        let cpu = if asks.cpu { clock::cpu_time().unwrap_or(0) } else { 0 };
        let nanos = if asks.nanos { clock::now() } else { 0 };
        Self { cpu, waited, nanos }
    }

    /// Fills in what was taken since. Nanoseconds are asked for only where the call itself is not timed.
    pub(crate) fn until_now(self, asks: Asks, costs: &mut Costs) {
        if asks.nanos {
            costs.nanos = clock::now().saturating_sub(self.nanos);
        }
        if asks.cpu {
            costs.cpu = clock::cpu_time().unwrap_or(0).saturating_sub(self.cpu);
        }
        if asks.waited {
            costs.waited = clock::waited().unwrap_or(0).saturating_sub(self.waited);
        }
    }
}

impl Own {
    #[inline]
    pub(crate) const fn add(&mut self, more: Self) {
        self.nanos += more.nanos;
        self.allocs += more.allocs;
        self.bytes += more.bytes;
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

    /// All of it, as a call around it sees that.
    #[inline]
    pub(crate) const fn whole(&self) -> Own {
        Own { nanos: self.nanos, allocs: self.asked.allocs, bytes: self.asked.bytes }
    }

    /// Leaves what children took.
    #[inline]
    pub(crate) const fn without(&self, children: Own) -> Own {
        Own {
            nanos: self.nanos.saturating_sub(children.nanos),
            allocs: self.asked.allocs.saturating_sub(children.allocs),
            bytes: self.asked.bytes.saturating_sub(children.bytes),
        }
    }
}
