//! Writes the report when the telemetry shuts down.

use std::fmt;
use std::io::{self, IsTerminal, Write};

use obs_runtime::{Batch, Exporter, Snapshot, Wants};

use super::render::render;
use super::table::Style;

/// Prints a table of every function that was called, once, when the telemetry shuts down.
///
/// # Shape
/// To standard output, unless told otherwise; coloured when that is a terminal and `NO_COLOR` is not set; plain
/// otherwise. See [`super::render()`] for what it shows.
/// # Cost
/// Nothing before the shutdown.
/// # Errors
/// What the writer says; a closed pipe is no error.
/// # Examples
/// ```
/// use obs_exporters::Console;
///
/// let console = Console::new().stderr().width(120);
/// ```
pub struct Console {
    target: Target,
    color: Option<bool>,
    width: Option<usize>,
    last: Option<Snapshot>,
}

enum Target {
    Stdout,
    Stderr,
    Writer(Box<dyn Write + Send>),
}

impl Console {
    /// Prints to standard output.
    pub fn new() -> Self {
        Self { target: Target::Stdout, color: None, width: None, last: None }
    }

    /// Prints to standard error.
    pub fn stderr(mut self) -> Self {
        self.target = Target::Stderr;
        self
    }

    /// Prints to a writer of one's own; plain unless [`Console::color`] says otherwise.
    pub fn writer(mut self, writer: impl Write + Send + 'static) -> Self {
        self.target = Target::Writer(Box::new(writer));
        self
    }

    /// Colours or does not, whatever the terminal is.
    pub fn color(mut self, color: bool) -> Self {
        self.color = Some(color);
        self
    }

    /// Columns that a line may take; 80 unless `COLUMNS` says otherwise.
    pub fn width(mut self, columns: usize) -> Self {
        self.width = Some(columns);
        self
    }

    fn style(&self) -> Style {
        let columns = || std::env::var("COLUMNS").ok()?.trim().parse().ok();
        let width = self.width.or_else(columns).unwrap_or(Style::default().width).max(40);
        Style { color: self.color.unwrap_or_else(|| self.target.wants_color()), width }
    }
}

impl Default for Console {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console").field("style", &self.style()).finish_non_exhaustive()
    }
}

impl Target {
    fn wants_color(&self) -> bool {
        let terminal = match self {
            Self::Stdout => io::stdout().is_terminal(),
            Self::Stderr => io::stderr().is_terminal(),
            Self::Writer(_) => false,
        };
        // https://no-color.org: any value that is not empty.
        terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        let written = match self {
            Self::Stdout => write_to(&mut io::stdout().lock(), text),
            Self::Stderr => write_to(&mut io::stderr().lock(), text),
            Self::Writer(writer) => write_to(writer, text),
        };
        match written {
            // The reader of the pipe has seen enough, as in `program | head`.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }
}

fn write_to(writer: &mut impl Write, text: &str) -> io::Result<()> {
    writer.write_all(text.as_bytes())?;
    writer.flush()
}

impl Exporter for Console {
    type Error = io::Error;

    fn name(&self) -> &'static str {
        "console"
    }

    fn wants(&self) -> Wants {
        Wants::FINAL_SNAPSHOT
    }

    fn export(&mut self, _: &Batch) -> io::Result<()> {
        Ok(())
    }

    /// Keeps the snapshot: a flush in the middle of the program prints nothing.
    fn report(&mut self, snapshot: &Snapshot) -> io::Result<()> {
        self.last = Some(snapshot.clone());
        Ok(())
    }

    fn shutdown(&mut self) -> io::Result<()> {
        let Some(snapshot) = self.last.take() else { return Ok(()) };
        let text = render(&snapshot, &self.style());
        self.target.write(&text)
    }
}
