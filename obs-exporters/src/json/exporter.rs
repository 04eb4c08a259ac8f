//! Appends lines to files, one file for each signal.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use obs_runtime::{Batch, Exporter, Reader, Snapshot, Wants};

use super::error::FileError;
use super::file::{LineFile, Rotation};
use super::lines::Lines;
use super::record::{EventRecord, MetricRecord, SpanRecord};
use crate::otlp_json::{encode_logs, encode_metrics, encode_traces};

/// Writes spans and totals to files, one OTLP/JSON message a line.
///
/// # Shape
/// `traces.jsonl` gets a `TracesData` for each batch of spans, `logs.jsonl` a `LogsData` for each batch of events,
/// `metrics.jsonl` a `MetricsData` for each snapshot: at every flush, at shutdown, and every [`JsonLines::snapshots_every`]. Files that are there are appended to.
///
/// A file is put aside when it is large ([`JsonLines::rotate_at`]) or old ([`JsonLines::rotate_every`]): `traces.jsonl` becomes
/// `traces.1.jsonl`, the next one `traces.2.jsonl`. No line is ever split. [`JsonLines::read_traces`] and its neighbours read
/// them back.
/// # Cost
/// One write for each line.
/// # Errors
/// [`FileError`] when the telemetry starts and a file cannot be opened, and when one cannot be written.
/// # Examples
/// ```no_run
/// use std::time::Duration;
/// use obs_exporters::JsonLines;
///
/// let json = JsonLines::to_dir("telemetry")
///     .snapshots_every(Duration::from_secs(10))
///     .rotate_at(64 * 1024 * 1024)
///     .keep(8);
/// ```
#[derive(Debug)]
pub struct JsonLines {
    dir: PathBuf,
    every: Duration,
    rotation: Rotation,
    reader: Reader,
    files: Option<Files>,
}

#[derive(Debug)]
struct Files {
    traces: LineFile,
    logs: LineFile,
    metrics: LineFile,
}

impl JsonLines {
    /// Writes into a directory, which is made when it is not there.
    pub fn to_dir(path: impl Into<PathBuf>) -> Self {
        let (rotation, reader) = (Rotation::NEVER, Reader::default());
        Self { dir: path.into(), every: Duration::MAX, rotation, reader, files: None }
    }

    /// Writes the totals this often too, not only at a flush and at shutdown.
    pub fn snapshots_every(mut self, interval: Duration) -> Self {
        self.every = interval;
        self
    }

    /// Puts a file aside before a line would bring it past this many bytes; a line that is longer has a file of its own.
    pub fn rotate_at(mut self, bytes: u64) -> Self {
        self.rotation.bytes = bytes;
        self
    }

    /// Puts a file aside before the first line that comes this long after it was begun.
    pub fn rotate_every(mut self, age: Duration) -> Self {
        self.rotation.age = age;
        self
    }

    /// Keeps this many files of each signal beside the one that is written, and deletes the oldest ones. Without it all are
    /// kept.
    pub fn keep(mut self, files: usize) -> Self {
        self.rotation.keep = files;
        self
    }

    /// Reads spans back: from a file, or from a directory all of its `traces.*.jsonl`, oldest first.
    ///
    /// # Errors
    /// [`ReadError`](super::ReadError) for a path that cannot be read; the iterator gives one for each line that cannot be,
    /// and goes on.
    /// # Examples
    /// ```no_run
    /// use obs_exporters::JsonLines;
    ///
    /// for span in JsonLines::read_traces("telemetry")? {
    ///     let span = span?;
    ///     println!("{} took {:?}", span.name, span.duration);
    /// }
    /// # Ok::<(), obs_exporters::json::ReadError>(())
    /// ```
    pub fn read_traces(path: impl AsRef<Path>) -> Result<Lines<SpanRecord>, super::ReadError> {
        Lines::open(path.as_ref(), "traces.jsonl")
    }

    /// Reads events back, as [`JsonLines::read_traces`] reads spans.
    ///
    /// # Errors
    /// As there.
    pub fn read_logs(path: impl AsRef<Path>) -> Result<Lines<EventRecord>, super::ReadError> {
        Lines::open(path.as_ref(), "logs.jsonl")
    }

    /// Reads metrics back, as [`JsonLines::read_traces`] reads spans: one record for each metric of each snapshot.
    ///
    /// # Errors
    /// As there.
    pub fn read_metrics(path: impl AsRef<Path>) -> Result<Lines<MetricRecord>, super::ReadError> {
        Lines::open(path.as_ref(), "metrics.jsonl")
    }

    fn files(&mut self) -> Result<&mut Files, FileError> {
        if self.files.is_none() {
            fs::create_dir_all(&self.dir).map_err(|source| FileError { path: self.dir.clone(), source })?;
            let traces = self.open("traces.jsonl")?;
            let logs = self.open("logs.jsonl")?;
            let metrics = self.open("metrics.jsonl")?;
            self.files = Some(Files { traces, logs, metrics });
        }
        self.files.as_mut().ok_or_else(|| unreachable_file(&self.dir))
    }

    fn open(&self, name: &str) -> Result<LineFile, FileError> {
        LineFile::open(self.dir.join(name), self.rotation)
    }
}

fn unreachable_file(path: &Path) -> FileError {
    FileError { path: path.to_owned(), source: io::ErrorKind::NotFound.into() }
}

impl Exporter for JsonLines {
    type Error = FileError;

    fn name(&self) -> &'static str {
        "json"
    }

    fn wants(&self) -> Wants {
        Wants { spans: true, events: true, exemplars: true, snapshots: Some(self.every) }
    }

    fn start(&mut self, reader: Reader) -> Result<(), FileError> {
        self.reader = reader;
        self.files().map(drop)
    }

    fn export(&mut self, batch: &Batch) -> Result<(), FileError> {
        let spans = batch.spans().len() as u64;
        let files = self.files()?;
        // OTLP: never send an empty envelope.
        let traces = if spans > 0 { files.traces.write(encode_traces(batch)) } else { Ok(()) };
        let logs = if batch.events().is_empty() { Ok(()) } else { files.logs.write(encode_logs(batch)) };
        if logs.is_err() {
            self.reader.count_failed_events(batch.events().len() as u64);
            self.reader.count_delivered(if traces.is_ok() { spans } else { 0 });
        }
        traces.and(logs)
    }

    fn report(&mut self, snapshot: &Snapshot) -> Result<(), FileError> {
        self.files()?.metrics.write(encode_metrics(snapshot))
    }
}
