//! An exporter that keeps nothing: what recording and collecting cost without any output.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use obs_runtime::{Batch, Exporter, Snapshot, Wants};

/// Takes everything and keeps only how much it was; clones share the counts.
///
/// # Examples
/// ```
/// let null = obs_exporters::Null::new();
/// let handle = null.clone(); // give `null` to the builder, keep `handle`
/// assert_eq!(handle.spans(), 0);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Null {
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    batches: AtomicU64,
    spans: AtomicU64,
    snapshots: AtomicU64,
}

impl Null {
    /// Has taken nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Batches taken.
    pub fn batches(&self) -> u64 {
        self.counts.batches.load(Ordering::Relaxed)
    }

    /// Spans taken.
    pub fn spans(&self) -> u64 {
        self.counts.spans.load(Ordering::Relaxed)
    }

    /// Snapshots taken.
    pub fn snapshots(&self) -> u64 {
        self.counts.snapshots.load(Ordering::Relaxed)
    }
}

impl Exporter for Null {
    type Error = Infallible;

    fn name(&self) -> &'static str {
        "null"
    }

    fn wants(&self) -> Wants {
        Wants { spans: true, ..Wants::FINAL_SNAPSHOT }
    }

    fn export(&mut self, batch: &Batch) -> Result<(), Infallible> {
        self.counts.batches.fetch_add(1, Ordering::Relaxed);
        self.counts.spans.fetch_add(batch.spans().len() as u64, Ordering::Relaxed);
        Ok(())
    }

    fn report(&mut self, _: &Snapshot) -> Result<(), Infallible> {
        self.counts.snapshots.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}
