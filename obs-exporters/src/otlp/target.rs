//! Where a signal goes, and how.

use std::fmt;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use super::signal::Signal;
use crate::transport::{Compression, Settings, Tls, shown};

/// What is spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Protocol {
    /// Protobuf over HTTP; port 4318.
    #[default]
    HttpProtobuf,
    /// JSON over HTTP; port 4318.
    HttpJson,
    /// gRPC; port 4317.
    #[cfg(feature = "otlp-grpc")]
    Grpc,
}

/// Records in one message where nothing is said, as OpenTelemetry has it.
const RECORDS: usize = 512;

/// Where a signal goes, and how. What is not set is as OpenTelemetry has it.
#[derive(Clone, Default)]
#[must_use = "it is given back to the exporter"]
pub struct Target {
    address: Address,
    protocol: Protocol,
    headers: Vec<(String, String)>,
    settings: Settings,
    max_batch: Option<NonZeroUsize>,
}

/// An address, and whether the signal's path comes behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Address {
    /// The protocol's port on this machine.
    #[default]
    Default,
    Base(String),
    Url(String),
}

impl Target {
    /// The server, `http://host:4318`; over HTTP the signal's path is put behind it.
    pub fn endpoint(mut self, base: impl Into<String>) -> Self {
        self.address = Address::Base(base.into());
        self
    }

    /// The whole address, taken as it is.
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.address = Address::Url(url.into());
        self
    }

    /// What is spoken; protobuf over HTTP when nothing is said.
    pub const fn protocol(mut self, protocol: Protocol) -> Self {
        self.protocol = protocol;
        self
    }

    /// Sends a header with every request, for example credentials. Replaces one of the same name.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let name = name.into().to_ascii_lowercase();
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.into()));
        self
    }

    /// How long one try may take; 10 s when nothing is said.
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = timeout;
        self
    }

    /// How long all tries of one message may take together; 30 s when nothing is said.
    pub const fn retry_for(mut self, total: Duration) -> Self {
        self.settings.retry.total = total;
        self
    }

    /// How long is waited before another try: anything up to `first`, which doubles with each try up to `longest`. 0.5 s
    /// and 5 s when nothing is said.
    pub const fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.settings.retry.first = first;
        self.settings.retry.longest = longest;
        self
    }

    /// Whether messages are compressed.
    pub const fn gzip(mut self, gzip: bool) -> Self {
        self.settings.compression = if gzip { Compression::Gzip } else { Compression::None };
        self
    }

    /// Records in one message, at most; 512 when nothing is said. A message of more than 3 MiB, or one that the server finds too
    /// long, is cut in halves.
    pub const fn max_batch(mut self, records: usize) -> Self {
        self.max_batch = NonZeroUsize::new(records);
        self
    }

    /// Who may vouch for the server: a file of certificates in PEM, instead of the authorities that Mozilla trusts.
    pub fn certificate(mut self, path: impl Into<PathBuf>) -> Self {
        self.settings.tls.authority = Some(path.into());
        self
    }

    /// Who we are: files with a chain of certificates and with its key, in PEM.
    pub fn client_certificate(mut self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.settings.tls = Tls {
            certificate: Some(certificate.into()),
            key: Some(key.into()),
            authority: self.settings.tls.authority.take(),
        };
        self
    }

    /// Whether other signals wait while this one is sent.
    pub(super) const fn waited_for(mut self, is_waited_for: bool) -> Self {
        self.settings.retry.is_waited_for = is_waited_for;
        self
    }

    pub(super) const fn spoken(&self) -> Protocol {
        self.protocol
    }

    pub(super) fn records(&self) -> usize {
        self.max_batch.map_or(RECORDS, NonZeroUsize::get)
    }

    pub(super) const fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(super) fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// The address without credentials.
    pub(super) fn shown(&self, signal: Signal) -> String {
        shown(&self.address(signal))
    }

    /// The address that a signal is sent to.
    pub(super) fn address(&self, signal: Signal) -> String {
        let is_http = matches!(self.protocol, Protocol::HttpProtobuf | Protocol::HttpJson);
        match &self.address {
            Address::Default if is_http => format!("http://localhost:4318{}", signal.path()),
            Address::Default => "http://localhost:4317".to_owned(),
            Address::Base(base) if is_http => format!("{}{}", base.trim_end_matches('/'), signal.path()),
            Address::Base(url) | Address::Url(url) => url.clone(),
        }
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Headers may hold credentials.
        f.debug_struct("Target").field("protocol", &self.protocol).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_comes_behind_a_server_and_not_behind_an_address() {
        let target = Target::default();
        assert_eq!(target.address(Signal::Logs), "http://localhost:4318/v1/logs");
        let target = target.endpoint("http://h:1/otlp/");
        assert_eq!(target.address(Signal::Traces), "http://h:1/otlp/v1/traces");
        let target = target.url("http://h:1/otlp/");
        assert_eq!(target.address(Signal::Metrics), "http://h:1/otlp/");
    }

    #[test]
    fn a_header_has_one_value() {
        let target = Target::default().header("X-A", "1").header("b", "2").header("x-a", "3");
        assert_eq!(target.headers(), [("b".to_owned(), "2".to_owned()), ("x-a".to_owned(), "3".to_owned())]);
    }
}
