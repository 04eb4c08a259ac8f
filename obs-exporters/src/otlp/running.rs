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
        let mut failure = None;
        for spans in batch.spans().chunks(lane.max_batch()) {
            let sent = lane.send(|encoder| encoder.traces(batch.resource(), spans, self.with_events));
            match sent {
                Ok(rejected) => {
                    lane.count_spans(spans.len() as u64, rejected);
                }
                Err(error) => {
                    let is_final = is_about_the_message(&error);
                    failure.get_or_insert(error);
                    // A server that is away is not asked once more for each part.
                    if !is_final {
                        break;
                    }
                }
            }
        }
        failure.map_or(Ok(()), Err)
    }

    /// Events are not spans: what happens to them is counted and told here, and a batch does not fail by them.
    pub(super) fn export_events(&mut self, batch: &Batch) {
        let Some(lane) = &mut self.logs else { return };
        let mut left = batch.events().len();
        for events in batch.events().chunks(lane.max_batch()) {
            match lane.send(|encoder| encoder.logs(batch.resource(), events)) {
                Ok(rejected) => {
                    lane.count_failed_events(rejected);
                    left -= events.len();
                    lane.end_failures();
                }
                Err(error) => {
                    lane.tell_failure(&error);
                    if !is_about_the_message(&error) {
                        break;
                    }
                }
            }
        }
        lane.count_failed_events(left as u64);
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

/// Whether the server looked at the message and did not want it; another one may do.
const fn is_about_the_message(error: &SendError) -> bool {
    matches!(error, SendError::Refused { tries: 1, .. })
}
