//! The exporter: what the runtime drives.

use std::fmt;
use std::time::Duration;

use obs_runtime::{Batch, Exporter, Reader, Snapshot, Wants};

use super::lane::Lane;
use super::running::Running;
use super::signal::Signal;
use super::target::{Protocol, Target};
use crate::families::Temporality;
use crate::transport::SendError;

/// Sends spans, totals and events to everything that speaks OTLP; to `http://localhost:4318` unless told otherwise.
///
/// # Shape
/// Spans leave as traces, totals as metrics (durations as exponential histograms with exactly the buckets that were
/// recorded), events as log records with the ids of their spans. Where logs are switched off events hang on spans.
/// # Cost
/// Runs on the exporter's own thread, and allocates nothing for a span. A server that is away costs the program nothing:
/// the queue before the exporter is bounded, and what it refuses is counted. Of several signals one that fails does not
/// hold up the others: it is left alone for a while, up to a minute, and what comes meanwhile counts as failed.
/// # Errors
/// [`SendError`] when the telemetry starts and an address or a certificate does not do, and when something could not be
/// sent after all tries. Spans count as failed then; events in [`obs_runtime::Health::events_failed`]; totals go with
/// the next ones.
/// # Examples
/// ```
/// use obs_exporters::otlp::Otlp;
///
/// let otlp = Otlp::new().endpoint("https://collector.example:4318").header("x-tenant", "blue").gzip(true);
/// # drop(otlp);
/// ```
#[must_use = "give it to the builder"]
pub struct Otlp {
    traces: Option<Target>,
    metrics: Option<Target>,
    logs: Option<Target>,
    events_on_spans: bool,
    metrics_every: Duration,
    temporality: Temporality,
    running: Option<Running>,
}

impl Otlp {
    /// Sends all three signals, as protobuf over HTTP, to `http://localhost:4318`.
    pub fn new() -> Self {
        Self {
            traces: Some(Target::default()),
            metrics: Some(Target::default()),
            logs: Some(Target::default()),
            events_on_spans: false,
            metrics_every: Duration::from_secs(60),
            temporality: Temporality::Cumulative,
            running: None,
        }
    }

    /// The server, `http://host:4318`; over HTTP each signal's path is put behind it.
    pub fn endpoint(self, base: impl Into<String>) -> Self {
        let base = base.into();
        self.each(|target| target.endpoint(base.clone()))
    }

    /// What is spoken; protobuf over HTTP when nothing is said.
    pub fn protocol(self, protocol: Protocol) -> Self {
        self.each(|target| target.protocol(protocol))
    }

    /// Sends a header with every request, for example credentials.
    pub fn header(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let (name, value) = (name.into(), value.into());
        self.each(|target| target.header(name.clone(), value.clone()))
    }

