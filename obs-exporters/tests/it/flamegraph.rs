//! Folded stacks and flame graphs of what ran.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use obs_exporters::Flamegraph;
use obs_runtime::ManualClock;
use quick_xml::events::Event;

use crate::functions::{drawn, shown_inside};
use crate::support::Running;

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("flame-{}-{name}", std::process::id()))
}

/// 5 ms of its own, twice 1 ms in a child.
fn run() {
    let clock = ManualClock::new();
    clock.run(|| {
        drawn(|| {
            clock.advance(Duration::from_millis(5));
            (0..2).for_each(|_| shown_inside(&clock, 1));
        });
    });
}

fn lines(path: &Path) -> Vec<(String, u64)> {
    let text = fs::read_to_string(path).unwrap();
    let line = |line: &str| {
        let (stack, value) = line.rsplit_once(' ').unwrap();
        let short: Vec<&str> = stack.split(';').map(|frame| frame.rsplit("::").next().unwrap()).collect();
        (short.join(";"), value.parse().unwrap())
    };
    text.lines().map(line).collect()
}

#[test]
fn self_time_is_folded_by_call_path() {
    let path = file("time.folded");
    let running = Running::with(Flamegraph::to_file(&path));
    run();
    running.flush();
    let want = [("drawn".to_owned(), 5_000), ("drawn;shown_inside".to_owned(), 2_000)];
    assert_eq!(lines(&path), want, "after a flush");
    run();
    running.shutdown();
    assert_eq!(lines(&path), want.map(|(stack, micros)| (stack, 2 * micros)), "and at the end");
}

#[test]
fn calls_are_folded_when_asked_for() {
    let path = file("calls.folded");
    let running = Running::with(Flamegraph::to_file(&path).calls());
    run();
    running.shutdown();
    assert_eq!(lines(&path), [("drawn".to_owned(), 1), ("drawn;shown_inside".to_owned(), 2)]);
}

#[test]
fn a_caller_that_did_not_end_stands_in_brackets() {
    let path = file("unfinished.folded");
    let running = Running::with(Flamegraph::to_file(&path));
    drawn(|| {
        let clock = ManualClock::new();
        clock.run(|| shown_inside(&clock, 3));
        running.flush();
        assert_eq!(lines(&path), [("[unfinished];shown_inside".to_owned(), 3_000)]);
    });
    running.shutdown();
    assert!(lines(&path).contains(&("drawn;shown_inside".to_owned(), 3_000)));
    assert!(!fs::read_to_string(&path).unwrap().contains("[unfinished]"));
}

#[test]
fn a_path_that_ends_in_svg_gets_a_flame_graph() {
    let path = file("graph.svg");
    let running = Running::with(Flamegraph::to_file(&path));
    run();
    running.shutdown();
    let svg = fs::read_to_string(&path).unwrap();
    let mut reader = quick_xml::Reader::from_str(&svg);
    let mut titles = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) if tag.name().as_ref() == b"title" => {
                let end = tag.to_end().into_owned();
                titles.push(reader.read_text(end.name()).unwrap().decode().unwrap().into_owned());
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let shown = |frame: &str| titles.iter().any(|title| title.contains(frame));
    assert!(shown("functions::shown_inside (2,000 µs, 28.57%)"), "{titles:?}");
    assert!(shown("functions::drawn (7,000 µs, 100.00%)"), "{titles:?}");
}

#[test]
fn a_graph_of_nothing_is_a_graph() {
    let path = file("empty.svg");
    Running::with(Flamegraph::to_file(&path)).shutdown();
    assert!(fs::read_to_string(&path).unwrap().contains("[nothing was recorded]"));
}

#[test]
fn what_was_given_up_is_counted_in_every_snapshot() {
    let running = Running::with(Flamegraph::to_file(file("counted.folded")));
    let snapshot = obs_runtime::snapshot();
    let counted = snapshot.metrics().iter().find(|metric| &*metric.name == "obs.exporter.given_up").unwrap();
    assert!(counted.points.iter().any(|point| &*point.labels[0].1 == "flamegraph"));
    running.shutdown();
}

#[test]
fn a_bad_path_is_an_error_at_start() {
    let mut graph = Flamegraph::to_file(file("none").join("below.svg"));
    let error = obs_runtime::Exporter::start(&mut graph, obs_runtime::Reader::default()).unwrap_err();
    assert!(error.to_string().contains("below.svg: "), "{error}");
}
