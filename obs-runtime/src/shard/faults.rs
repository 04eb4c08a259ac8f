//! What went wrong in one thread.

use crate::health::Health;
use crate::sync::{AtomicU64, Ordering};

/// One thread's counts of what went wrong; single writer, any reader.
#[derive(Default)]
pub(crate) struct Faults {
    pub(crate) spans_finished: AtomicU64,
    pub(crate) traces_sampled: AtomicU64,
    pub(crate) traces_not_sampled: AtomicU64,
    pub(crate) spans_not_sampled: AtomicU64,
    pub(crate) ring_full: AtomicU64,
    pub(crate) notes_full: AtomicU64,
    pub(crate) in_flight_full: AtomicU64,
    pub(crate) events_recorded: AtomicU64,
    pub(crate) fields_truncated: AtomicU64,
    pub(crate) label_overflow: AtomicU64,
    pub(crate) series_full: AtomicU64,
    pub(crate) paths_full: AtomicU64,
    pub(crate) clock_backwards: AtomicU64,
    pub(crate) late_calls: AtomicU64,
}

impl Faults {
    pub(crate) fn add_to(&self, health: &mut Health) {
        let read = |cell: &AtomicU64| cell.load(Ordering::Relaxed);
        health.spans_finished += read(&self.spans_finished);
        health.traces_sampled += read(&self.traces_sampled);
        health.traces_not_sampled += read(&self.traces_not_sampled);
        health.spans_not_sampled += read(&self.spans_not_sampled);
        health.events_recorded += read(&self.events_recorded);
        health.notes_full += read(&self.notes_full);
        health.in_flight_full += read(&self.in_flight_full);
        health.ring_full += read(&self.ring_full);
        health.fields_truncated += read(&self.fields_truncated);
        health.label_overflow += read(&self.label_overflow);
        health.series_full += read(&self.series_full);
        health.paths_full += read(&self.paths_full);
        health.clock_backwards += read(&self.clock_backwards);
        health.late_calls += read(&self.late_calls);
    }
}
