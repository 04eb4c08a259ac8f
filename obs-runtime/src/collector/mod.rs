//! The thread that drains rings, and the threads of the exporters.
//!
//! The collector makes batches of what the rings hold and puts them into each exporter's queue; it also asks for
//! snapshots when an exporter's time has come. Exporters know neither it nor each other. Once a second it looks at what
//! all that costs.

mod compact;
mod drain;
mod flow;
mod limit;
mod notes;
mod queue;
mod stages;
mod tail;
mod ticks;
mod worker;

use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

pub(crate) use flow::{Collector, count_left_over};
pub(crate) use queue::Capacity;
pub(crate) use stages::Stages;
pub(crate) use tail::Tail;
pub(crate) use ticks::Watching;
pub(crate) use worker::{DynExporter, Erased};

use crate::report::FlushReport;
use crate::sync::lock;

/// What stands for a time without end.
const FAR: Duration = Duration::from_secs(365 * 24 * 3600);

/// The collector that runs now, if any.
static RUNNING: Mutex<Option<Arc<Collector>>> = Mutex::new(None);

/// Takes the place of the running collector, if it is free.
pub(crate) fn claim(collector: &Arc<Collector>) -> bool {
    let mut running = lock(&RUNNING);
    if running.is_some() {
        return false;
    }
    *running = Some(Arc::clone(collector));
    true
}

/// Makes the place free again.
pub(crate) fn release() {
    *lock(&RUNNING) = None;
}

/// When a timeout is over; one that no clock can count to is a year.
fn deadline(timeout: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(timeout).unwrap_or_else(|| now + FAR)
}

/// The handles of a running collector.
pub(crate) struct Threads {
    pub(crate) collector: Arc<Collector>,
    pub(crate) handle: Option<JoinHandle<()>>,
}

impl Threads {
    /// Brings everything that has ended so far to the exporters, and waits for them.
    pub(crate) fn flush(&self, timeout: Duration) -> FlushReport {
        self.collector.flush(deadline(timeout))
    }

    /// Flushes, stops all threads and says how it went.
    pub(crate) fn shutdown(&mut self, timeout: Duration) -> FlushReport {
        let deadline = deadline(timeout);
        let report = self.collector.shutdown(deadline);
        if let Some(handle) = self.handle.take() {
            // A collector that is past its deadline is left to itself: waiting would break the promise.
            if report.is_complete() {
                let _ = handle.join();
            }
        }
        release();
        report
    }
}
