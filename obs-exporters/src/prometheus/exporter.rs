//! The exporter: binds the port, answers scrapes, and lends its pages to other servers.

use std::error::Error;
use std::fmt;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use flate2::Compression;
use flate2::write::GzEncoder;
use obs_runtime::{Batch, Exporter, Reader, Wants};

use super::accept::{Format, allows_gzip};
use super::render::render;
use super::request::Request;
use super::server::{Answer, Server, Site};

/// Where Prometheus expects an application's metrics, as OpenTelemetry has it.
const DEFAULT: &str = "127.0.0.1:9464";

/// Serves every function's totals to Prometheus, at `http://127.0.0.1:9464/metrics` unless told otherwise.
///
/// # Shape
/// Answers each scrape with a snapshot taken for it, in the format it asks for: text 0.0.4, `OpenMetrics` 1.0, or
/// protobuf with native histograms; compressed when it accepts gzip. `OpenMetrics` and protobuf show beside each bucket
/// the latest recorded call that fell into it, with its trace: when another exporter takes spans, so that there are
/// recorded calls.
/// # Cost
/// Nothing between scrapes. A scrape runs on a thread of its own and holds up nobody.
/// # Errors
/// [`BindError`] when the telemetry starts and the address cannot be bound. What scrapers do wrong is counted in
/// [`obs_runtime::Health::bad_requests`] and disturbs nothing.
/// # Examples
/// ```
/// use obs_exporters::Prometheus;
///
/// let prometheus = Prometheus::new().listen("127.0.0.1:0"); // a free port
/// let handle = prometheus.handle();
/// // after the telemetry has started: handle.local_addr()
/// assert_eq!(handle.local_addr(), None);
/// let (content_type, page) = handle.render("text/plain");
/// assert_eq!(content_type, "text/plain; version=0.0.4; charset=utf-8");
/// assert!(page.starts_with(b"# HELP"));
/// ```
pub struct Prometheus {
    listen: Option<String>,
    shared: Arc<Shared>,
    server: Option<Server>,
}

impl Prometheus {
    /// Serves on `127.0.0.1:9464`.
    pub fn new() -> Self {
        Self { listen: Some(DEFAULT.to_owned()), shared: Arc::default(), server: None }
    }

    /// Serves on this address: `"host:port"`, `("host", port)` or a [`SocketAddr`]; port 0 takes a free one, which
    /// [`Handle::local_addr`] tells.
    pub fn listen(mut self, address: impl Into<Address>) -> Self {
        self.listen = Some(address.into().0);
        self
    }

    /// Serves nothing itself: mount [`Handle::render`] in a server of one's own.
    pub fn without_server(mut self) -> Self {
        self.listen = None;
        self
    }

    /// A handle that stays usable when the exporter has moved into the telemetry.
    pub fn handle(&self) -> Handle {
        Handle { shared: Arc::clone(&self.shared) }
    }
}

impl Default for Prometheus {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Prometheus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prometheus").field("listen", &self.listen).finish_non_exhaustive()
    }
}

impl Exporter for Prometheus {
    type Error = BindError;

    fn name(&self) -> &'static str {
        "prometheus"
    }

    fn wants(&self) -> Wants {
        Wants { exemplars: true, ..Wants::NOTHING }
    }

    fn start(&mut self, reader: Reader) -> Result<(), BindError> {
        self.shared.state().reader = Some(reader);
        let Some(address) = self.listen.clone() else { return Ok(()) };
        let site: Arc<dyn Site> = Arc::<Shared>::clone(&self.shared);
        let server = Server::start(&address, site).map_err(|source| BindError { address, source })?;
        self.shared.state().address = Some(server.address());
        self.server = Some(server);
        Ok(())
    }

    fn export(&mut self, _: &Batch) -> Result<(), BindError> {
        Ok(())
    }

    fn shutdown(&mut self) -> Result<(), BindError> {
        self.server = None;
        self.shared.state().address = None;
        Ok(())
    }
}

/// What [`Prometheus::listen`] takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(String);

impl From<&str> for Address {
    fn from(address: &str) -> Self {
        Self(address.to_owned())
    }
}

