//! Telemetry for tests: one at a time, whatever else runs in parallel.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use obs::exporters::Memory;

/// Time enough for anything that is not broken.
pub(crate) const LONG: Duration = Duration::from_secs(30);

/// Running telemetry that keeps all spans in memory.
pub(crate) struct Kept {
    pub(crate) telemetry: obs::Telemetry,
    pub(crate) memory: Memory,
    pub(crate) _turn: Turn,
}

impl Kept {
    pub(crate) fn start() -> Self {
        Self::with(obs::builder())
    }

    pub(crate) fn with(builder: obs::Builder) -> Self {
        let turn = turn();
        let memory = Memory::bounded(4_000_000);
        let telemetry = builder.level(obs::Level::Trace).exporter(memory.clone()).start().expect("one at a time");
        Self { telemetry, memory, _turn: turn }
    }

    /// The spans of one function, after a flush.
    pub(crate) fn spans(&self, name: &str) -> Vec<obs::Span> {
        let report = self.telemetry.flush(LONG);
        assert!(report.is_complete(), "{report}");
        let named = |span: &obs::Span| span.name().ends_with(name);
        self.memory.spans().into_iter().filter(named).collect()
    }
}

/// The right to start telemetry.
pub(crate) type Turn = MutexGuard<'static, ()>;

/// Waits until no other test has telemetry running.
pub(crate) fn turn() -> Turn {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One function's totals.
pub(crate) fn totals(name: &str) -> obs::CallsiteSnapshot {
    obs::snapshot().callsite(name).unwrap_or_else(|| panic!("no function {name}")).clone()
}
