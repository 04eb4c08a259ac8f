//! Writes trace events into a file.

use std::error::Error;
use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::SystemTime;

use obs_runtime::{Batch, Exporter, Reader, Wants};

use super::encode::Encoder;
use crate::given_up;

/// Writes spans and events to a file that Perfetto (`ui.perfetto.dev`) and `chrome://tracing` open.
///
/// # Shape
/// The JSON array format of trace events. A sync call is a complete event on its thread's line; an async one has a line of
/// its own, so that calls that overlap do not break the nesting; events are instants; a parent on another thread and a link
/// are arrows. Fields, ids and outcome are in the arguments. A file that is there is overwritten. The format allows the
/// closing bracket to be missing: a file whose program was killed opens too.
/// # Units
/// Microseconds with three decimals, since the telemetry started; `obs_zero` says when that was.
/// # Cost
/// One write for each batch. Up to 65,536 recent spans are remembered for arrows; those that are not drawn for lack of memory are counted
/// in `obs.exporter.given_up`.
/// # Errors
/// [`ChromeError`] when the telemetry starts and the file cannot be made, and when it cannot be written.
/// # Examples
/// ```no_run
/// use obs_exporters::Chrome;
///
/// let chrome = Chrome::to_file("trace.json").at_most(64 * 1024 * 1024);
/// ```
#[derive(Debug)]
pub struct Chrome {
    path: PathBuf,
    limit: u64,
    reader: Reader,
    open: Option<Open>,
}

/// Room for the last line.
const LAST: u64 = 256;

#[derive(Debug)]
struct Open {
    file: File,
    encoder: Encoder,
    written: u64,
    refused: u64,
    /// Nothing more is written: there is no room, or a line is torn.
    is_full: bool,
    is_torn: bool,
    begun: bool,
}

impl Chrome {
    /// Writes to a file, at most 1 GiB of it: viewers open no more.
    pub fn to_file(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), limit: 1 << 30, reader: Reader::default(), open: None }
    }

    /// Writes at most this many bytes. When the next batch does not fit, the file is finished: spans that end later count as
    /// rejected, and the last line of the file says how many they are.
    pub fn at_most(mut self, bytes: u64) -> Self {
        self.limit = bytes;
        self
    }

    fn error(&self, source: io::Error) -> ChromeError {
        ChromeError { path: self.path.clone(), source }
    }

    fn open(&self) -> Result<Open, ChromeError> {
        let file = File::create(&self.path).map_err(|source| self.error(source))?;
        let encoder = Encoder::new(SystemTime::now());
        Ok(Open { file, encoder, written: 0, refused: 0, is_full: false, is_torn: false, begun: false })
    }
}

impl Open {
    fn batch(&mut self, batch: &Batch, limit: u64) -> io::Result<bool> {
        if self.is_full {
            return Ok(false);
        }
        if !self.begun {
            self.begun = true;
            self.write(&self.encoder.begin(batch.resource()))?;
        }
        let text = self.encoder.batch(batch);
        self.is_full = self.written + text.len() as u64 + LAST > limit;
        if !self.is_full {
            self.write(&text)?;
        }
        Ok(!self.is_full)
    }

    fn end(&mut self) -> io::Result<()> {
        if self.is_torn {
            return Ok(());
        }
        if !self.begun {
            return self.write("[\n]\n");
        }
        self.write(&self.encoder.end(self.refused))
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        let written = self.file.write_all(text.as_bytes());
        self.is_torn |= written.is_err();
        self.is_full |= written.is_err();
        written?;
        self.written += text.len() as u64;
        Ok(())
    }
}

impl Exporter for Chrome {
    type Error = ChromeError;

    fn name(&self) -> &'static str {
        "chrome"
    }

    fn wants(&self) -> Wants {
        Wants { spans: true, events: true, ..Wants::NOTHING }
    }

    fn start(&mut self, reader: Reader) -> Result<(), ChromeError> {
        given_up::show();
        self.reader = reader;
        self.open = Some(self.open()?);
        Ok(())
    }

    fn export(&mut self, batch: &Batch) -> Result<(), ChromeError> {
        let mut open = match self.open.take() {
            Some(open) => open,
            None => self.open()?,
        };
        let taken = open.batch(batch, self.limit);
        if !matches!(taken, Ok(true)) {
            open.refused += batch.spans().len() as u64;
            self.reader.count_failed_events(batch.events().len() as u64);
        }
        if matches!(taken, Ok(false)) {
            self.reader.count_rejected(batch.spans().len() as u64);
        }
        self.open = Some(open);
        taken.map(drop).map_err(|source| self.error(source))
    }

    fn shutdown(&mut self) -> Result<(), ChromeError> {
        let Some(mut open) = self.open.take() else { return Ok(()) };
        open.end().map_err(|source| self.error(source))
    }
}

/// A trace file cannot be made or written.
#[derive(Debug)]
#[non_exhaustive]
pub struct ChromeError {
    /// The file.
    pub path: PathBuf,
    /// What the system says.
    pub source: io::Error,
}

impl fmt::Display for ChromeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        write!(f, "cannot write {path}: {}; `Chrome::to_file` takes a file that can be written", self.source)
    }
}

impl Error for ChromeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}
