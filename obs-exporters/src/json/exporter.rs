//! Appends lines to files, one file for each signal.

use std::error::Error;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use obs_runtime::{Batch, Exporter, Reader, Snapshot, Wants};

use crate::otlp_json::{encode_logs, encode_metrics, encode_traces};

/// Writes spans and totals to files, one OTLP/JSON message a line.
///
/// # Shape
/// `traces.jsonl` gets a `TracesData` for each batch of spans, `logs.jsonl` a `LogsData` for each batch of events,
/// `metrics.jsonl` a `MetricsData` for each snapshot: at every flush, at shutdown, and every [`JsonLines::snapshots_every`]. Files that are there are appended to.
/// # Cost
/// Buffered; what was written reaches the files at a flush and at shutdown.
/// # Errors
/// [`FileError`] when the telemetry starts and a file cannot be opened, and when one cannot be written.
/// # Examples
/// ```no_run
/// use std::time::Duration;
/// use obs_exporters::JsonLines;
///
/// let json = JsonLines::to_dir("telemetry").snapshots_every(Duration::from_secs(10));
/// ```
#[derive(Debug)]
pub struct JsonLines {
    dir: PathBuf,
    every: Duration,
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
        Self { dir: path.into(), every: Duration::MAX, files: None }
    }

    /// Writes the totals this often too, not only at a flush and at shutdown.
    pub fn snapshots_every(mut self, interval: Duration) -> Self {
        self.every = interval;
        self
    }

    fn files(&mut self) -> Result<&mut Files, FileError> {
        if self.files.is_none() {
            fs::create_dir_all(&self.dir).map_err(|source| FileError { path: self.dir.clone(), source })?;
            let traces = LineFile::open(self.dir.join("traces.jsonl"))?;
            let logs = LineFile::open(self.dir.join("logs.jsonl"))?;
            let metrics = LineFile::open(self.dir.join("metrics.jsonl"))?;
            self.files = Some(Files { traces, logs, metrics });
        }
        self.files.as_mut().ok_or_else(|| unreachable_file(&self.dir))
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

    fn start(&mut self, _: Reader) -> Result<(), FileError> {
        self.files().map(drop)
    }

    fn export(&mut self, batch: &Batch) -> Result<(), FileError> {
        let files = self.files()?;
        // OTLP: never send an empty envelope.
        if !batch.spans().is_empty() {
            files.traces.write(encode_traces(batch))?;
            // What counts as exported is in the file.
            files.traces.flush()?;
        }
        if !batch.events().is_empty() {
            files.logs.write(encode_logs(batch))?;
        }
        Ok(())
    }

    fn report(&mut self, snapshot: &Snapshot) -> Result<(), FileError> {
        self.files()?.metrics.write(encode_metrics(snapshot))
    }

    fn flush(&mut self) -> Result<(), FileError> {
        let Some(files) = &mut self.files else { return Ok(()) };
        let traces = files.traces.flush();
        let logs = files.logs.flush();
        files.metrics.flush().and(logs).and(traces)
    }
}

/// A file that is written line by line.
#[derive(Debug)]
struct LineFile {
    path: PathBuf,
    file: BufWriter<File>,
}

impl LineFile {
    fn open(path: PathBuf) -> Result<Self, FileError> {
        match OpenOptions::new().create(true).append(true).open(&path) {
            Ok(file) => Ok(Self { path, file: BufWriter::with_capacity(64 * 1024, file) }),
            Err(source) => Err(FileError { path, source }),
        }
    }

    fn write(&mut self, mut line: String) -> Result<(), FileError> {
        line.push('\n');
        let written = self.file.write_all(line.as_bytes());
        written.map_err(|source| FileError { path: self.path.clone(), source })
    }

    fn flush(&mut self) -> Result<(), FileError> {
        self.file.flush().map_err(|source| FileError { path: self.path.clone(), source })
    }
}

/// A file cannot be opened or written.
#[derive(Debug)]
#[non_exhaustive]
pub struct FileError {
    /// The file, or the directory that was to hold it.
    pub path: PathBuf,
    /// What the system says.
    pub source: io::Error,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        write!(f, "cannot write {path}: {}; `JsonLines::to_dir` takes a directory that can be written", self.source)
    }
}

impl Error for FileError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}
