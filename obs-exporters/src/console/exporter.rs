//! Writes the report when the telemetry shuts down, and traces when they end.

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

use obs_runtime::{Batch, Event, Exporter, ProfileMode, Snapshot, Wants, profile_mode, report};

use super::forest::{Forest, Tree};
use super::render::render;
use super::table::Style;
use super::target::Target;
use super::tree;

/// Prints a table of every function that was called, once, when the telemetry shuts down; with [`Console::tree`] also each
/// trace when it ends.
///
/// # Shape
/// To standard output, unless told otherwise; coloured when that is a terminal and `NO_COLOR` is not set; plain
/// otherwise. See [`super::render()`] for what it shows. While calls are profiled, [`report()`] comes after it.
/// # Cost
/// Nothing before the shutdown; as a tree, each span is kept until its local root ends, at most 65,536 of them.
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
    forest: Option<Forest>,
    last: Option<Snapshot>,
}

impl Console {
    /// Prints to standard output.
    pub fn new() -> Self {
        Self { target: Target::Stdout, color: None, width: None, forest: None, last: None }
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

    /// Prints each trace too, as a tree, when its first span in this process ends: for development.
    ///
    /// # Shape
    /// One line for each span, its duration first, indented below its caller: how it ended, its fields, the trace's id; and one
    /// for each event, with the time since its span began. In the order of time. What comes after its caller was printed, and
    /// what waits at shutdown or past the bound for a caller that has not ended, is printed with the trace's id.
    pub fn tree(mut self) -> Self {
        self.forest = Some(Forest::new());
        self
    }

    fn print(&mut self, trees: &[Tree], outside: &[Arc<Event>]) -> io::Result<()> {
        let mut text = String::new();
        let style = self.style();
        outside.iter().for_each(|event| tree::write_outside(&mut text, event, style));
        trees.iter().for_each(|tree| tree::write(&mut text, tree, style));
        if text.is_empty() { Ok(()) } else { self.target.write(&text) }
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

impl Exporter for Console {
    type Error = io::Error;

    fn name(&self) -> &'static str {
        "console"
    }

    fn wants(&self) -> Wants {
        let tree = self.forest.is_some();
        Wants { spans: tree, events: tree, ..Wants::FINAL_SNAPSHOT }
    }

    fn export(&mut self, batch: &Batch) -> io::Result<()> {
        let Some(forest) = &mut self.forest else { return Ok(()) };
        let trees = forest.add(batch.spans());
        let is_outside = |event: &&Arc<Event>| event.span_id().is_none() || !event.is_sampled();
        let outside: Vec<Arc<Event>> = batch.events().iter().filter(is_outside).cloned().collect();
        self.print(&trees, &outside)
    }

    /// Keeps the snapshot: a flush in the middle of the program prints nothing.
    fn report(&mut self, snapshot: &Snapshot) -> io::Result<()> {
        self.last = Some(snapshot.clone());
        Ok(())
    }

    fn shutdown(&mut self) -> io::Result<()> {
        let rest = self.forest.as_mut().map(Forest::rest).unwrap_or_default();
        self.print(&rest, &[])?;
        let Some(snapshot) = self.last.take() else { return Ok(()) };
        let mut text = render(&snapshot, &self.style());
        if profile_mode() != ProfileMode::Off {
            text.push('\n');
            text += &report().to_string();
        }
        self.target.write(&text)
    }
}
