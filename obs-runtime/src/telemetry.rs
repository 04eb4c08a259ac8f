//! The handle of the running telemetry, and what it reports.

use std::fmt;
use std::time::Duration;

use crate::collector::Threads;
use crate::health::Health;

/// How long a dropped [`Telemetry`] waits for its exporters.
const DROP_TIMEOUT: Duration = Duration::from_secs(5);

/// The running telemetry. Keep it until the end of `main`: dropping it flushes and stops the exporters.
#[must_use = "dropping it stops the telemetry at once; write `let _telemetry = ...`"]
pub struct Telemetry {
    /// `None` when `enabled` is off, and after shutdown.
    threads: Option<Threads>,
}

impl Telemetry {
    pub(crate) const fn new(threads: Option<Threads>) -> Self {
        Self { threads }
    }

    /// Brings every span that has ended so far, and the totals, to all exporters, and waits for them.
    ///
    /// # Cost
    /// Blocks until the exporters are done, at most `timeout`.
    /// # Errors
    /// None: what could not be done in time is `pending` in the report.
    pub fn flush(&self, timeout: Duration) -> FlushReport {
        self.threads.as_ref().map_or_else(FlushReport::default, |threads| threads.flush(timeout))
    }

    /// Flushes, stops the exporters and says how much went where. Telemetry may be started again afterwards.
    pub fn shutdown(mut self, timeout: Duration) -> FlushReport {
        self.stop(timeout)
    }

    fn stop(&mut self, timeout: Duration) -> FlushReport {
        let Some(mut threads) = self.threads.take() else { return FlushReport::default() };
        let report = threads.shutdown(timeout);
        // Nobody takes spans any more: none are recorded.
        crate::registry::change_policy(|policy| policy.spans_wanted = false);
        report
    }
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        self.stop(DROP_TIMEOUT);
    }
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telemetry").field("running", &self.threads.is_some()).finish_non_exhaustive()
    }
}

/// How much went where, since the program started.
///
/// For each exporter that takes spans, and was there from the start:
/// `finished = dropped before the queues + exported + failed + refused + abandoned + pending`.
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
        let spans = self.health.counters().into_iter().filter(|(signal, _, n)| *signal == "spans" && *n > 0);
        spans.map(|(_, reason, n)| (reason, n))
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
        write!(f, "{} spans finished, {} exported, {} pending", self.finished(), self.exported(), self.pending())?;
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
    /// Spans its queue had no room for.
    pub refused: u64,
    /// Spans that still waited when its shutdown was over time.
    pub abandoned: u64,
    /// Spans that wait or are being exported.
    pub pending: u64,
}
