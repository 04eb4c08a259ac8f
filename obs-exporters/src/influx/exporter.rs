//! Posts totals.

use std::fmt;
use std::time::Duration;

use obs_runtime::{Batch, Exporter, Reader, Snapshot, Wants};

use super::address::Place;
use super::points::{encode, messages};
use crate::transport::{Outbox, SendError, outbox_options};

/// Lines of one message, as the makers advise.
const LINES: usize = 5_000;

/// Sends the totals of every function to `InfluxDB`, every 10 s unless told otherwise, at each flush and at shutdown.
///
/// # Shape
/// The lines that [`encode`](super::encode) writes, at most 5,000 in a message, compressed. A server that is down or busy is
/// tried again, with growing waits, for as long as [`Influx::retry_for`] says; `Retry-After` is heeded.
/// # Errors
/// [`SendError`] when the telemetry starts and the address is none, or a certificate cannot be read. Later: one line on the
/// standard error for each row of failures. A snapshot that did not arrive is no loss: the next one says the same and
/// more.
/// # Examples
/// ```
/// use obs_exporters::Influx;
///
/// let version_1 = Influx::v1("http://localhost:8086", "telemetry").retention_policy("week");
/// let version_2 = Influx::v2("http://localhost:8086", "my-org", "telemetry", "my-token").tag("region", "eu");
/// ```
pub struct Influx {
    base: String,
    place: Place,
    tags: Vec<(String, String)>,
    every: Duration,
    outbox: Outbox,
}

impl Influx {
    /// Sends to a database of version 1, which must be there. User and password may stand before the host:
    /// `http://user:password@host:8086`.
    pub fn v1(url: impl Into<String>, database: impl Into<String>) -> Self {
        Self::to(url.into(), Place::Database { name: database.into(), retention_policy: None })
    }

    /// Sends to a bucket of version 2.
    pub fn v2(
        url: impl Into<String>,
        org: impl Into<String>,
        bucket: impl Into<String>,
        token: impl AsRef<str>,
    ) -> Self {
        let influx = Self::to(url.into(), Place::Bucket { org: org.into(), name: bucket.into() });
        influx.header("authorization", format!("Token {}", token.as_ref()))
    }

    fn to(base: String, place: Place) -> Self {
        let mut outbox = Outbox::new("", "text/plain; charset=utf-8");
        outbox.set_gzip(true);
        Self { base, place, tags: Vec::new(), every: Duration::from_secs(10), outbox }
    }

    /// The retention policy of version 1, when it is not the database's default; version 2 has none.
    pub fn retention_policy(mut self, policy: impl Into<String>) -> Self {
        if let Place::Database { retention_policy, .. } = &mut self.place {
            *retention_policy = Some(policy.into());
        }
        self
    }

    /// Sends this often.
    pub fn every(mut self, interval: Duration) -> Self {
        self.every = interval;
        self
    }

    /// Puts a tag on every line, in the place of one of the same name that is made from the resource.
    pub fn tag(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.push((name.into(), value.into()));
        self
    }

    /// Whether messages are compressed; they are when nothing is said.
    pub fn gzip(mut self, gzip: bool) -> Self {
        self.outbox.set_gzip(gzip);
        self
    }

    outbox_options!();
}

impl fmt::Debug for Influx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Influx").field("place", &self.place).field("every", &self.every).finish_non_exhaustive()
    }
}

impl Exporter for Influx {
    type Error = SendError;

    fn name(&self) -> &'static str {
        "influx"
    }

    fn wants(&self) -> Wants {
        Wants { snapshots: Some(self.every), ..Wants::NOTHING }
    }

    fn start(&mut self, reader: Reader) -> Result<(), SendError> {
        self.outbox.url = self.place.address(&self.base);
        self.outbox.open(reader)
    }

    fn export(&mut self, _: &Batch) -> Result<(), SendError> {
        Ok(())
    }

    fn report(&mut self, snapshot: &Snapshot) -> Result<(), SendError> {
        let lines = encode(snapshot, &self.tags);
        self.outbox.send_all(messages(&lines, LINES))
    }
}
