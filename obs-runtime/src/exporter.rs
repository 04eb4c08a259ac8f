//! What takes batches and snapshots out of the process.

use std::error::Error;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::batch::Batch;
use crate::snapshot::Snapshot;
use crate::sync::lock;

/// Takes batches and snapshots out of the process.
///
/// Each exporter has a thread of its own and a bounded queue before it: a slow one delays neither the program
/// nor its neighbours, and what its queue refuses is counted. All methods are called from that thread only,
/// except [`Exporter::start`], which is called from the thread that starts the telemetry.
///
/// # Examples
/// ```
/// use obs_runtime::{Batch, Exporter};
///
/// /// Prints the name of every finished span.
/// struct Names;
///
/// impl Exporter for Names {
///     type Error = std::convert::Infallible;
///
///     fn export(&mut self, batch: &Batch) -> Result<(), Self::Error> {
///         for span in batch.spans() {
///             println!("{}", span.name());
///         }
///         Ok(())
///     }
/// }
/// ```
pub trait Exporter: Send + 'static {
    /// Why something could not be exported.
    type Error: Error + Send + Sync + 'static;

    /// The exporter's name in reports and self metrics, in lower case.
    fn name(&self) -> &'static str {
        let path = std::any::type_name::<Self>();
        path.rsplit("::").next().unwrap_or(path)
    }

    /// What it wants to be given.
    fn wants(&self) -> Wants {
        Wants::SPANS
    }

    /// Called once before anything else: bind the port, open the file.
    ///
    /// # Errors
    /// The telemetry does not start, and [`crate::StartError::Exporter`] carries this error.
    fn start(&mut self, reader: Reader) -> Result<(), Self::Error> {
        let _ = reader;
        Ok(())
    }

    /// Takes finished spans and events; only called when [`Wants::spans`] or [`Wants::events`] is set.
    ///
    /// A batch may be empty of either. What the other side refused of it is told with [`Reader::count_rejected`].
    ///
    /// # Errors
    /// The spans of the batch count as failed. Retry inside, where a retry makes sense.
    fn export(&mut self, batch: &Batch) -> Result<(), Self::Error>;

    /// Takes the totals: every [`Wants::snapshots`], at a flush and at shutdown.
    ///
    /// # Errors
    /// Counted and reported once; the next snapshot carries the same totals and more.
    fn report(&mut self, snapshot: &Snapshot) -> Result<(), Self::Error> {
        let _ = snapshot;
        Ok(())
    }

    /// Makes sure that what was taken has left.
    ///
    /// # Errors
    /// Reported by the flush that asked for it.
    fn flush(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Called once, after the last batch and the last snapshot.
    ///
    /// # Errors
    /// Reported by the shutdown that asked for it.
    fn shutdown(&mut self) -> Result<(), Self::Error> {
        self.flush()
    }
}

/// What an exporter wants to be given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wants {
    /// Finished spans. When no exporter wants them, none are recorded.
    pub spans: bool,
    /// Events, in [`Batch::events`]. When no exporter wants them, none are recorded.
    pub events: bool,
    /// Traces to show beside the buckets of histograms: [`crate::Series::exemplars`].
    pub exemplars: bool,
    /// A snapshot each time this much has passed, and one at flush and shutdown; `None` for neither.
    pub snapshots: Option<Duration>,
}

impl Wants {
    /// Spans only.
    pub const SPANS: Self = Self { spans: true, ..Self::NOTHING };
    /// Nothing is pushed: the exporter reads snapshots itself, through its [`Reader`].
    pub const NOTHING: Self = Self { spans: false, events: false, exemplars: false, snapshots: None };
    /// A snapshot at flush and at shutdown only.
    pub const FINAL_SNAPSHOT: Self = Self { snapshots: Some(Duration::MAX), ..Self::NOTHING };
}

/// An exporter's line to the runtime, given to it by [`Exporter::start`]. Cheap to clone, for threads of its own.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    standing: Arc<Standing>,
}

/// What the runtime and an exporter tell each other.
#[derive(Debug, Default)]
struct Standing {
    /// Spans the other side refused since the last batch was settled.
    rejected: AtomicU64,
    /// Spans that arrived although their batch as a whole did not.
    delivered: AtomicU64,
    stopping: Mutex<bool>,
    changed: Condvar,
}

impl Reader {
    /// Takes a snapshot now: what a pull exporter answers a scrape with.
    ///
    /// # Cost
    /// Reads every shard once; writers are not held up.
    pub fn snapshot(&self) -> Snapshot {
        crate::snapshot()
    }

    /// Counts a request that was refused in [`crate::Health::bad_requests`].
    pub fn count_bad_request(&self) {
        crate::health_counters::BAD_REQUESTS.add(1);
    }

    /// Says that the other side took the batch, but refused so many of its spans: they count as rejected, not as
    /// exported. Called from within [`Exporter::export`] or [`Exporter::flush`].
    pub fn count_rejected(&self, spans: u64) {
        self.standing.rejected.fetch_add(spans, Ordering::Relaxed);
    }

    /// Says, before an error, that so many spans of the batch had arrived all the same: only the rest count as failed.
    pub fn count_delivered(&self, spans: u64) {
        self.standing.delivered.fetch_add(spans, Ordering::Relaxed);
    }

    /// Counts events that could not be exported, or that the other side refused, in
    /// [`crate::Health::events_failed`].
    pub fn count_failed_events(&self, events: u64) {
        crate::health_counters::EVENTS_FAILED.add(events);
    }

    /// Waits, before a retry. Gives back `false`, at once, when the telemetry is shutting down: then one last try is
    /// in order, and no more waiting.
    pub fn pause(&self, at_most: Duration) -> bool {
        let deadline = Instant::now().checked_add(at_most);
        let mut stopping = lock(&self.standing.stopping);
        while !*stopping {
            let left = deadline.map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return true;
            }
            let waited = self.standing.changed.wait_timeout(stopping, left.min(Duration::from_secs(3600)));
            stopping = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        false
    }

    /// Ends all pauses, now and later.
    pub(crate) fn stop_pauses(&self) {
        *lock(&self.standing.stopping) = true;
        self.standing.changed.notify_all();
    }

    /// Spans refused by the other side since this was last asked.
    pub(crate) fn take_rejected(&self) -> u64 {
        self.standing.rejected.swap(0, Ordering::Relaxed)
    }

    /// Spans that arrived before an error since this was last asked.
    pub(crate) fn take_delivered(&self) -> u64 {
        self.standing.delivered.swap(0, Ordering::Relaxed)
    }
}
