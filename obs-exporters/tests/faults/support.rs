//! Telemetry for one test at a time, and the balance of its spans.

use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use obs_runtime::{Exporter, ExporterReport, FlushReport, Telemetry};

use crate::obs::traced;

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

pub const LONG: Duration = Duration::from_secs(30);

/// A span.
#[traced(crate = crate::obs)]
pub fn work() {}

/// So many spans.
pub fn work_times(calls: u64) {
    (0..calls).for_each(|_| work());
}

/// Running telemetry with one exporter, and the right to run it.
pub struct Running {
    telemetry: Telemetry,
    finished_before: u64,
    _turn: MutexGuard<'static, ()>,
}

impl Running {
    pub fn with(exporter: impl Exporter) -> Self {
        Self::with_queue(exporter, 65_536)
    }

    /// The same with a queue of so many spans.
    pub fn with_queue(exporter: impl Exporter, queue: usize) -> Self {
        let turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let finished_before = obs_runtime::snapshot().health().spans_finished;
        let builder = obs_runtime::builder().service_name("shop").queue_capacity(queue).exporter(exporter);
        // A flush says when spans leave, so that tests know the batches.
        let telemetry = builder.collect_interval(LONG).start().unwrap();
        Self { telemetry, finished_before, _turn: turn }
    }

    /// The error of an exporter that cannot start.
    pub fn try_with(exporter: impl Exporter) -> Result<(), String> {
        let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        obs_runtime::builder().exporter(exporter).start().map(drop).map_err(|error| error.to_string())
    }

    /// Flushes, and gives the exporter's counts; every span that finished is in one of them.
    pub fn flush(&self, timeout: Duration) -> (bool, ExporterReport) {
        self.balanced(&self.telemetry.flush(timeout))
    }

    /// Shuts down, and gives the exporter's counts; every span that finished is in one of them.
    pub fn shutdown(self, timeout: Duration) -> (bool, ExporterReport) {
        let Self { telemetry, finished_before, _turn } = self;
        let report = telemetry.shutdown(timeout);
        (report.is_complete(), balance(&report, finished_before))
    }

    fn balanced(&self, report: &FlushReport) -> (bool, ExporterReport) {
        (report.is_complete(), balance(report, self.finished_before))
    }
}

fn balance(report: &FlushReport, finished_before: u64) -> ExporterReport {
    let [counts] = report.exporters() else { panic!("one exporter") };
    let all = counts.exported + counts.failed + counts.rejected + counts.refused + counts.abandoned + counts.pending;
    assert_eq!(report.finished() - finished_before, all, "{counts:?}");
    counts.clone()
}

/// Runs an ignored test of this binary as a program of its own, and gives what it says of us on standard error.
pub fn said_by(test: &str) -> Vec<String> {
    let program = std::env::current_exe().unwrap();
    let run = Command::new(program).args(["--exact", test, "--ignored", "--nocapture"]).output().unwrap();
    let told = String::from_utf8(run.stderr).unwrap();
    assert!(run.status.success(), "{told}");
    told.lines().filter(|line| line.contains("obs:")).map(str::to_owned).collect()
}
