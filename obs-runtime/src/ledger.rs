//! What few running calls need beyond a frame: futures, between their polls; spans that these hold across an `.await`; calls
//! that are recorded, whose path is kept, whose CPU time is asked for, or whose budget bounds the calls of others.
//!
//! Lies in a [`crate::frame`] while its call runs on the thread, and in a [`crate::task`] between polls; read by
//! [`crate::bounds`] and [`crate::ended`] when the call has ended.

use crate::callsite::Callsite;
use crate::clock;
use crate::costs::{Asks, Costs, Own, Reading};
use crate::paths::Path;
use crate::recording::{self, RecordedStart};

/// What is kept of one running call.
#[derive(Debug)]
pub(crate) struct Ledger {
    pub(crate) callsite: &'static Callsite,
    /// The number of a call that is listed as running; 0 for none.
    pub(crate) live: u32,
    /// Where it stands among the calls of the program, when paths are profiled.
    pub(crate) path: Path,
    pub(crate) recorded: Option<RecordedStart>,
    asks: Asks,
    reading: Reading,
    /// Up to the last time that its frame was taken off the thread.
    pub(crate) costs: Costs,
    pub(crate) children: Own,
    /// When what is done for the profile of the call began, or of its last poll; 0 where it is not kept.
    since: u64,
    is_polled: bool,
    profiling: Profiling,
    /// Calls of the functions that `calls(..)` of the budget bounds, in the order of the limits.
    pub(crate) calls: Vec<u64>,
    /// Names the call where its instructions are counted.
    pub(crate) counted: Option<u64>,
    /// Between polls: spans that the future holds across an `.await`, by their keys.
    pub(crate) held: Vec<(u32, Box<Self>)>,
}

/// Nanoseconds of a call in which calls inside were profiled: neither theirs nor its own.
#[derive(Clone, Copy, Debug, Default)]
struct Profiling {
    /// Of calls that it made itself.
    own: u64,
    /// Of all calls inside.
    all: u64,
}

/// What is known of a call when it begins.
pub(crate) struct Beginning {
    pub(crate) callsite: &'static Callsite,
    pub(crate) live: u32,
    pub(crate) path: Path,
    /// When it was begun to find that out; 0 where it is not kept.
    pub(crate) since: u64,
    /// Its wall time is measured, frame or not.
    pub(crate) is_timed: bool,
}

impl Ledger {
    /// Of no call yet.
    pub(crate) fn new(callsite: &'static Callsite) -> Self {
        let (asks, reading, costs, children, profiling) = Default::default();
        Self {
            callsite,
            live: 0,
            path: Path::None,
            recorded: None,
            asks,
            reading,
            costs,
            children,
            since: 0,
            is_polled: false,
            profiling,
            calls: Vec::new(),
            counted: None,
            held: Vec::new(),
        }
    }

    /// Begins a call: all is written anew, in place.
    #[inline]
    pub(crate) fn begin(&mut self, beginning: &Beginning, recorded: Option<RecordedStart>) {
        let &Beginning { callsite, live, path, since, is_timed } = beginning;
        // A clock that is moved by hand is not disturbed by what else runs.
        let waited = is_timed && recorded.is_some() && !clock::is_manual();
        let cpu = callsite.needs().cpu || waited;
        self.asks = Asks { cpu, waited, nanos: path.is_kept() && !is_timed };
        (self.callsite, self.live, self.path, self.recorded) = (callsite, live, path, recorded);
        (self.reading, self.costs, self.children, self.profiling) = Default::default();
        (self.since, self.is_polled, self.counted) = (since, false, None);
        self.calls.clear();
        self.calls.resize(callsite.needs().callees, 0);
        self.held.clear();
    }

    /// What the call took with those inside, and itself, for its path.
    pub(crate) fn profiled(&self) -> (Costs, Own) {
        let (costs, Profiling { own: here, all }) = (self.costs, self.profiling);
        let own = costs.without(self.children);
        let (with_inside, alone) = (costs.nanos.saturating_sub(all), own.nanos.saturating_sub(here));
        (Costs { nanos: with_inside, ..costs }, Own { nanos: alone, ..own })
    }

    /// A poll of the call begins.
    pub(crate) fn poll(&mut self) {
        if self.is_polled && self.path.is_kept() {
            self.since = clock::now();
        }
        self.is_polled = true;
    }

    /// The call, or a poll of it, is on the thread from now on.
    pub(crate) fn enter(&mut self) {
        self.reading = Reading::take(self.asks);
        if let Some(recorded) = &mut self.recorded {
            recorded.around = recording::set_call(recorded.id);
        }
    }

    /// It is no more; adds what is asked for to what the frame knows of its costs meanwhile.
    pub(crate) fn exit(&self, costs: &mut Costs) {
        self.reading.until_now(self.asks, costs);
        if let Some(recorded) = self.recorded.as_ref().filter(|recorded| recorded.id == recording::call()) {
            recording::set_call(recorded.around);
        }
    }

    /// Adds what it took meanwhile, and calls inside.
    pub(crate) fn add(&mut self, costs: Costs, children: Own) {
        self.costs.add(costs);
        self.children.add(children);
    }

    /// Counts a call of `callee`, if the budget bounds it.
    pub(crate) fn count(&mut self, callee: &'static Callsite) {
        for (nth, count) in self.calls.iter_mut().enumerate() {
            *count += u64::from(self.callsite.bounds(nth, callee));
        }
    }

    /// A poll of a call inside has ended that took so many nanoseconds: the rest was spent on its profile.
    pub(crate) fn profiled_poll(&mut self, inside: &Self, nanos: u64) {
        if inside.is_polled && inside.path.is_kept() {
            let took = clock::now().saturating_sub(inside.since).saturating_sub(nanos);
            self.profiling.own += took;
            self.profiling.all += took;
        }
    }

    /// All is written down of a call inside.
    pub(crate) fn profiled_call(&mut self, inside: &Self) {
        if inside.path.is_kept() {
            // A future may be dropped long after its last poll, and that one was looked at.
            let since_begin = if inside.is_polled { 0 } else { clock::now().saturating_sub(inside.since) };
            let took = since_begin.saturating_sub(inside.costs.nanos);
            self.profiling.own += took;
            self.profiling.all += took + inside.profiling.all;
        }
    }
}
