//! The collector's loop, and what others may ask of it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use super::drain::drain;
use super::notes;
use super::queue::Capacity;
use super::stages::Stages;
use super::ticks::{self, Notice, Ticks, Watching};
use super::worker::{Watch, Worker};
use crate::batch::{Batch, Span};
use crate::budget_history::BUDGETS;
use crate::error_history::ERRORS;
use crate::event::Event;
use crate::exporter::Reader;
use crate::health_counters::AFTER_SHUTDOWN;
use crate::own_cpu::{self, FOR_SPANS, FOR_TOTALS};
use crate::report::FlushReport;
use crate::resource::Resource;
use crate::snapshot::Snapshot;
use crate::span_memory::MEMORY;
use crate::sync::lock;

/// Spans in one batch, at most.
const BATCH: usize = 4096;
/// How long a full queue is waited for while there is room left in the rings.
const PATIENCE: Duration = Duration::from_millis(200);
/// The share of the rings' memory up to which a full queue is waited for where another exporter takes nothing.
const ROOM: f64 = 0.5;

/// The collector: drains rings into queues.
pub(crate) struct Collector {
    resource: Arc<Resource>,
    interval: Duration,
    watching: Watching,
    /// Held while rings are drained, so that a flush and the loop take turns.
    workers: Mutex<Vec<Worker>>,
    /// Locked after `workers` only.
    stages: Mutex<Stages>,
    stop: AtomicBool,
}

impl Collector {
    /// Makes a collector with no exporter yet.
    pub(crate) fn new(resource: Arc<Resource>, interval: Duration, stages: Stages, watching: Watching) -> Self {
        let (workers, stages) = (Mutex::default(), Mutex::new(stages));
        Self { resource, interval, watching, workers, stages, stop: AtomicBool::new(false) }
    }

    /// Gives an exporter its thread and its queue.
    pub(crate) fn add(
        &self,
        exporter: Box<dyn super::DynExporter>,
        reader: Reader,
        capacity: Capacity,
    ) -> std::io::Result<()> {
        let worker = Worker::spawn(exporter, reader, capacity)?;
        lock(&self.workers).push(worker);
        Ok(())
    }

    /// The collector thread's whole life.
    pub(crate) fn run(&self) {
        MEMORY.set_reader(Some(std::thread::current()));
        let mut ticks = Ticks::new(self.watching, lock(&self.stages).taken());
        while !self.stop.load(Ordering::Acquire) {
            self.sleep();
            ERRORS.tick();
            BUDGETS.tick();
            let mut workers = lock(&self.workers);
            // Asked under the lock: after a shutdown there is nobody left to hand anything to.
            if self.stop.load(Ordering::Acquire) {
                return;
            }
            self.collect(&mut workers);
            let notice = own_cpu::counted(&FOR_TOTALS, || {
                report_where_due(&mut workers);
                ticks.tick(lock(&self.stages).taken())
            });
            // Who hears of it may flush.
            drop(workers);
            notice.iter().for_each(Notice::tell);
        }
    }

    /// Sleeps until the interval has passed, a snapshot is due, or the rings fill fast.
    fn sleep(&self) {
        let due = lock(&self.workers).iter().filter_map(Worker::due).min();
        let until_due = due.map(|due| due.saturating_duration_since(Instant::now()));
        let at_most = until_due.map_or(self.interval, |due| due.min(self.interval));
        std::thread::park_timeout(at_most);
    }

    fn collect(&self, workers: &mut [Worker]) {
        own_cpu::counted(&FOR_SPANS, || self.drain(workers));
    }

    fn drain(&self, workers: &mut [Worker]) {
        let mut stages = lock(&self.stages);
        stages.begin_round();
        drain(BATCH, |spans| {
            let spans = stages.take(spans);
            self.offer(workers, spans, stages.take_events());
        });
        let decided = stages.end_round();
        // What was noted where no span ended is read here.
        stages.take_notes();
        self.offer(workers, decided, stages.take_events());
    }

