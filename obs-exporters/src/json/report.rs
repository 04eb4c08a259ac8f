//! A report of bottlenecks as one JSON object.

use std::time::Duration;

use obs_runtime::{CallEdge, FunctionReport, Report};

use crate::json_writer::Writer;

/// Writes a report as one JSON object, without line breaks.
///
/// # Shape
/// | key | value |
/// |---|---|
/// | `mode` | `off`, `trace` or `sample:16` |
/// | `trees`, `trees_left_out` | call trees that were kept, and that were not |
/// | `calls_without_path` | kept calls whose callers are not known |
/// | `counts_allocations` | whether the program's allocator counts |
/// | `self_ns` | what shares of `self_ns` are of |
/// | `functions` | a list, the most time of its own first |
///
/// Of each function:
///
/// | key | value |
/// |---|---|
/// | `name`, `file`, `line` | which |
/// | `calls`, `timed_calls`, `wall_ns` | of all calls: how many, how many were timed, and these together |
/// | `kept_calls` | calls in the trees that were kept; what follows is of these |
/// | `time_ns`, `self_ns` | with and without calls inside; `null` where none was kept, but for `time_ns` of timed calls |
/// | `allocs`, `bytes` | requests for memory with calls inside; `null` where no call was kept |
/// | `self_allocs`, `self_bytes` | without calls inside; where no call was kept those under `#[profiled(alloc)]` |
/// | `callers`, `callees` | lists of `name`, `calls`, `time_ns`, the most time first |
/// | `polls`, `busy_ns`, `longest_poll_ns` | of all calls of async functions; `null` for others |
///
/// Keys may be added, not changed.
/// # Units
/// Nanoseconds, bytes, and whole things.
/// # Examples
/// ```
/// let json = obs_exporters::report_json(&obs_runtime::report());
/// assert!(json.starts_with(r#"{"mode":"off","trees":0,"#));
/// ```
pub fn report_json(report: &Report) -> String {
    let mut to = Writer::new();
    to.object(|to| {
        to.key("mode").text(&report.mode().to_string());
        to.key("trees").plain(report.trees());
        to.key("trees_left_out").plain(report.trees_left_out());
        to.key("calls_without_path").plain(report.calls_without_path());
        to.key("counts_allocations").plain(report.counts_allocations());
        to.key("self_ns").plain(report.self_time().as_nanos());
        to.key("functions").array(report.functions(), function);
    });
    to.into_string()
}

fn function(to: &mut Writer, function: &FunctionReport) {
    let (meta, kept, polls) = (function.callsite.meta(), function.kept, function.polls);
    to.object(|to| {
        to.key("name").text(function.name());
        to.key("file").text(meta.file);
        to.key("line").plain(meta.line);
        to.key("calls").plain(function.calls);
        to.key("timed_calls").plain(function.timed_calls);
        to.key("wall_ns").plain(function.wall.as_nanos());
        to.key("kept_calls").plain(kept.map_or(0, |kept| kept.calls));
        optional(to.key("time_ns"), function.time().as_ref().map(Duration::as_nanos));
        optional(to.key("self_ns"), function.self_time().as_ref().map(Duration::as_nanos));
        optional(to.key("allocs"), kept.map(|kept| kept.allocs));
        optional(to.key("bytes"), kept.map(|kept| kept.bytes));
        to.key("self_allocs").plain(function.self_allocs());
        to.key("self_bytes").plain(function.self_bytes());
        to.key("callers").array(&function.callers, edge);
        to.key("callees").array(&function.callees, edge);
        optional(to.key("polls"), polls.map(|polls| polls.count));
        optional(to.key("busy_ns"), polls.map(|polls| polls.busy.as_nanos()));
        optional(to.key("longest_poll_ns"), polls.map(|polls| polls.longest.as_nanos()));
    });
}

fn edge(to: &mut Writer, edge: &CallEdge) {
    to.object(|to| {
        to.key("name").text(edge.callsite.name());
        to.key("calls").plain(edge.calls);
        to.key("time_ns").plain(edge.time.as_nanos());
    });
}

fn optional(to: &mut Writer, number: Option<impl Into<u128>>) {
    match number {
        Some(number) => to.plain(number.into()),
        None => to.plain("null"),
    }
}
