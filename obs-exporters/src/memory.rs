//! An exporter that keeps what it is given, for tests.
//!
//! Bounded: past the bound it refuses and counts. Fed by the runtime, read by a test through a clone.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use obs_runtime::{Batch, Exporter, Snapshot, Span, Wants};

/// Snapshots kept: the newest push out the oldest.
const SNAPSHOTS: usize = 16;

/// Keeps spans and snapshots in memory; clones share what they keep.
///
/// # Shape
/// At most 1,000,000 spans (see [`Memory::bounded`]) and the last 16 snapshots. Spans past the bound are
/// refused and counted in [`Memory::refused`].
/// # Examples
/// ```
/// use obs_exporters::Memory;
///
/// let memory = Memory::new();
/// let handle = memory.clone(); // give `memory` to the builder, keep `handle`
/// assert!(handle.spans().is_empty());
/// ```
#[derive(Clone, Debug)]
pub struct Memory {
    bound: usize,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    spans: Vec<Span>,
    refused: u64,
    snapshots: VecDeque<Snapshot>,
}

impl Memory {
    /// Keeps at most 1,000,000 spans.
    pub fn new() -> Self {
        Self::bounded(1_000_000)
    }

    /// Keeps at most this many spans.
    pub fn bounded(spans: usize) -> Self {
        Self { bound: spans, kept: Arc::default() }
    }

    /// A copy of the spans kept so far, in the order in which they came.
    pub fn spans(&self) -> Vec<Span> {
        self.kept().spans.clone()
    }

    /// The spans of one function: its qualified name, or the end of it after a `::`.
    pub fn spans_named(&self, name: &str) -> Vec<Span> {
        let ends = |known: &str| known.strip_suffix(name).is_some_and(|path| path.is_empty() || path.ends_with("::"));
        self.kept().spans.iter().filter(|span| ends(span.name())).cloned().collect()
    }

    /// How many spans are kept.
    pub fn len(&self) -> usize {
        self.kept().spans.len()
    }

    /// Whether no span is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The last snapshots, oldest first.
    pub fn snapshots(&self) -> Vec<Snapshot> {
        self.kept().snapshots.iter().cloned().collect()
    }

    /// The newest snapshot.
    pub fn last_snapshot(&self) -> Option<Snapshot> {
        self.kept().snapshots.back().cloned()
    }

    /// Spans that were refused because the bound was reached.
    pub fn refused(&self) -> u64 {
        self.kept().refused
    }

    /// Forgets everything, the count of refused spans too.
    pub fn clear(&self) {
        *self.kept() = Kept::default();
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // A panic elsewhere cannot leave the lists half written.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl Exporter for Memory {
    type Error = Infallible;

    fn name(&self) -> &'static str {
        "memory"
    }

    fn wants(&self) -> Wants {
        Wants { spans: true, ..Wants::FINAL_SNAPSHOT }
    }

    fn export(&mut self, batch: &Batch) -> Result<(), Infallible> {
        let mut kept = self.kept();
        let room = self.bound.saturating_sub(kept.spans.len());
        let taken = batch.spans().len().min(room);
        kept.spans.extend_from_slice(&batch.spans()[..taken]);
        kept.refused += (batch.spans().len() - taken) as u64;
        Ok(())
    }

    fn report(&mut self, snapshot: &Snapshot) -> Result<(), Infallible> {
        let mut kept = self.kept();
        if kept.snapshots.len() == SNAPSHOTS {
            kept.snapshots.pop_front();
        }
        kept.snapshots.push_back(snapshot.clone());
        Ok(())
    }
}