    /// Puts spans and events into every queue, in batches.
    fn offer(&self, workers: &mut [Worker], mut spans: Vec<Span>, mut events: Vec<Arc<Event>>) {
        while !spans.is_empty() || !events.is_empty() {
            let later = spans.split_off(spans.len().min(BATCH));
            let later_events = events.split_off(events.len().min(BATCH));
            let batch = Arc::new(Batch::new(Arc::clone(&self.resource), spans, events));
            let patience = patience(workers);
            let (with_spans, without): (Vec<_>, Vec<_>) = workers.iter_mut().partition(|worker| worker.wants_spans());
            with_spans.into_iter().for_each(|worker| worker.offer(&batch, patience));
            if !without.is_empty() && !batch.events.is_empty() {
                let (resource, events) = (Arc::clone(&self.resource), batch.events.clone());
                let batch = Arc::new(Batch::new(resource, Vec::new(), events));
                without.into_iter().for_each(|worker| worker.offer(&batch, patience));
            }
            (spans, events) = (later, later_events);
        }
    }

    /// Everything that has ended so far is in the queues when this returns.
    fn hand_over(&self) -> MutexGuard<'_, Vec<Worker>> {
        let mut workers = lock(&self.workers);
        self.collect(&mut workers);
        if lock(&self.stages).has_tail() {
            // Traces that ended in one round are decided in the next.
            self.collect(&mut workers);
        }
        workers
    }

    pub(super) fn flush(&self, deadline: Instant) -> FlushReport {
        let mut workers = self.hand_over();
        report_to_all(&mut workers);
        workers.iter().for_each(Worker::flush);
        let watches: Vec<Watch> = workers.iter().map(Worker::watch).collect();
        // The collector goes on while this waits: an exporter that is stuck must not fill the rings.
        drop(workers);
        let in_time = watches.iter().filter(|watch| !watch.wait_done(deadline)).count() == 0;
        FlushReport::new(in_time, watches.iter().map(Watch::counts).collect())
    }

    pub(super) fn shutdown(&self, deadline: Instant) -> FlushReport {
        self.stop.store(true, Ordering::Release);
        MEMORY.wake_reader();
        let mut workers = self.hand_over();
        let rest = lock(&self.stages).end();
        self.offer(&mut workers, rest, Vec::new());
        report_to_all(&mut workers);
        let report = stop_all(&mut workers, deadline);
        ticks::end();
        report
    }

    /// Stops the exporters of a start that failed: there is nothing to report.
    pub(crate) fn abandon(&self, deadline: Instant) {
        stop_all(&mut lock(&self.workers), deadline);
    }
}

/// How long room in a queue is waited for. What there is no room for yet is better kept in the rings than thrown away, as long
/// as all exporters take something. Where one takes nothing the others are waited for only while half of the rings is left.
fn patience(workers: &[Worker]) -> Duration {
    let all_take = !workers.iter().any(Worker::is_stalled);
    if all_take || MEMORY.fill() < ROOM { PATIENCE } else { Duration::ZERO }
}

/// Counts what lies in the rings and came too late for any exporter.
pub(crate) fn count_left_over() {
    drain(BATCH, |spans| AFTER_SHUTDOWN.add(spans.len() as u64));
    notes::count_left_over();
}

fn stop_all(workers: &mut Vec<Worker>, deadline: Instant) -> FlushReport {
    // All are asked before the first is waited for: one that is stuck takes no time from the others.
    workers.iter().for_each(Worker::ask_to_stop);
    let in_time = workers.iter_mut().map(|worker| worker.await_stop(deadline)).filter(|in_time| !in_time).count() == 0;
    count_left_over();
    let report = FlushReport::new(in_time, workers.iter().map(|worker| worker.watch().counts()).collect());
    workers.clear();
    report
}

fn report_where_due(workers: &mut [Worker]) {
    let now = Instant::now();
    if workers.iter().any(|worker| worker.is_due(now)) {
        let snapshot = Arc::new(crate::snapshot());
        workers.iter_mut().filter(|worker| worker.is_due(now)).for_each(|worker| worker.report(&snapshot));
    }
}

fn report_to_all(workers: &mut [Worker]) {
    if workers.iter().any(Worker::wants_snapshots) {
        let snapshot: Arc<Snapshot> = Arc::new(crate::snapshot());
        workers.iter_mut().filter(|worker| worker.wants_snapshots()).for_each(|worker| worker.report(&snapshot));
    }
}
