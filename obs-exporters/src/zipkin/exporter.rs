//! Posts spans.

use std::fmt;

use obs_runtime::{Batch, Exporter, Reader, Wants};

use super::spans::encode_spans;
use crate::transport::{Outbox, SendError, outbox_options};

/// Where a server on this machine takes spans.
const DEFAULT: &str = "http://localhost:9411/api/v2/spans";

/// Spans of one message: far below the 10 MiB that a server takes.
const SPANS: usize = 1_000;

/// Sends spans to Zipkin, to `http://localhost:9411/api/v2/spans` unless told otherwise.
///
/// # Shape
/// A message holds at most 1,000 spans, as [`encode`](super::encode) writes them. A server that is down or busy is tried
/// again, with growing waits, for as long as [`Zipkin::retry_for`] says; `Retry-After` is heeded.
/// # Errors
/// [`SendError`] when the telemetry starts and the address is none, or a certificate cannot be read. Later: the spans
/// that could not be sent count as failed, and one line on the standard error says why.
/// # Examples
/// ```
/// use obs_exporters::Zipkin;
///
/// let zipkin = Zipkin::new().url("http://zipkin:9411/api/v2/spans");
/// ```
pub struct Zipkin {
    outbox: Outbox,
    reader: Reader,
}

impl Zipkin {
    /// Sends to `http://localhost:9411/api/v2/spans`.
    pub fn new() -> Self {
        Self { outbox: Outbox::new(DEFAULT, "application/json"), reader: Reader::default() }
    }

    /// Sends to this address, taken as it is. User and password may stand before its host.
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.outbox.url = url.into();
        self
    }

    /// Whether messages are compressed; they are not when nothing is said.
    pub fn gzip(mut self, gzip: bool) -> Self {
        self.outbox.set_gzip(gzip);
        self
    }

    outbox_options!();
}

impl Default for Zipkin {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Zipkin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Zipkin").field("outbox", &self.outbox).finish_non_exhaustive()
    }
}

impl Exporter for Zipkin {
    type Error = SendError;

    fn name(&self) -> &'static str {
        "zipkin"
    }

    fn wants(&self) -> Wants {
        // Events leave as annotations of their spans.
        Wants { events: true, ..Wants::SPANS }
    }

    fn start(&mut self, reader: Reader) -> Result<(), SendError> {
        self.reader = reader.clone();
        self.outbox.open(reader)
    }

    fn export(&mut self, batch: &Batch) -> Result<(), SendError> {
        let mut result = Ok(());
        for spans in batch.spans().chunks(SPANS) {
            match self.outbox.send(encode_spans(batch.resource(), spans).as_bytes()) {
                // Should another message fail, these have arrived all the same.
                Ok(()) => self.reader.count_delivered(spans.len() as u64),
                Err(error) => result = result.and(Err(error)),
            }
        }
        result
    }
}
