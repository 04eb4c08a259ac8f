//! The console prints one table, at the end.

use std::io::{self, Write};

use obs_exporters::Console;
use obs_exporters::console::{Style, render};
use obs_runtime::expand::{Callsite, Count, Guard, Meta, Name, NoFields, NoLabels};
use obs_runtime::{Context, ManualClock};

use crate::functions::{allocates, counted_by_method, drawn, inner, limited_and_shown, outer, says, shown};
use crate::support::{Running, Shared};

#[test]
fn report_comes_once_at_shutdown() {
    let out = Shared::default();
    let running = Running::with(Console::new().writer(out.clone()));
    let clock = ManualClock::new();
    clock.run(|| (0..100).for_each(|_| shown(&clock, 2)));
    running.flush();
    assert_eq!(out.text(), "");
    running.shutdown();
    let text = out.text();
    assert!(text.starts_with("obs: shop, "), "{text}");
    assert_eq!(text.matches("functions::shown").count(), 1, "{text}");
    assert!(!text.contains('\x1b'), "colour without a terminal");
}

#[test]
fn a_trace_is_printed_when_its_root_ends_with_its_children_below() {
    let out = Shared::default();
    let running = Running::with(Console::new().writer(out.clone()).tree());
    drawn(|| {
        says("first\u{1b}[2J");
        inner();
        running.flush();
        assert_eq!(out.text(), "", "its root runs");
        outer(-7, "me and you").unwrap_err();
    });
    running.flush();
    let text = out.text();
    let shape: Vec<String> = text.lines().map(without_times).collect();
    let id = shape[0].rsplit_once(' ').unwrap().1.to_owned();
    let want = [
        format!("  drawn  trace {id}"),
        "    INFO first\\u{1b}[2J  n=7".to_owned(),
        "    inner".to_owned(),
        format!(
            "    outer  error it::functions::PayError::Declined  id=-7 who=\"me and you\" big={} ratio=0.5 yes=true",
            u64::MAX
        ),
        "      inner".to_owned(),
    ];
    assert_eq!(shape, want);
    assert_eq!(id.len(), 32);
    running.shutdown();
    assert!(out.text()[text.len()..].starts_with("obs: shop, "), "the table comes at the end, all the same");
}

/// A line of the tree without its column of times and the paths of names.
fn without_times(line: &str) -> String {
    let after = line.trim_start().split_once(' ').unwrap().1;
    format!(
        " {}",
        after
            .replace("it::functions::drawn", "drawn")
            .replace("it::functions::inner", "inner")
            .replace("it::functions::outer", "outer")
    )
}

#[test]
fn a_span_that_ends_after_its_tree_was_printed_comes_with_its_trace() {
    let out = Shared::default();
    let running = Running::with(Console::new().writer(out.clone()).tree());
    let mut context = None;
    drawn(|| context = Some(Context::current()));
    running.flush();
    let first = out.text();
    let id = first.trim_end().rsplit_once(' ').unwrap().1;
    context.unwrap().bind(|| {
        drawn(inner);
        running.flush();
    })();
    let text = out.text();
    let late: Vec<&str> = text[first.len()..].lines().map(str::trim_start).collect();
    assert_eq!(late[0], format!("late, in trace {id}:"));
    assert!(late[1].ends_with("functions::drawn") && late[2].ends_with("functions::inner"), "{late:?}");
    assert_eq!(late.len(), 3);
    running.shutdown();
}

#[test]
fn what_waits_for_its_caller_at_the_end_is_printed() {
    let out = Shared::default();
    let mut running = Some(Running::with(Console::new().writer(out.clone()).tree()));
    drawn(|| {
        drawn(inner);
        running.take().unwrap().shutdown();
    });
    let text = out.text();
    let lines: Vec<&str> = text.lines().take(3).map(str::trim_start).collect();
    assert!(lines[0].starts_with("its caller has not ended, in trace "), "{lines:?}");
    assert!(lines[1].ends_with("functions::drawn") && lines[2].ends_with("functions::inner"), "{lines:?}");
}

#[test]
fn more_spans_than_may_wait_are_printed_as_they_are_and_none_is_lost() {
    const SPANS: usize = 70_000;
    let out = Shared::default();
    let running = Running::with(Console::new().writer(out.clone()).tree());
    drawn(|| {
        (0..SPANS).for_each(|_| inner());
        running.flush();
        assert!(out.text().contains("its caller has not ended, in trace "));
    });
    running.flush();
    let text = out.text();
    assert_eq!(text.lines().filter(|line| line.ends_with("functions::inner")).count(), SPANS);
    assert_eq!(text.lines().filter(|line| line.contains("functions::drawn")).count(), 1);
    running.shutdown();
}