    /// How long one try may take; 10 s when nothing is said.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.each(|target| target.timeout(timeout))
    }

    /// How long all tries of one message may take together; 30 s when nothing is said.
    pub fn retry_for(self, total: Duration) -> Self {
        self.each(|target| target.retry_for(total))
    }

    /// How long is waited before another try, at first and at most; 0.5 s and 5 s when nothing is said.
    pub fn backoff(self, first: Duration, longest: Duration) -> Self {
        self.each(|target| target.backoff(first, longest))
    }

    /// Whether messages are compressed.
    pub fn gzip(self, gzip: bool) -> Self {
        self.each(|target| target.gzip(gzip))
    }

    /// Who may vouch for the server: a file of certificates in PEM, instead of the authorities that Mozilla trusts.
    pub fn certificate(self, path: impl Into<std::path::PathBuf>) -> Self {
        let path = path.into();
        self.each(|target| target.certificate(path.clone()))
    }

    /// Changes where and how spans go.
    pub fn traces(mut self, change: impl FnOnce(Target) -> Target) -> Self {
        self.traces = self.traces.map(change);
        self
    }

    /// Changes where and how totals go.
    pub fn metrics(mut self, change: impl FnOnce(Target) -> Target) -> Self {
        self.metrics = self.metrics.map(change);
        self
    }

    /// Changes where and how events go.
    pub fn logs(mut self, change: impl FnOnce(Target) -> Target) -> Self {
        self.logs = self.logs.map(change);
        self
    }

    /// Sends no spans.
    pub fn without_traces(mut self) -> Self {
        self.traces = None;
        self
    }

    /// Sends no totals.
    pub fn without_metrics(mut self) -> Self {
        self.metrics = None;
        self
    }

    /// Sends no log records: events hang on the spans they happened in.
    pub fn without_logs(mut self) -> Self {
        self.logs = None;
        self
    }

    /// Whether events hang on their spans too, beside the log records.
    pub const fn events_on_spans(mut self, on: bool) -> Self {
        self.events_on_spans = on;
        self
    }

    /// Spans or events in one message, at most; 512 when nothing is said. A message of more than 3 MiB, or one that the server finds too
    /// long, is cut in halves.
    pub fn max_batch(self, records: usize) -> Self {
        self.each(|target| target.max_batch(records))
    }

    /// How often totals leave; every minute when nothing is said, and at each flush.
    pub const fn metrics_every(mut self, interval: Duration) -> Self {
        self.metrics_every = interval;
        self
    }

    /// Whether totals leave as they are, which is the default, or as what came since the last time.
    pub const fn temporality(mut self, temporality: Temporality) -> Self {
        self.temporality = temporality;
        self
    }

    fn each(mut self, change: impl Fn(Target) -> Target) -> Self {
        self.traces = self.traces.map(&change);
        self.metrics = self.metrics.map(&change);
        self.logs = self.logs.map(&change);
        self
    }

    fn hangs_events(&self) -> bool {
        self.traces.is_some() && (self.events_on_spans || self.logs.is_none())
    }
}

impl Default for Otlp {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Otlp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Headers may hold credentials.
        let address = |target: &Option<Target>, signal| target.as_ref().map(|target| target.shown(signal));
        f.debug_struct("Otlp")
            .field("traces", &address(&self.traces, Signal::Traces))
            .field("metrics", &address(&self.metrics, Signal::Metrics))
            .field("logs", &address(&self.logs, Signal::Logs))
            .finish_non_exhaustive()
    }
}

impl Exporter for Otlp {
    type Error = SendError;

    fn name(&self) -> &'static str {
        "otlp"
    }

    fn wants(&self) -> Wants {
        Wants {
            spans: self.traces.is_some(),
            events: self.logs.is_some() || self.hangs_events(),
            exemplars: self.metrics.is_some(),
            snapshots: self.metrics.is_some().then_some(self.metrics_every),
        }
    }

    fn start(&mut self, reader: Reader) -> Result<(), SendError> {
        let signals = [&self.traces, &self.metrics, &self.logs].into_iter().flatten().count();
        let lane = |target: &Option<Target>, signal| {
            let target = target.clone().map(|target| target.waited_for(signals > 1));
            target.map(|target| Lane::new(&target, signal, reader.clone())).transpose()
        };
        let traces = lane(&self.traces, Signal::Traces)?;
        let metrics = lane(&self.metrics, Signal::Metrics)?;
        let logs = lane(&self.logs, Signal::Logs)?;
        self.running = Some(Running::new([traces, metrics, logs], self.hangs_events(), self.temporality));
        Ok(())
    }

    fn export(&mut self, batch: &Batch) -> Result<(), SendError> {
        let Some(running) = &mut self.running else { return Ok(()) };
        let sent = running.export_spans(batch);
        running.export_events(batch);
        sent
    }

    fn report(&mut self, snapshot: &Snapshot) -> Result<(), SendError> {
        let Some(running) = &mut self.running else { return Ok(()) };
        running.export_totals(snapshot)
    }
}
