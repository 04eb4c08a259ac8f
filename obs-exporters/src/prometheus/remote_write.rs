//! Pushes totals to a receiver of remote write.

use std::fmt;
use std::time::Duration;

use obs_runtime::{Batch, Exporter, Reader, Snapshot, Wants};
use snap::raw::Encoder;

use super::write_request::{Histograms, encode_write_requests};
use crate::transport::{Outbox, SendError, outbox_options};

/// Sends the totals of every function to a receiver of Prometheus' remote write 1.0, every 15 s unless told otherwise, at
/// each flush and at shutdown: for programs that cannot be scraped.
///
/// # Shape
/// The messages that [`encode_write_requests`] writes, compressed as the protocol asks for. What a receiver answers with 429
/// or a status from 500 on is sent again, with growing waits, for as long as [`RemoteWrite::retry_for`] says; `Retry-After` is
/// heeded. Series are not marked as ended: what a program sent last is shown for as long as the server looks back.
/// # Errors
/// [`SendError`] when the telemetry starts and the address is none, or a certificate cannot be read. Later: one line on the
/// standard error for each row of failures. A snapshot that did not arrive is no loss: the next one says the same and
/// more.
/// # Examples
/// ```
/// use obs_exporters::RemoteWrite;
/// use obs_exporters::prometheus::Histograms;
///
/// let remote = RemoteWrite::to("http://prometheus:9090/api/v1/write").histograms(Histograms::Native);
/// ```
pub struct RemoteWrite {
    histograms: Histograms,
    every: Duration,
    outbox: Outbox,
}

impl RemoteWrite {
    /// Sends to this address, taken as it is. User and password may stand before its host.
    pub fn to(url: impl Into<String>) -> Self {
        let mut outbox = Outbox::new(url, "application/x-protobuf");
        outbox.set_header("content-encoding", "snappy");
        outbox.set_header("x-prometheus-remote-write-version", "0.1.0");
        outbox.settings.retry.any_server_error = true;
        Self { histograms: Histograms::default(), every: Duration::from_secs(15), outbox }
    }

    /// How distributions are sent; as classic buckets when nothing is said.
    pub fn histograms(mut self, histograms: Histograms) -> Self {
        self.histograms = histograms;
        self
    }

    /// Sends this often.
    pub fn every(mut self, interval: Duration) -> Self {
        self.every = interval;
        self
    }

    outbox_options!();
}

impl fmt::Debug for RemoteWrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteWrite").field("outbox", &self.outbox).field("every", &self.every).finish_non_exhaustive()
    }
}

impl Exporter for RemoteWrite {
    type Error = SendError;

    fn name(&self) -> &'static str {
        "remote-write"
    }

    fn wants(&self) -> Wants {
        Wants { exemplars: true, snapshots: Some(self.every), ..Wants::NOTHING }
    }

    fn start(&mut self, reader: Reader) -> Result<(), SendError> {
        self.outbox.open(reader)
    }

    fn export(&mut self, _: &Batch) -> Result<(), SendError> {
        Ok(())
    }

    fn report(&mut self, snapshot: &Snapshot) -> Result<(), SendError> {
        let requests = encode_write_requests(snapshot, self.histograms);
        self.outbox.send_all(requests.iter().map(|request| compressed(request)))
    }
}

fn compressed(request: &[u8]) -> Vec<u8> {
    // Fails only above 4 GiB, and a message holds 2,000 series.
    Encoder::new().compress_vec(request).unwrap_or_default()
}