#[test]
fn an_event_outside_of_any_span_is_a_line_of_its_own() {
    let out = Shared::default();
    let running = Running::with(Console::new().writer(out.clone()).tree());
    says("alone");
    running.flush();
    assert_eq!(out.text().trim_start(), "INFO alone  n=7\n");
    running.shutdown();
}

#[test]
fn lines_fit_into_eighty_columns() {
    let clock = ManualClock::new();
    clock.run(|| shown(&clock, 7_000));
    let text = render(&obs_runtime::snapshot(), &Style::default());
    for line in text.lines().skip(1).filter(|line| line.contains("functions::")) {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn each_limit_that_was_not_kept_is_a_line_with_what_happened() {
    let clock = ManualClock::new();
    clock.run(|| {
        limited_and_shown(&clock, 5, 5, 0);
        limited_and_shown(&clock, 8, 2, 21);
        limited_and_shown(&clock, 25, 1, 1);
    });
    let text = render(&obs_runtime::snapshot(), &Style { width: 120, ..Style::default() });
    let ours = text.lines().filter(|line| line.starts_with("over budget: ") && line.contains("limited_and_shown"));
    let lines: Vec<_> = ours.map(|line| line.replace("it::functions::", "")).collect();
    let want = [
        "over budget: limited_and_shown in 1 of 3 calls (limit 20.0ms)",
        "over budget: p90 of limited_and_shown: 66.7 % within 10.0ms, 90 % promised",
        "over budget: limited_and_shown, allocs in 1 of 3 calls (limit 2 allocations, worst 5)",
        "over budget: limited_and_shown, calls in 1 of 3 calls (limit 1 call of looked_at, worst 21)",
    ];
    assert!(render(&obs_runtime::snapshot(), &Style::default()).contains("p90 of ..::limited_and_shown: 66.7 %"));
    assert_eq!(lines, want, "half of the calls within 9 ms were promised, too, and that was kept");
}

#[test]
fn what_functions_allocate_is_a_second_table_in_eighty_columns() {
    allocates(20 << 20, || allocates(1 << 10, || {}));
    let text = render(&obs_runtime::snapshot(), &Style::default());
    let table = text.lines().skip_while(|line| !line.starts_with("allocations "));
    // What comes after it, of other tests too, are lines as long as they need.
    let is_after = |line: &&str| ["over budget", "lost or bent"].iter().any(|start| line.starts_with(start));
    let table: Vec<&str> = table.take_while(|line| !is_after(line)).collect();
    let columns: Vec<&str> = table[0].split_whitespace().collect();
    let want = ["allocations", "calls", "allocs", "self", "allocs", "bytes", "self", "bytes", "max", "held"];
    assert_eq!(columns, want);
    let row = table.iter().find(|row| row.starts_with("it::functions::allocates ")).unwrap();
    let cells: Vec<&str> = row.split_whitespace().collect();
    assert_eq!(cells, ["it::functions::allocates", "2", "3", "2", "20.0MiB", "20.0MiB", "20.0MiB"]);
    assert!(table.iter().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn the_ten_that_allocate_most_are_shown_and_the_others_counted() {
    for n in 0..12_usize {
        let name = Name::Given(format!("console::allocates_{n}").leak());
        let callsite = Box::leak(Box::new(Callsite::new(Meta { name, alloc: true, ..Meta::EMPTY })));
        let guard = Guard::<Count>::enter(callsite, NoLabels, NoFields);
        drop(std::hint::black_box(Vec::<u8>::with_capacity((12 - n) << 20)));
        guard.finish_ok();
    }
    let text = render(&obs_runtime::snapshot(), &Style::default());
    let table = text.lines().skip_while(|line| !line.starts_with("allocations ")).skip(1);
    let rows: Vec<&str> = table.take(11).collect();
    let numbers: Vec<usize> = rows.iter().filter_map(|row| row.split(['_', ' ']).nth(1)?.parse().ok()).collect();
    assert!(numbers.starts_with(&[0, 1, 2, 3, 4, 5, 6, 7, 8]), "{text}");
    assert!(rows[10].ends_with(" more that allocate"), "{text}");
}

#[test]
fn functions_that_are_not_timed_show_dashes() {
    counted_by_method("GET");
    let text = render(&obs_runtime::snapshot(), &Style { width: 200, ..Style::default() });
    let line = text.lines().find(|line| line.contains("counted_by_method")).unwrap();
    assert_eq!(line.matches(" -").count(), 6, "{line}");
}

#[test]
fn colour_is_there_when_asked_for() {
    let text = render(&obs_runtime::snapshot(), &Style { color: true, ..Style::default() });
    assert!(text.starts_with("\x1b[1mobs: "), "{text}");
}

#[test]
fn a_closed_pipe_is_no_error() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut console = Console::new().writer(Closed);
    obs_runtime::Exporter::report(&mut console, &obs_runtime::snapshot()).unwrap();
    obs_runtime::Exporter::shutdown(&mut console).unwrap();
}
