//! An exporter's own thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::queue::{Capacity, Queue, Work};
use crate::batch::Batch;
use crate::exporter::{Exporter, Reader, Wants};
use crate::health_counters::{EXPORT_FAILED, EXPORTER_PANICS, QUEUE_FULL, REJECTED, SHUTDOWN_TIMEOUT};
use crate::own_cpu::{self, FOR_SPANS, FOR_TOTALS};
use crate::report::ExporterReport;
use crate::snapshot::Snapshot;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// An [`Exporter`] whose error type does not show.
pub(crate) trait DynExporter: Send {
    fn name(&self) -> &'static str;
    fn wants(&self) -> Wants;
    fn start(&mut self, reader: Reader) -> Result<(), Failure>;
    fn export(&mut self, batch: &Batch) -> Result<(), Failure>;
    fn report(&mut self, snapshot: &Snapshot) -> Result<(), Failure>;
    fn flush(&mut self) -> Result<(), Failure>;
    fn shutdown(&mut self) -> Result<(), Failure>;
}

/// Hides an exporter's error type.
pub(crate) struct Erased<E>(pub(crate) E);

impl<E: Exporter> DynExporter for Erased<E> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn wants(&self) -> Wants {
        self.0.wants()
    }

    fn start(&mut self, reader: Reader) -> Result<(), Failure> {
        Ok(self.0.start(reader)?)
    }

    fn export(&mut self, batch: &Batch) -> Result<(), Failure> {
        Ok(self.0.export(batch)?)
    }

    fn report(&mut self, snapshot: &Snapshot) -> Result<(), Failure> {
        Ok(self.0.report(snapshot)?)
    }

    fn flush(&mut self) -> Result<(), Failure> {
        Ok(self.0.flush()?)
    }

    fn shutdown(&mut self) -> Result<(), Failure> {
        Ok(self.0.shutdown()?)
    }
}

/// An exporter, seen from the collector.
pub(super) struct Worker {
    shared: Arc<Shared>,
    wants: Wants,
    /// When the next snapshot is due.
    due: Option<Instant>,
    /// It had no room lately: not waited for until it has.
    stalled: bool,
    thread: Option<JoinHandle<()>>,
}

/// What collector and worker share.
struct Shared {
    name: &'static str,
    queue: Queue,
    reader: Reader,
    exported: AtomicU64,
    failed: AtomicU64,
    rejected: AtomicU64,
    refused: AtomicU64,
    abandoned: AtomicU64,
    /// By [`Kind`].
    failures_told: [AtomicBool; 3],
}

impl Worker {
    pub(super) fn spawn(exporter: Box<dyn DynExporter>, reader: Reader, capacity: Capacity) -> std::io::Result<Self> {
        let wants = exporter.wants();
        let shared = Arc::new(Shared {
            name: exporter.name(),
            queue: Queue::new(capacity),
            reader,
            exported: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            rejected: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            abandoned: AtomicU64::new(0),
            failures_told: Default::default(),
        });
        let work = Arc::clone(&shared);
        let thread =
            std::thread::Builder::new().name(format!("obs-{}", shared.name)).spawn(move || work.run(exporter))?;
        let due = wants.snapshots.and_then(|every| Instant::now().checked_add(every));
        Ok(Self { shared, wants, due, stalled: false, thread: Some(thread) })
    }

    /// Puts a batch into the queue, waiting for room as long as `patience`, but only once for each stall.
    pub(super) fn offer(&mut self, batch: &Arc<Batch>, patience: Duration) {
        let has_spans = self.wants.spans && !batch.spans.is_empty();
        let has_events = self.wants.events && !batch.events.is_empty();
        if !has_spans && !has_events {
            return;
        }
        let patience = if self.stalled { Duration::ZERO } else { patience };
        self.stalled = !self.shared.queue.put_batch(batch, Instant::now() + patience);
        if self.stalled {
            let spans = batch.spans.len() as u64;
            self.shared.refused.fetch_add(spans, Ordering::Relaxed);
            QUEUE_FULL.add(spans);
        }
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.due.is_some_and(|due| due <= now)
    }

    pub(super) const fn due(&self) -> Option<Instant> {
        self.due
    }

    pub(super) const fn wants_spans(&self) -> bool {
        self.wants.spans
    }

    /// Whether it had no room for the last batch.
    pub(super) const fn is_stalled(&self) -> bool {
        self.stalled
    }

    pub(super) const fn wants_snapshots(&self) -> bool {
        self.wants.snapshots.is_some()
    }

    pub(super) fn report(&mut self, snapshot: &Arc<Snapshot>) {
        self.due = self.wants.snapshots.and_then(|every| Instant::now().checked_add(every));
        self.shared.queue.put(Work::Report(Arc::clone(snapshot)));
    }

