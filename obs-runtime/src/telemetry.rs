//! The handle of the running telemetry.

use std::fmt;
use std::time::Duration;

use crate::collector::Threads;
use crate::report::FlushReport;

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
        // Nobody takes spans any more: none are recorded. Before the place is free for the next start.
        crate::registry::change_policy(|policy| {
            policy.spans_wanted = false;
            policy.events_wanted = false;
        });
        threads.shutdown(timeout)
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
