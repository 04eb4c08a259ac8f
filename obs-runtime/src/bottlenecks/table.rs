//! The report as text.

use std::fmt::{self, Write as _};
use std::time::Duration;

use super::function::{CallEdge, FunctionReport, KeptCalls};
use super::report::Report;
use crate::profile_mode::ProfileMode;
use crate::text::columns::{self, Line};
use crate::text::number;

/// Functions, unless asked for another number.
const ROWS: usize = 20;
/// Columns that a line may take.
const WIDTH: usize = 80;
/// Functions that are shown with their callers and callees.
const DETAILED: usize = 5;
/// Callers, and callees, of each of these.
const NEIGHBOURS: usize = 3;
/// Functions in the lists beside the first.
const FEW: usize = 5;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.table(ROWS).fmt(f)
    }
}

impl Report {
    /// The report as a table of at most so many functions, in 80 columns.
    ///
    /// # Shape
    /// The first five functions with up to three of those that call them (`<-`) and that they call (`->`): calls, and
    /// their time, in all and as a share of the function's. Then where memory was asked for, if it is counted, and the
    /// longest polls, each of at most five functions.
    pub fn table(&self, rows: usize) -> impl fmt::Display {
        Table { report: self, rows }
    }
}

/// A report, and how many functions of it are shown.
struct Table<'a> {
    report: &'a Report,
    rows: usize,
}

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        self.header(&mut out);
        if !self.report.functions.is_empty() && self.rows > 0 {
            self.functions(&mut out);
            self.memory(&mut out);
            self.polls(&mut out);
        }
        f.write_str(&out)
    }
}

impl Table<'_> {
    fn header(&self, out: &mut String) {
        let report = self.report;
        if report.functions.is_empty() {
            *out += "no annotated function was called\n";
            return;
        }
        if report.trees > 0 {
            let plural = if report.trees == 1 { "" } else { "s" };
            let time = number::duration(report.self_time());
            let _ = write!(out, "where the time went: {time} in {} call tree{plural}", report.trees);
            if report.left_out > 0 {
                let _ = write!(out, "; {} others were left out", report.left_out);
            }
            out.push('\n');
        }
        if report.trees == 0 && report.mode == ProfileMode::Off {
            *out += "profiling is off, so self time is not known; to turn it on:\n";
            *out += "  obs::profile(obs::ProfileMode::Trace), or OBS_PROFILE=trace\n";
        }
    }

    fn functions(&self, out: &mut String) {
        let (report, whole) = (self.report, self.report.self_time());
        let shown = &report.functions[..self.rows.min(report.functions.len())];
        // Where nothing was left out there is nothing to tell apart.
        let is_part = shown.iter().any(|function| function.kept.is_some_and(|kept| kept.calls != function.calls));
        let mut lines = Vec::new();
        for (at, function) in shown.iter().enumerate() {
            lines.push(function_line(function, whole, is_part));
            if at < DETAILED {
                lines.extend(neighbours(function, is_part));
            }
        }
        let heading = ["function", "calls", "kept", "total", "self", "share"];
        write(out, &heading.map(Some).map(|word| word.filter(|word| is_part || *word != "kept")), &lines);
        self.rest(out, shown, whole);
        if shown.iter().take(DETAILED).any(|function| !function.callers.is_empty() || !function.callees.is_empty()) {
            *out += "(<- called by, -> calls: calls, time, and the share of the function's total)\n";
        }
        self.notes(out, shown);
    }

    /// What the functions that are not shown took.
    fn rest(&self, out: &mut String, shown: &[FunctionReport], whole: Duration) {
        let rest = &self.report.functions[shown.len()..];
        if !rest.is_empty() {
            let own: Duration = rest.iter().filter_map(FunctionReport::self_time).sum();
            let plural = if rest.len() == 1 { "" } else { "s" };
            let share = number::share(own, whole);
            let _ = writeln!(out, "{} more function{plural}, with {share} of the self time", rest.len());
        }
    }

    fn notes(&self, out: &mut String, shown: &[FunctionReport]) {
        let calls = self.report.calls_without_path;
        if calls > 0 {
            let _ = writeln!(out, "too many call paths: the callers of {calls} calls are not known");
        }
        for function in shown.iter().filter(|function| function.kept.is_none()) {
            let one_in = function.callsite.meta().time_one_in;
            if one_in > 1 && function.timed_calls > 0 {
                let _ = writeln!(out, "{}: the total is of one call in {one_in}", function.name());
            }
        }
    }

    fn memory(&self, out: &mut String) {
        let functions = self.report.by_allocations();
        let whole = |of: fn(&FunctionReport) -> u64| functions.iter().map(|function| of(function)).sum::<u64>() as f64;
        let (allocs, bytes) = (whole(FunctionReport::self_allocs), whole(FunctionReport::self_bytes));
        let line = |function: &&FunctionReport| {
            let (own_allocs, own_bytes) = (function.self_allocs(), function.self_bytes());
            let shares = [(own_allocs, allocs), (own_bytes, bytes)].map(|(own, all)| number::percent(own as f64, all));
            let [share_of_allocs, share_of_bytes] = shares;
            let cells = [own_allocs.to_string(), share_of_allocs, number::bytes(own_bytes), share_of_bytes];
            Line { before: "", name: function.name().to_owned(), cells: cells.to_vec() }
        };
        if !functions.is_empty() {
            let lines: Vec<_> = functions.iter().take(FEW.min(self.rows)).map(line).collect();
            out.push('\n');
            columns::write(out, &["allocations", "self allocs", "share", "self bytes", "share"], &lines, WIDTH);
        } else if !self.report.counts_allocations {
            *out += "allocations are not counted: obs::Alloc is not the global allocator\n";
        }
    }

    fn polls(&self, out: &mut String) {
        let functions = self.report.by_longest_poll();
        let line = |function: &&FunctionReport| {
            let polls = function.polls.unwrap_or_default();
            let cells = [polls.count.to_string(), number::duration(polls.busy), number::duration(polls.longest)];
            Line { before: "", name: function.name().to_owned(), cells: cells.to_vec() }
        };
        if !functions.is_empty() {
            let lines: Vec<_> = functions.iter().take(FEW.min(self.rows)).map(line).collect();
            out.push('\n');
            columns::write(out, &["longest poll", "polls", "busy", "longest"], &lines, WIDTH);
        }
    }
}

