//! Telemetry for one test at a time: a process has only one. And a writer to read what was written.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
        let turn = turn();
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
        self.stop();
        last();
    }

    pub fn shutdown(mut self) -> FlushReport {
        self.stop()
    }

    fn stop(&mut self) -> FlushReport {
        let report = self.telemetry.take().unwrap().shutdown(LONG);
        assert!(report.is_complete(), "{report}");
        report
    }
}

/// The right to start telemetry oneself.
pub fn turn() -> MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A writer that a test can read.
#[derive(Clone, Default)]
pub struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub fn callsite<'a>(snapshot: &'a Snapshot, name: &str) -> &'a CallsiteSnapshot {
    snapshot.callsite(name).unwrap_or_else(|| panic!("no callsite {name}"))
}
