//! The time that totals are about.

use std::time::SystemTime;

use obs_runtime::Snapshot;

use super::family::Kind;

/// Whether totals leave as they are, or as what came since they left last.
///
/// The discriminants are OTLP's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Temporality {
    /// What came since the last time.
    Delta = 1,
    /// Everything since the program started.
    #[default]
    Cumulative = 2,
}

/// The time that totals are about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) temporality: Temporality,
    /// When the program started.
    pub(crate) started: SystemTime,
    /// When totals left last; only asked for deltas.
    pub(crate) since: SystemTime,
    /// When they were read.
    pub(crate) end: SystemTime,
}

impl Window {
    /// Everything since the program started.
    pub(crate) fn whole(snapshot: &Snapshot) -> Self {
        let started = snapshot.started();
        Self { temporality: Temporality::Cumulative, started, since: started, end: snapshot.taken() }
    }

    /// The window of a kind: what goes up and down is told as it is, whatever is told of the rest.
    pub(crate) fn of(&self, kind: Kind) -> (Temporality, SystemTime) {
        match kind {
            Kind::Counter | Kind::Histogram if self.temporality == Temporality::Delta => {
                (Temporality::Delta, self.since)
            }
            _ => (Temporality::Cumulative, self.started),
        }
    }
}
