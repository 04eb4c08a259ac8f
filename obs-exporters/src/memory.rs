//! An exporter that keeps what it is given, for tests.
//!
//! Bounded: past the bound it refuses and counts. Fed by the runtime, read by a test through a clone.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use obs_runtime::text::name::is_called;
use obs_runtime::{Batch, Event, Exporter, Reader, Snapshot, Span, Wants};

/// Snapshots kept: the newest push out the oldest.
const SNAPSHOTS: usize = 16;

/// Keeps spans, events and snapshots in memory; clones share what they keep.
///
/// # Shape
/// At most 1,000,000 spans (see [`Memory::bounded`]), as many events, and the last 16 snapshots. Spans past the bound are
/// refused: counted in [`Memory::refused`], and as rejected, not exported, in [`obs_runtime::FlushReport`]. Events past it
/// are counted in [`Memory::refused_events`].
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
    reader: Reader,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    spans: Vec<Span>,
    refused: u64,
    events: Vec<Arc<Event>>,
    refused_events: u64,
    snapshots: VecDeque<Snapshot>,
}

impl Memory {
    /// Keeps at most 1,000,000 spans.
    pub fn new() -> Self {
        Self::bounded(1_000_000)
    }

    /// Keeps at most this many spans, and as many events.
    pub fn bounded(spans: usize) -> Self {
        Self { bound: spans, reader: Reader::default(), kept: Arc::default() }
    }

    /// A copy of the spans kept so far, in the order in which they came.
    pub fn spans(&self) -> Vec<Span> {
        self.kept().spans.clone()
    }

    /// The spans of one function: its qualified name, or the end of it after a `::`.
    pub fn spans_named(&self, name: &str) -> Vec<Span> {
        self.kept().spans.iter().filter(|span| is_called(span.name(), name)).cloned().collect()
    }

    /// How many spans are kept.
    pub fn len(&self) -> usize {
        self.kept().spans.len()
    }

    /// Whether no span is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The events kept so far, inside spans and outside, in the order in which they came.
    pub fn events(&self) -> Vec<Arc<Event>> {
        self.kept().events.clone()
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

    /// Events that were refused because the bound was reached.
    pub fn refused_events(&self) -> u64 {
        self.kept().refused_events
    }

    /// Forgets everything, the counts of what was refused too.
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
        Wants { spans: true, events: true, ..Wants::FINAL_SNAPSHOT }
    }

    fn start(&mut self, reader: Reader) -> Result<(), Infallible> {
        self.reader = reader;
        Ok(())
    }

    fn export(&mut self, batch: &Batch) -> Result<(), Infallible> {
        let mut kept = self.kept();
        let Kept { spans, events, .. } = &mut *kept;
        let refused = take(spans, batch.spans(), self.bound);
        let refused_events = take(events, batch.events(), self.bound);
        kept.refused += refused;
        kept.refused_events += refused_events;
        self.reader.count_rejected(refused);
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

/// Adds what there is room for, and says how much there was none for.
fn take<T: Clone>(kept: &mut Vec<T>, more: &[T], bound: usize) -> u64 {
    let taken = more.len().min(bound.saturating_sub(kept.len()));
    kept.extend_from_slice(&more[..taken]);
    (more.len() - taken) as u64
}
