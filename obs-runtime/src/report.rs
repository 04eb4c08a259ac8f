//! How much went where: what a flush and a shutdown say.

use std::fmt;

use crate::health::Health;

/// How much went where, since the program started.
///
/// For each exporter that takes spans, and was there from the start:
/// `finished = dropped before the queues + held + exported + failed + rejected + refused + abandoned + pending`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FlushReport {
    /// Whether everything was done before the deadline.
    complete: bool,
    /// The counts of each exporter.
    exporters: Vec<ExporterReport>,
    health: Health,
}

impl FlushReport {
    pub(crate) fn new(complete: bool, exporters: Vec<ExporterReport>) -> Self {
        Self { complete, exporters, health: crate::snapshot().health().clone() }
    }

    /// Whether everything was done before the deadline.
    pub const fn is_complete(&self) -> bool {
        self.complete
    }

    /// Spans that finished and were to be recorded.
    pub const fn finished(&self) -> u64 {
        self.health.spans_finished
    }

    /// Spans taken by an exporter; each counts once for each exporter that took it.
    pub fn exported(&self) -> u64 {
        self.exporters.iter().map(|exporter| exporter.exported).sum()
    }

    /// Spans that did not arrive, by reason; reasons without spans are left out.
    pub fn dropped(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let spans = self.health.counters().filter(|(signal, _, n)| *signal == "spans" && *n > 0);
        spans.map(|(_, reason, n)| (reason, n))
    }

    /// Spans the tail sampler holds until their trace is decided.
    pub const fn held(&self) -> u64 {
        self.health.spans_held
    }

    /// Spans that are still on their way.
    pub fn pending(&self) -> u64 {
        self.exporters.iter().map(|exporter| exporter.pending).sum()
    }

    /// The counts of each exporter.
    pub fn exporters(&self) -> &[ExporterReport] {
        &self.exporters
    }
}

impl fmt::Display for FlushReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pending = self.pending() + self.held();
        write!(f, "{} spans finished, {} exported, {pending} pending", self.finished(), self.exported())?;
        for (reason, n) in self.dropped() {
            write!(f, ", {n} dropped ({reason})")?;
        }
        Ok(())
    }
}

/// One exporter's counts, since it was started.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExporterReport {
    /// The exporter's name.
    pub name: &'static str,
    /// Whether it takes spans at all.
    pub takes_spans: bool,
    /// Spans it took.
    pub exported: u64,
    /// Spans it failed to export.
    pub failed: u64,
    /// Spans the other side refused, though it took the rest of their batch.
    pub rejected: u64,
    /// Spans its queue had no room for.
    pub refused: u64,
    /// Spans that still waited when its shutdown was over time.
    pub abandoned: u64,
    /// Spans that wait or are being exported.
    pub pending: u64,
}
