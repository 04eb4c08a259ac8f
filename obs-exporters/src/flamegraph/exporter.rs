//! Writes folded stacks, or a flame graph, into a file.

use std::error::Error;
use std::fmt;
use std::fs;
use std::io;
use std::path::PathBuf;

use obs_runtime::{Batch, Exporter, Flame, Reader, Report, Span, Wants};

use super::paths::{Bounds, Call, Paths};
use super::svg::svg;
use super::tree::Measure;
use crate::given_up::{self, FLAMEGRAPH_PATHS};

/// Adds up the self time of each call path, and writes it to a file at every flush and at shutdown.
///
/// # Shape
/// Folded stacks, `caller;function 1234`, which speedscope, `inferno` and `flamegraph.pl` read; a flame graph when the path
/// ends in `.svg`. The file is replaced as a whole. Self time is a call's time without that of its children, never below
/// zero. An async function's time is what it spent in polls, so that children that run side by side fit into their parent;
/// [`Flamegraph::with_idle`] takes the whole. Calls whose caller has not ended stand under `[unfinished]`.
/// # Units
/// Microseconds, or calls: [`Flamegraph::calls`].
/// # Cost
/// Memory for up to 65,536 unfinished parents and 262,144 places on paths. What is given up stands under `[unfinished]`,
/// `[too deep]` (500 frames) or `[no room]`, and is counted in `obs.exporter.given_up`.
/// # Errors
/// [`FlamegraphError`] when the telemetry starts and the file cannot be made, and when it cannot be written.
/// # Examples
/// ```no_run
/// use obs_exporters::Flamegraph;
///
/// let folded = Flamegraph::to_file("target/profile.folded");
/// let picture = Flamegraph::to_file("target/calls.svg").calls();
/// ```
#[derive(Debug)]
pub struct Flamegraph {
    path: PathBuf,
    measure: Measure,
    with_idle: bool,
    paths: Paths,
}

impl Flamegraph {
    /// Writes to a file: an SVG when its name ends in `.svg`, folded stacks otherwise.
    pub fn to_file(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), measure: Measure::SelfMicros, with_idle: false, paths: Paths::new(Bounds::DEFAULT) }
    }

    /// Counts calls instead of time.
    pub fn calls(mut self) -> Self {
        self.measure = Measure::Calls;
        self
    }

    /// Takes the wall time of async functions, with what they waited.
    pub fn with_idle(mut self) -> Self {
        self.with_idle = true;
        self
    }

    /// Draws a report of what was profiled, for which nothing has to run: the picture of [`Report::folded`] as an SVG.
    ///
    /// # Errors
    /// What the drawing says.
    /// # Examples
    /// ```no_run
    /// use obs_exporters::Flamegraph;
    /// use obs_runtime::Flame;
    ///
    /// std::fs::write("target/bytes.svg", Flamegraph::draw(&obs_runtime::report(), Flame::Bytes)?)?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn draw(report: &Report, flame: Flame) -> io::Result<String> {
        let bytes = svg(&report.folded(flame), flame.title(), flame.unit())?;
        String::from_utf8(bytes).map_err(io::Error::other)
    }

    fn call(&self, span: &Span) -> Call {
        let took = match span.polls() {
            Some(polls) if !self.with_idle => polls.busy,
            _ => span.duration(),
        };
        Call {
            id: span.span_id(),
            parent: span.parent().filter(|_| !span.is_local_root()),
            name: span.name(),
            from: span.start(),
            to: span.start() + span.duration(),
            nanos: u64::try_from(took.as_nanos()).unwrap_or(u64::MAX),
        }
    }

    fn write(&self) -> Result<(), FlamegraphError> {
        let folded = self.paths.folded(self.measure);
        let is_svg = self.path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("svg"));
        let written = if is_svg { svg_of(&folded, self.measure) } else { Ok(folded.into_bytes()) };
        // Whoever reads the file meanwhile sees the old one or the new one.
        let mut beside = self.path.clone().into_os_string();
        beside.push(".new");
        written
            .and_then(|bytes| fs::write(&beside, bytes))
            .and_then(|()| fs::rename(&beside, &self.path))
            .map_err(|source| FlamegraphError { path: self.path.clone(), source })
    }
}

fn svg_of(folded: &str, measure: Measure) -> io::Result<Vec<u8>> {
    match measure {
        Measure::SelfMicros => svg(folded, "Self time by call path", "µs"),
        Measure::Calls => svg(folded, "Calls by call path", "calls"),
    }
}

impl Exporter for Flamegraph {
    type Error = FlamegraphError;

    fn name(&self) -> &'static str {
        "flamegraph"
    }

    fn wants(&self) -> Wants {
        Wants::SPANS
    }

    fn start(&mut self, _: Reader) -> Result<(), FlamegraphError> {
        given_up::show();
        self.write()
    }

    fn export(&mut self, batch: &Batch) -> Result<(), FlamegraphError> {
        for span in batch.spans() {
            self.paths.add(self.call(span));
        }
        FLAMEGRAPH_PATHS.add(self.paths.take_given_up());
        Ok(())
    }

    fn flush(&mut self) -> Result<(), FlamegraphError> {
        self.write()
    }
}

/// A flame graph cannot be written.
#[derive(Debug)]
#[non_exhaustive]
pub struct FlamegraphError {
    /// The file.
    pub path: PathBuf,
    /// What the system, or the drawing, says.
    pub source: io::Error,
}

impl fmt::Display for FlamegraphError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        write!(f, "cannot write {path}: {}; `Flamegraph::to_file` takes a file that can be written", self.source)
    }
}

impl Error for FlamegraphError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}