    pub(super) fn flush(&self) {
        self.shared.queue.put(Work::Flush);
    }

    /// What of the worker can be waited for without holding up the collector.
    pub(super) fn watch(&self) -> Watch {
        Watch { shared: Arc::clone(&self.shared), takes_spans: self.wants.spans }
    }

    /// Asks the exporter to stop.
    pub(super) fn ask_to_stop(&self) {
        self.shared.reader.stop_pauses();
        self.shared.queue.put(Work::Shutdown);
    }

    /// Waits until the exporter has stopped, at most until the deadline.
    pub(super) fn await_stop(&mut self, deadline: Instant) -> bool {
        let in_time = self.shared.queue.wait_done(deadline);
        if in_time {
            if let Some(thread) = self.thread.take() {
                let _ = thread.join();
            }
        } else {
            let spans = self.shared.queue.abandon();
            self.shared.abandoned.fetch_add(spans, Ordering::Relaxed);
            SHUTDOWN_TIMEOUT.add(spans);
            // Once for each exporter: the process ends soon, and nobody will look at the counters.
            eprintln!(
                "obs: exporter {} was not done when the time for the shutdown was over; {spans} spans were given up",
                self.shared.name
            );
        }
        in_time
    }
}

/// An exporter's progress and counts, for those who wait.
pub(super) struct Watch {
    shared: Arc<Shared>,
    takes_spans: bool,
}

impl Watch {
    pub(super) fn wait_done(&self, deadline: Instant) -> bool {
        self.shared.queue.wait_done(deadline)
    }

    pub(super) fn counts(&self) -> ExporterReport {
        let read = |cell: &AtomicU64| cell.load(Ordering::Relaxed);
        ExporterReport {
            name: self.shared.name,
            takes_spans: self.takes_spans,
            exported: read(&self.shared.exported),
            failed: read(&self.shared.failed),
            rejected: read(&self.shared.rejected),
            refused: read(&self.shared.refused),
            abandoned: read(&self.shared.abandoned),
            pending: self.shared.queue.pending(),
        }
    }
}

impl Shared {
    fn run(&self, mut exporter: Box<dyn DynExporter>) {
        loop {
            let work = self.queue.take();
            let stop = matches!(work, Work::Shutdown);
            let outcome = catch_unwind(AssertUnwindSafe(|| match &work {
                Work::Export(batch) => own_cpu::counted(&FOR_SPANS, || exporter.export(batch)),
                Work::Report(snapshot) => own_cpu::counted(&FOR_TOTALS, || exporter.report(snapshot)),
                Work::Flush => own_cpu::counted(&FOR_SPANS, || exporter.flush()),
                Work::Shutdown => exporter.shutdown(),
            }));
            let (spans, kind) = match &work {
                Work::Export(batch) => (self.queue.settle(batch), Kind::Export),
                Work::Report(_) => (0, Kind::Report),
                Work::Flush | Work::Shutdown => (0, Kind::Flush),
            };
            self.settle(spans, kind, outcome);
            self.queue.done();
            if stop {
                return;
            }
        }
    }

    fn settle(&self, spans: u64, kind: Kind, outcome: std::thread::Result<Result<(), Failure>>) {
        let (rejected, delivered) = (self.reader.take_rejected(), self.reader.take_delivered());
        let failures_told = &self.failures_told[kind as usize];
        let cause = match outcome {
            Ok(Ok(())) => {
                self.count(spans, spans, rejected);
                failures_told.store(false, Ordering::Relaxed);
                return;
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => {
                EXPORTER_PANICS.add(1);
                "it panicked".to_owned()
            }
        };
        self.count(spans, delivered.min(spans), rejected);
        // Once for each row of failures, not once for each batch.
        if !failures_told.swap(true, Ordering::Relaxed) {
            eprintln!("obs: exporter {} failed: {cause}; further failures are counted, not printed", self.name);
        }
    }

    /// Counts the spans of a batch: those that did not arrive, those that were rejected on arrival, the rest.
    fn count(&self, spans: u64, delivered: u64, rejected: u64) {
        let rejected = rejected.min(delivered);
        REJECTED.add(rejected);
        self.rejected.fetch_add(rejected, Ordering::Relaxed);
        self.exported.fetch_add(delivered - rejected, Ordering::Relaxed);
        EXPORT_FAILED.add(spans - delivered);
        self.failed.fetch_add(spans - delivered, Ordering::Relaxed);
    }
}

/// What failures of an exporter are told apart by: one kind that works does not end the row of another that fails.
#[derive(Clone, Copy)]
enum Kind {
    Export,
    Report,
    Flush,
}
