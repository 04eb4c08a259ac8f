//! Telemetry for one test at a time: a process has only one.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use obs_runtime::{Batch, Builder, Exporter, Telemetry, Wants};

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Running telemetry, and the right to run it.
pub struct Running {
    telemetry: Option<Telemetry>,
    _turn: MutexGuard<'static, ()>,
}

impl Running {
    pub fn with(builder: impl FnOnce(Builder) -> Builder) -> Self {
        let turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let telemetry = builder(obs_runtime::builder().service_name("Shop")).start().unwrap();
        Self { telemetry: Some(telemetry), _turn: turn }
    }

    pub fn flushed(self) -> Self {
        let report = self.telemetry.as_ref().unwrap().flush(Duration::from_secs(10));
        assert!(report.is_complete(), "{report}");
        self
    }

    pub fn shutdown(mut self) {
        let report = self.telemetry.take().unwrap().shutdown(Duration::from_secs(10));
        assert!(report.is_complete(), "{report}");
    }
}

/// Keeps whole batches; clones share what they keep.
#[derive(Clone, Default)]
pub struct Batches(Arc<Mutex<Vec<Batch>>>);

impl Batches {
    pub fn taken(&self) -> Vec<Batch> {
        self.0.lock().unwrap().clone()
    }
}

impl Exporter for Batches {
    type Error = Infallible;

    fn wants(&self) -> Wants {
        Wants { events: true, exemplars: true, ..Wants::SPANS }
    }

    fn export(&mut self, batch: &Batch) -> Result<(), Infallible> {
        self.0.lock().unwrap().push(batch.clone());
        Ok(())
    }
}
