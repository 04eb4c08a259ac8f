//! An exporter for tests about events.

use std::sync::{Arc, Mutex, PoisonError};

/// Keeps all events.
#[derive(Clone, Default)]
pub(crate) struct Events(Arc<Mutex<Vec<Arc<obs::Event>>>>);

impl Events {
    pub(crate) fn taken(&self) -> Vec<Arc<obs::Event>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl obs::Exporter for Events {
    type Error = std::convert::Infallible;

    fn wants(&self) -> obs::Wants {
        obs::Wants { events: true, ..obs::Wants::NOTHING }
    }

    fn export(&mut self, batch: &obs::Batch) -> Result<(), Self::Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(batch.events().iter().cloned());
        Ok(())
    }
}
