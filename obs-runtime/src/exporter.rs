//! What takes batches and snapshots out of the process.

use std::error::Error;
use std::time::Duration;

use crate::batch::Batch;
use crate::snapshot::Snapshot;

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

    /// Takes finished spans; only called when [`Wants::spans`] is set.
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
    /// A snapshot each time this much has passed, and one at flush and shutdown; `None` for neither.
    pub snapshots: Option<Duration>,
}

impl Wants {
    /// Spans only.
    pub const SPANS: Self = Self { spans: true, snapshots: None };
    /// Nothing is pushed: the exporter reads snapshots itself, through its [`Reader`].
    pub const NOTHING: Self = Self { spans: false, snapshots: None };
    /// A snapshot at flush and at shutdown only.
    pub const FINAL_SNAPSHOT: Self = Self { spans: false, snapshots: Some(Duration::MAX) };
}

/// Reads snapshots on demand: what a pull exporter answers a scrape with.
#[derive(Clone, Debug)]
pub struct Reader {
    pub(crate) _sealed: (),
}

impl Reader {
    /// Takes a snapshot now.
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
}
