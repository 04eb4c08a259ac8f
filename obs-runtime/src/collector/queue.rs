//! The bounded queue before an exporter.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use crate::batch::Batch;
use crate::snapshot::Snapshot;
use crate::sync::lock;

/// What an exporter's thread is given to do.
pub(super) enum Work {
    Export(Arc<Batch>),
    Report(Arc<Snapshot>),
    Flush,
    Shutdown,
}

/// What may wait before an exporter.
#[derive(Clone, Copy)]
pub(crate) struct Capacity {
    /// Spans and events.
    pub(crate) records: usize,
    pub(crate) bytes: usize,
}

/// Work for one exporter. Bounded in spans and events, and in their bytes: what it has no room for is refused.
pub(super) struct Queue {
    inner: Mutex<Inner>,
    changed: Condvar,
    capacity: Capacity,
}

#[derive(Default)]
struct Inner {
    work: VecDeque<Work>,
    spans: usize,
    /// Spans and events.
    records: usize,
    bytes: usize,
    /// Pieces of work ever put in, and ever finished: a flush waits until the second reaches the first.
    put: u64,
    done: u64,
    /// Spans are no longer waited for: what is still being exported is counted as given up.
    is_abandoned: bool,
}

impl Queue {
    pub(super) fn new(capacity: Capacity) -> Self {
        Self { inner: Mutex::new(Inner::default()), changed: Condvar::new(), capacity }
    }

    /// Puts a batch in, waiting until `deadline` for room. Gives back whether there was room.
    pub(super) fn put_batch(&self, batch: &Arc<Batch>, deadline: Instant) -> bool {
        let mut inner = lock(&self.inner);
        // An empty queue takes any batch, however large.
        while inner.records > 0 && !self.has_room(&inner, batch) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            inner = self.wait(inner, left);
        }
        inner.spans += batch.spans.len();
        inner.records += batch.records();
        inner.bytes += batch.bytes();
        self.put_work(&mut inner, Work::Export(Arc::clone(batch)));
        true
    }

    fn has_room(&self, inner: &Inner, batch: &Batch) -> bool {
        let Capacity { records, bytes } = self.capacity;
        inner.records + batch.records() <= records && inner.bytes + batch.bytes() <= bytes
    }

    /// Puts in work that takes no room. A snapshot replaces one that still waits: it says the same and more.
    pub(super) fn put(&self, work: Work) {
        let mut inner = lock(&self.inner);
        if matches!(work, Work::Report(_))
            && let Some(waiting) = inner.work.iter_mut().find(|work| matches!(work, Work::Report(_)))
        {
            *waiting = work;
            return;
        }
        self.put_work(&mut inner, work);
    }

    fn put_work(&self, inner: &mut Inner, work: Work) {
        inner.work.push_back(work);
        inner.put += 1;
        self.changed.notify_all();
    }

    /// The next piece of work, waiting for it.
    pub(super) fn take(&self) -> Work {
        let mut inner = lock(&self.inner);
        loop {
            if let Some(work) = inner.work.pop_front() {
                return work;
            }
            inner = self.wait(inner, Duration::from_secs(3600));
        }
    }

    /// Takes a batch that was exported, or failed, out of what is pending, and says how many of its spans are still to be
    /// counted: none when they were given up meanwhile.
    pub(super) fn settle(&self, batch: &Batch) -> u64 {
        let mut inner = lock(&self.inner);
        if inner.is_abandoned {
            return 0;
        }
        inner.spans -= batch.spans.len();
        inner.records -= batch.records();
        inner.bytes -= batch.bytes();
        batch.spans.len() as u64
    }

    /// Says that a piece of work is finished and counted.
    pub(super) fn done(&self) {
        lock(&self.inner).done += 1;
        self.changed.notify_all();
    }

    /// Waits until everything put in so far is finished. Gives back whether it was in time.
    pub(super) fn wait_done(&self, deadline: Instant) -> bool {
        let mut inner = lock(&self.inner);
        let goal = inner.put;
        while inner.done < goal {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            inner = self.wait(inner, left);
        }
        true
    }

    /// Throws away the batches that still wait, gives up the one that is being exported, and says how many spans they hold.
    pub(super) fn abandon(&self) -> u64 {
        let mut inner = lock(&self.inner);
        inner.work.retain(|work| !matches!(work, Work::Export(_)));
        inner.is_abandoned = true;
        (inner.records, inner.bytes) = (0, 0);
        std::mem::take(&mut inner.spans) as u64
    }

    /// Spans that wait or are being exported.
    pub(super) fn pending(&self) -> u64 {
        lock(&self.inner).spans as u64
    }

    fn wait<'a>(&self, inner: std::sync::MutexGuard<'a, Inner>, at_most: Duration) -> std::sync::MutexGuard<'a, Inner> {
        self.changed.wait_timeout(inner, at_most).unwrap_or_else(std::sync::PoisonError::into_inner).0
    }
}