impl From<String> for Address {
    fn from(address: String) -> Self {
        Self(address)
    }
}

impl From<SocketAddr> for Address {
    fn from(address: SocketAddr) -> Self {
        Self(address.to_string())
    }
}

impl From<(&str, u16)> for Address {
    fn from((host, port): (&str, u16)) -> Self {
        // An IPv6 address needs brackets before a port.
        let bare = host.contains(':') && !host.starts_with('[');
        Self(if bare { format!("[{host}]:{port}") } else { format!("{host}:{port}") })
    }
}

impl From<(String, u16)> for Address {
    fn from((host, port): (String, u16)) -> Self {
        Self::from((host.as_str(), port))
    }
}

/// Reads pages without a scrape over the network; clones are cheap.
#[derive(Clone)]
pub struct Handle {
    shared: Arc<Shared>,
}

impl Handle {
    /// The address that is served; `None` before the telemetry starts, after it has shut down, and without a server.
    pub fn local_addr(&self) -> Option<SocketAddr> {
        self.shared.state().address
    }

    /// Content type and page for an `Accept` header; text 0.0.4 when that is empty.
    pub fn render(&self, accept: &str) -> (&'static str, Vec<u8>) {
        self.shared.render(accept)
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").field("local_addr", &self.local_addr()).finish_non_exhaustive()
    }
}

/// What the exporter, its handles and its server have in common.
#[derive(Default)]
struct Shared {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    reader: Option<Reader>,
    address: Option<SocketAddr>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn render(&self, accept: &str) -> (&'static str, Vec<u8>) {
        let format = Format::negotiate(accept);
        let reader = self.state().reader.clone();
        let snapshot = reader.map_or_else(obs_runtime::snapshot, |reader| reader.snapshot());
        (format.content_type(), render(&snapshot, format))
    }

    fn metrics(&self, request: &Request) -> Answer {
        let (content_type, body) = self.render(&request.accept);
        let compressed = if allows_gzip(&request.accept_encoding) { gzip(&body).ok() } else { None };
        Answer { status: "200 OK", content_type, gzip: compressed.is_some(), body: compressed.unwrap_or(body) }
    }
}

impl Site for Shared {
    fn answer(&self, request: &Request) -> Answer {
        const HOME: &str = "<!doctype html><title>obs</title><p><a href=\"/metrics\">metrics</a></p>\n";
        match request.path.as_str() {
            "/metrics" => self.metrics(request),
            "/" => Answer {
                content_type: "text/html; charset=utf-8",
                body: HOME.as_bytes().to_vec(),
                ..Answer::plain("200 OK", "")
            },
            _ => Answer::plain("404 Not Found", "the page is at /metrics"),
        }
    }

    fn count_refusal(&self) {
        if let Some(reader) = &self.state().reader {
            reader.count_bad_request();
        }
    }
}

fn gzip(body: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    encoder.write_all(body)?;
    encoder.finish()
}

/// The address cannot be served.
#[derive(Debug)]
#[non_exhaustive]
pub struct BindError {
    /// What was asked for.
    pub address: String,
    /// What the system says.
    pub source: io::Error,
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, source } = self;
        let way_out = match source.kind() {
            io::ErrorKind::AddrInUse => {
                "; another program has the port: stop it, or set another with `Prometheus::listen` or \
                 `OTEL_EXPORTER_PROMETHEUS_PORT` (0 takes a free one)"
            }
            io::ErrorKind::PermissionDenied => "; ports below 1024 need a privilege: choose a higher one",
            _ => "; `Prometheus::listen` takes `host:port`, for example `127.0.0.1:9464`",
        };
        write!(f, "cannot serve metrics on {address}: {source}{way_out}")
    }
}

impl Error for BindError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_in_every_form() {
        let address = |address: Address| address.0;
        assert_eq!(address(("::1", 9464).into()), "[::1]:9464");
        assert_eq!(address(("localhost", 0).into()), "localhost:0");
        assert_eq!(address("0.0.0.0:1".into()), "0.0.0.0:1");
        assert_eq!(address(SocketAddr::from(([127, 0, 0, 1], 2)).into()), "127.0.0.1:2");
    }
}
