//! The report as text: a pure function of a snapshot.

use std::cmp::Reverse;
use std::fmt::Write;
use std::time::Duration;

use obs_runtime::{CallsiteSnapshot, Snapshot};

use super::table::{self, Paint, Row, Style};
use super::{allocations, budgets, number};

const HEADING: [&str; 8] = ["calls", "errors", "p50", "p90", "p99", "max", "total", "share"];
const ERRORS: usize = 1;

/// Writes the report of a snapshot.
///
/// # Shape
/// A header, one line for each function that was called (most total time first), one for each of the ten that allocate most
/// where that is counted, then what is worth knowing: limits that were not kept, calls that are timed in part, and what was
/// lost. `errors` counts calls that returned an `Err`, unwound or were cancelled. `share` is the function's wall time as a
/// share of the time the program ran; nested functions share time, and several threads can bring it above 100 %. A function
/// that is not timed shows `-`.
/// # Cost
/// Sorts and formats; takes no lock and does no I/O.
pub fn render(snapshot: &Snapshot, style: &Style) -> String {
    let elapsed = elapsed(snapshot);
    let (mut called, never): (Vec<_>, Vec<_>) = snapshot.callsites().partition(|callsite| callsite.calls() > 0);
    called.sort_by_key(|callsite| (Reverse(callsite.total()), Reverse(callsite.calls()), callsite.name()));
    let mut out = header(snapshot, elapsed, *style);
    if called.is_empty() {
        out += "no annotated function was called\n";
    } else {
        let rows: Vec<_> = called.iter().map(|callsite| row(callsite, elapsed)).collect();
        table::write(&mut out, *style, "function", HEADING, &rows);
    }
    if !never.is_empty() && !called.is_empty() {
        out += &style.paint(Paint::Dim, &format!("{} more never called", never.len()));
        out.push('\n');
    }
    allocations::write(&mut out, &called, *style);
    for callsite in &called {
        budgets::write(&mut out, callsite, *style);
        notes(&mut out, callsite);
    }
    footer(&mut out, snapshot, *style);
    out
}

fn elapsed(snapshot: &Snapshot) -> Duration {
    snapshot.taken().duration_since(snapshot.started()).unwrap_or_default()
}

fn header(snapshot: &Snapshot, elapsed: Duration, style: Style) -> String {
    let service = snapshot.resource().service_name();
    let threads = snapshot.threads();
    let plural = if threads == 1 { "" } else { "s" };
    let ran = number::duration(elapsed);
    let title = style.paint(Paint::Heading, &format!("obs: {service}"));
    format!("{title}, {ran}, {threads} thread{plural}, clock {}\n", snapshot.clock())
}

fn row(callsite: &CallsiteSnapshot, elapsed: Duration) -> Row<8> {
    let failed = callsite.outcomes().failed();
    let times = match callsite.duration().filter(|histogram| histogram.count() > 0) {
        None => std::array::from_fn(|_| "-".to_owned()),
        Some(histogram) => {
            let quantile = |q| number::duration(Duration::from_secs_f64(histogram.quantile(q).unwrap_or_default()));
            [
                quantile(0.5),
                quantile(0.9),
                quantile(0.99),
                number::duration(callsite.max()),
                number::duration(callsite.total()),
                number::share(callsite.total(), elapsed),
            ]
        }
    };
    let [p50, p90, p99, max, total, share] = times;
    Row {
        name: callsite.name().to_owned(),
        cells: [callsite.calls().to_string(), failed.to_string(), p50, p90, p99, max, total, share],
        paint: (failed > 0).then_some((ERRORS, Paint::Bad)),
    }
}

fn notes(out: &mut String, callsite: &CallsiteSnapshot) {
    let meta = callsite.callsite().meta();
    let Some(timed) = callsite.duration().map(|duration| duration.count()) else { return };
    if meta.time_one_in > 1 {
        let _ = writeln!(out, "{}: times are those of one call in {}", callsite.name(), meta.time_one_in);
    } else if timed > 0 && callsite.callsite().has_untimed_calls() {
        let _ = writeln!(out, "{}: times are those of {timed} calls", callsite.name());
    }
}

fn footer(out: &mut String, snapshot: &Snapshot, style: Style) {
    let lost: Vec<_> = snapshot
        .health()
        .counters()
        .filter(|(_, _, count)| *count > 0)
        .map(|(signal, reason, count)| format!("{signal} {reason} {count}"))
        .collect();
    if !lost.is_empty() {
        *out += &style.paint(Paint::Bad, &format!("lost or bent: {}", lost.join(", ")));
        out.push('\n');
    }
}
