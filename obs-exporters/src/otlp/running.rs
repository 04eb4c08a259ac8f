//! What is sent of a batch and of a snapshot, between start and shutdown.

use std::time::SystemTime;

use obs_runtime::{Batch, Snapshot};

use super::lane::Lane;
use crate::families::{self, Temporality, Totals, Window};
use crate::transport::SendError;

/// What there is from start to shutdown.
pub(super) struct Running {
    traces: Option<Lane>,
    metrics: Option<Lane>,
    logs: Option<Lane>,
    with_events: bool,
    temporality: Temporality,
    last: Last,
}

/// The totals that left last, when only what came since is to leave.
#[derive(Default)]
struct Last {
    totals: Totals,
    taken: Option<SystemTime>,
}

impl Running {
    pub(super) fn new([traces, metrics, logs]: [Option<Lane>; 3], with_events: bool, temporality: Temporality) -> Self {
        Self { traces, metrics, logs, with_events, temporality, last: Last::default() }
    }

    pub(super) fn export_spans(&mut self, batch: &Batch) -> Result<(), SendError> {
        let Some(lane) = &mut self.traces else { return Ok(()) };
        let sent = lane.send_records(batch.spans(), |encoder, spans| {
            encoder.traces(batch.resource(), spans, self.with_events);
        });
        sent.map_err(|(_, error)| error)
    }

    /// Events are not spans: what happens to them is counted and told here, and a batch does not fail by them.
    pub(super) fn export_events(&mut self, batch: &Batch) {
        let Some(lane) = &mut self.logs else { return };
        if batch.events().is_empty() {
            return;
        }
        match lane.send_records(batch.events(), |encoder, events| encoder.logs(batch.resource(), events)) {
            Ok(()) => lane.end_failures(),
            Err((events, error)) => {
                lane.tell_failure(&error);
                lane.count_failed_events(events as u64);
            }
        }
    }

    pub(super) fn export_totals(&mut self, snapshot: &Snapshot) -> Result<(), SendError> {
        let Some(lane) = &mut self.metrics else { return Ok(()) };
        let mut families = families::of(snapshot);
        let mut window = Window { temporality: self.temporality, ..Window::whole(snapshot) };
        window.since = self.last.taken.unwrap_or(window.started);
        if self.temporality == Temporality::Cumulative {
            return lane.send_totals(snapshot.resource(), &families, window);
        }
        let totals = Totals::of(&families);
        self.last.totals.subtract_from(&mut families);
        lane.send_totals(snapshot.resource(), &families, window)?;
        // Only now: what could not be sent goes with what comes next.
        self.last = Last { totals, taken: Some(snapshot.taken()) };
        Ok(())
    }
}
