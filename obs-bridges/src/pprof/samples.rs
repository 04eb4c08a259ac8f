//! What was seen.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Write as _};
use std::time::Duration;

use ::pprof::{Frames, Report, Symbol};
use obs_runtime::text::columns::{self, Line};
use obs_runtime::text::name::is_called;
use obs_runtime::text::{folded, number};
use obs_runtime::{Callsite, Symbols};

/// Functions in the table.
const ROWS: usize = 20;
/// Columns of the table.
const WIDTH: usize = 80;

/// The samples of one [`super::Statistical`]: each is where one thread was at one moment.
///
/// Shown with `{}`, it is a table of the 20 functions that have most of them, and of the share that none has.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    hz: u32,
    elapsed: Duration,
    total: u64,
    functions: Vec<SampledFunction>,
    /// Samples by stack, the outermost frame first.
    stacks: BTreeMap<String, u64>,
}

/// The samples of one annotated function.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SampledFunction {
    /// The function.
    pub callsite: &'static Callsite,
    /// Samples in it and in no annotated function inside it; closures in it, and the future it returns, are its own.
    pub samples: u64,
    /// Samples anywhere inside it.
    pub samples_inside: u64,
}

impl Samples {
    pub(super) fn new(report: &Report) -> Self {
        let symbols = Symbols::of_program();
        let mut functions = HashMap::new();
        let mut samples = Self {
            hz: u32::try_from(report.timing.frequency).unwrap_or(0),
            elapsed: report.timing.duration,
            ..Self::default()
        };
        for (frames, &count) in &report.data {
            let count = u64::try_from(count).unwrap_or(0);
            samples.total += count;
            *samples.stacks.entry(stack(frames)).or_default() += count;
            add(&mut functions, &symbols, frames, count);
        }
        samples.functions = functions.into_values().collect();
        samples.functions.sort_by_key(|function| {
            (Reverse(function.samples), Reverse(function.samples_inside), function.callsite.name())
        });
        samples
    }

    /// All samples.
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// For how long samples were taken.
    pub const fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// The annotated functions that were seen, the one with the most samples of its own first.
    pub fn functions(&self) -> &[SampledFunction] {
        &self.functions
    }

    /// The first function with this name, or whose name ends in `::` and this name.
    pub fn function(&self, name: &str) -> Option<&SampledFunction> {
        self.functions.iter().find(|function| is_called(function.callsite.name(), name))
    }

    /// Samples in no annotated function.
    pub fn unattributed(&self) -> u64 {
        self.total - self.functions.iter().map(|function| function.samples).sum::<u64>()
    }

    /// The share of these among all.
    pub fn unattributed_share(&self) -> f64 {
        if self.total == 0 { 0.0 } else { self.unattributed() as f64 / self.total as f64 }
    }

    /// Whole stacks, of functions that are not annotated too, as folded lines: `thread;main;shop::order;shop::price 12`, the
    /// number being samples.
    pub fn folded(&self) -> String {
        self.stacks.iter().fold(String::new(), |mut text, (stack, count)| {
            let _ = writeln!(text, "{stack} {count}");
            text
        })
    }
}

/// A stack as a folded line, below its thread.
fn stack(frames: &Frames) -> String {
    let mut stack = String::new();
    folded::push(&mut stack, &frames.thread_name_or_id());
    // Both from the innermost: frames, and the functions that were inlined into one.
    let symbols = frames.frames.iter().rev().flat_map(|frame| frame.iter().rev());
    symbols.for_each(|symbol| folded::push(&mut stack, &symbol.name()));
    stack
}

/// Adds samples to the innermost annotated function of a stack, and to all it is inside of.
fn add(functions: &mut HashMap<usize, SampledFunction>, symbols: &Symbols, frames: &Frames, count: u64) {
    let found = |symbol: &Symbol| symbols.find(&symbol.name());
    let mut seen: Vec<usize> = Vec::new();
    for callsite in frames.frames.iter().flatten().filter_map(found) {
        let address = std::ptr::from_ref(callsite).addr();
        if seen.contains(&address) {
            continue;
        }
        let new = SampledFunction { callsite, samples: 0, samples_inside: 0 };
        let function = functions.entry(address).or_insert(new);
        function.samples_inside += count;
        function.samples += if seen.is_empty() { count } else { 0 };
        seen.push(address);
    }
}

impl fmt::Display for Samples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { hz, total, .. } = *self;
        if total == 0 {
            return f.write_str("no samples were taken\n");
        }
        let percent = |samples: u64| number::percent(samples as f64, total as f64);
        let cells = |samples: u64| vec![samples.to_string(), percent(samples)];
        let mut lines: Vec<_> = self
            .functions
            .iter()
            .take(ROWS)
            .map(|function| Line {
                before: "",
                name: function.callsite.name().to_owned(),
                cells: [cells(function.samples), cells(function.samples_inside)].concat(),
            })
            .collect();
        let name = "(no annotated function)".to_owned();
        lines.push(Line { before: "", name, cells: cells(self.unattributed()) });
        let mut out =
            format!("{total} samples in {}, {hz} for a second of processor time\n", number::duration(self.elapsed));
        columns::write(&mut out, &["function", "self", "share", "inside", "share"], &lines, WIDTH);
        f.write_str(&out)
    }
}
