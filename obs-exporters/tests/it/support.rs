//! Telemetry for one test at a time: a process has only one.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use obs_runtime::{CallsiteSnapshot, Exporter, FlushReport, Snapshot, Telemetry};

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

pub const LONG: Duration = Duration::from_secs(10);

/// Running telemetry, and the right to run it.
pub struct Running {
    telemetry: Option<Telemetry>,
    _turn: MutexGuard<'static, ()>,
}

impl Running {
    pub fn with(exporter: impl Exporter) -> Self {
        let turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let telemetry = obs_runtime::builder().service_name("shop").exporter(exporter).start().unwrap();
        Self { telemetry: Some(telemetry), _turn: turn }
    }

    pub fn with_both(first: impl Exporter, second: impl Exporter) -> Self {
        let turn = turn();
        let builder = obs_runtime::builder().service_name("shop").exporter(first).exporter(second);
        Self { telemetry: Some(builder.start().unwrap()), _turn: turn }
    }

    pub fn flush(&self) {
        let report = self.telemetry.as_ref().unwrap().flush(LONG);
        assert!(report.is_complete(), "{report}");
    }

    /// Shuts down, and does something more before the next test has its turn.
    pub fn shutdown_then(mut self, last: impl FnOnce()) {
        let report = self.telemetry.take().unwrap().shutdown(LONG);
        assert!(report.is_complete(), "{report}");
        last();
    }

    pub fn shutdown(mut self) -> FlushReport {
        let report = self.telemetry.take().unwrap().shutdown(LONG);
        assert!(report.is_complete(), "{report}");
        report
    }
}

/// The right to start telemetry oneself.
pub fn turn() -> MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

pub fn callsite<'a>(snapshot: &'a Snapshot, name: &str) -> &'a CallsiteSnapshot {
    snapshot.callsite(name).unwrap_or_else(|| panic!("no callsite {name}"))
}