/// Writes the columns whose heading is there.
fn write(out: &mut String, heading: &[Option<&str>], lines: &[Line]) {
    let heading: Vec<_> = heading.iter().copied().flatten().collect();
    columns::write(out, &heading, lines, WIDTH);
}

fn function_line(function: &FunctionReport, whole: Duration, is_part: bool) -> Line {
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let kept = or_dash(function.kept.map(|KeptCalls { calls, .. }| calls.to_string()));
    let mut cells = vec![function.calls.to_string()];
    cells.extend(is_part.then_some(kept));
    cells.push(or_dash(function.time().map(number::duration)));
    cells.push(or_dash(function.self_time().map(number::duration)));
    cells.push(or_dash(function.self_time().map(|own| number::share(own, whole))));
    Line { before: "", name: function.name().to_owned(), cells }
}

/// Who calls a function, and whom it calls.
fn neighbours(function: &FunctionReport, is_part: bool) -> impl Iterator<Item = Line> {
    let whole = function.time().unwrap_or_default();
    let line = |before, edge: &CallEdge| {
        let mut cells = vec![edge.calls.to_string(), number::duration(edge.time), String::new()];
        if is_part {
            // They are all of calls that were kept.
            cells.insert(0, String::new());
        }
        cells.push(number::share(edge.time, whole));
        Line { before, name: edge.callsite.name().to_owned(), cells }
    };
    let few = |before: &'static str, edges: &[CallEdge]| -> Vec<Line> {
        edges.iter().take(NEIGHBOURS).map(|edge| line(before, edge)).collect()
    };
    few("  <- ", &function.callers).into_iter().chain(few("  -> ", &function.callees))
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::callsite::{Callsite, Meta, Name};
    use crate::snapshot::Polls;

    fn callsite(name: &'static str, time_one_in: u32) -> &'static Callsite {
        Box::leak(Box::new(Callsite::new(Meta { name: Name::Given(name), time_one_in, ..Meta::EMPTY })))
    }

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn function(callsite: &'static Callsite, calls: u64, kept: Option<[u64; 3]>) -> FunctionReport {
        let kept = kept.map(|[calls, time, own]| KeptCalls {
            calls,
            time: millis(time),
            self_time: millis(own),
            self_allocs: calls * 2,
            self_bytes: calls << 10,
            ..KeptCalls::default()
        });
        FunctionReport {
            callsite,
            calls,
            timed_calls: calls,
            wall: millis(5),
            kept,
            spent: None,
            polls: None,
            callers: Vec::new(),
            callees: Vec::new(),
        }
    }

    fn report(mode: ProfileMode, [trees, left_out]: [u64; 2], functions: Vec<FunctionReport>) -> Report {
        Report { mode, trees, left_out, calls_without_path: 0, counts_allocations: false, functions, paths: Vec::new() }
    }

    #[test]
    fn functions_stand_with_their_callers_and_callees() {
        let names = ["shop::inventory::warehouse::Shelf::find_by_article_number", "shop::order", "shop::price"];
        let [find, order, price] = names.map(|name| callsite(name, 1));
        let mut functions = [(find, 300, 800, 800), (order, 4, 1000, 150), (price, 12, 50, 50)]
            .map(|(callsite, calls, time, own)| function(callsite, calls, Some([calls, time, own])));
        let edge = |callsite, calls, time| CallEdge { callsite, calls, time: millis(time) };
        functions[0].callers = vec![edge(order, 300, 800)];
        functions[1].callees = vec![edge(find, 300, 800), edge(price, 12, 50)];
        functions[2].callers = vec![edge(order, 12, 50)];
        functions[1].polls = Some(Polls { count: 9, busy: millis(1000), longest: millis(400) });
        let mut report = report(ProfileMode::Trace, [4, 0], functions.to_vec());
        report.counts_allocations = true;
        let text = report.to_string();
        let want = "\
where the time went: 1.00s in 4 call trees
function                                               calls  total   self share
..::warehouse::Shelf::find_by_article_number             300  800ms  800ms 80.0%
  <- shop::order                                         300  800ms         100%
shop::order                                                4  1.00s  150ms 15.0%
  -> ..::warehouse::Shelf::find_by_article_number        300  800ms        80.0%
  -> shop::price                                          12 50.0ms         5.0%
shop::price                                               12 50.0ms 50.0ms  5.0%
  <- shop::order                                          12 50.0ms         100%
(<- called by, -> calls: calls, time, and the share of the function's total)

allocations                                   self allocs share self bytes share
..::warehouse::Shelf::find_by_article_number          600 94.9%     300KiB 94.9%
shop::price                                            24  3.8%    12.0KiB  3.8%
shop::order                                             8  1.3%    4.00KiB  1.3%

longest poll polls  busy longest
shop::order      9 1.00s   400ms
";
        assert_eq!(text, want);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }

    #[test]
    fn a_part_of_the_calls_is_told_apart_from_all() {
        let [all, half] = ["all", "half"].map(|name| callsite(name, 1));
        let functions = vec![function(half, 100, Some([50, 30, 20])), function(all, 7, Some([7, 10, 10]))];
        let text = report(ProfileMode::Sample(2), [25, 25], functions).table(1).to_string();
        let want = "\
where the time went: 30.0ms in 25 call trees; 25 others were left out
function calls kept  total   self share
half       100   50 30.0ms 20.0ms 66.7%
1 more function, with 33.3% of the self time

allocations self allocs share self bytes share
half                100 87.7%    50.0KiB 87.7%
";
        assert_eq!(text, want);
    }

    #[test]
    fn without_profiling_functions_stand_by_their_totals_and_it_is_said_how_to_profile() {
        let functions = vec![function(callsite("slow", 1), 3, None), function(callsite("sampled", 16), 320, None)];
        let text = report(ProfileMode::Off, [0, 0], functions).to_string();
        let want = "\
profiling is off, so self time is not known; to turn it on:
  obs::profile(obs::ProfileMode::Trace), or OBS_PROFILE=trace
function calls  total self share
slow         3 5.00ms    -     -
sampled    320 5.00ms    -     -
sampled: the total is of one call in 16
allocations are not counted: obs::Alloc is not the global allocator
";
        assert_eq!(text, want);
        assert_eq!(report(ProfileMode::Trace, [0, 0], Vec::new()).to_string(), "no annotated function was called\n");
    }
}
