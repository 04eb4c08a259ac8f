//! Totals as lines, read back by a reader that is not ours.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use obs_exporters::influx::encode;
use obs_runtime::{
    CallsiteSnapshot, ManualClock, Metric, MetricSource, Point, PointValue, Snapshot, register_source, snapshot,
};

use crate::functions::{bounded, limited, pays, refuses, running, twice_a, twice_b, waits, worked};
use crate::line_protocol::{Field, Line, read};

fn lines() -> (Snapshot, Vec<Line>) {
    let snapshot = snapshot();
    let lines = read(&encode(&snapshot, &[("region".to_owned(), "eu west".to_owned())]));
    (snapshot, lines)
}

fn of<'a>(lines: &'a [Line], measurement: &str, function: &str) -> Vec<&'a Line> {
    let named = |line: &&Line| line.measurement == measurement && line.tag("code_function_name") == Some(function);
    lines.iter().filter(named).collect()
}

fn int(line: &Line, field: &str) -> i64 {
    match line.fields.get(field) {
        Some(Field::Int(value)) => *value,
        other => panic!("{field} is {other:?} in {line:?}"),
    }
}

fn float(line: &Line, field: &str) -> f64 {
    match line.fields.get(field) {
        Some(Field::Float(value)) => *value,
        other => panic!("{field} is {other:?} in {line:?}"),
    }
}

#[test]
fn a_function_has_a_point_for_each_label_set_with_outcomes_and_quantiles() {
    let clock = ManualClock::new();
    clock.run(|| {
        for millis in [1, 2, 4] {
            pays(&clock, "card", millis, false).unwrap();
        }
        pays(&clock, "card", 8, true).unwrap_err();
        pays(&clock, "in, cash=\\", 16, false).unwrap();
    });
    let (snapshot, lines) = lines();
    let points = of(&lines, "obs_function", "push::functions::pays");
    let by = |method: &str| *points.iter().find(|line| line.tag("method") == Some(method)).unwrap();
    let card = by("card");
    let counts = ["calls", "ok", "error", "panic", "cancelled"].map(|field| int(card, field));
    assert_eq!(counts, [4, 3, 1, 0, 0]);
    assert_eq!((float(card, "sum_seconds"), float(card, "max_seconds")), (0.015, 0.008));
    let quantiles =
        ["p50_seconds", "p90_seconds", "p95_seconds", "p99_seconds", "p999_seconds"].map(|q| float(card, q));
    for (seen, want) in quantiles.into_iter().zip([0.002, 0.008, 0.008, 0.008, 0.008]) {
        assert!((seen / want - 1.0).abs() < 0.022, "{seen} for {want}");
    }
    assert_eq!(int(by("in, cash=⧵"), "calls"), 1, "a label that is hard to write is there");
    assert_eq!(points.len(), 2, "the series without labels was never called");

    let errors = of(&lines, "obs_function_errors", "push::functions::pays");
    assert_eq!(errors.iter().map(|line| int(line, "calls")).collect::<Vec<_>>(), [1]);
    assert!(errors[0].tag("error_type").is_some());
    let nanos = snapshot.taken().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    assert!(lines.iter().all(|line| u128::try_from(line.time) == Ok(nanos)));
}

#[test]
fn errors_are_tagged_with_their_class() {
    for busy in [true, false, true] {
        refuses(busy).unwrap_err();
    }
    let (_, lines) = lines();
    let errors = of(&lines, "obs_function_errors", "push::functions::refuses");
    let classes: Vec<_> = errors.iter().map(|line| (line.tag("error_class"), int(line, "calls"))).collect();
    assert_eq!(classes, [(Some("data"), 1), (Some("transient"), 2)]);
}

#[test]
fn every_line_says_who_speaks_and_has_its_tags_sorted() {
    let (_, lines) = lines();
    for line in &lines {
        assert!(line.tag("service_name").is_some() && line.tag("service_instance_id").is_some(), "{line:?}");
        assert_eq!(line.tag("region"), Some("eu west"));
        assert!(line.tags.is_sorted(), "{line:?}");
    }
}

#[test]
fn no_point_overwrites_another() {
    (0..3).for_each(|_| twice_a());
    (0..4).for_each(|_| twice_b());
    let (_, lines) = lines();
    let points = of(&lines, "obs_function", "influx::twice");
    assert_eq!(points.iter().map(|line| int(line, "calls")).collect::<Vec<_>>(), [7]);
    let keys: BTreeSet<_> = lines.iter().map(|line| (&line.measurement, &line.tags)).collect();
    assert_eq!(keys.len(), lines.len(), "server and reader merge lines of the same measurement, tags and time");
}

#[test]
fn budgets_tell_limit_and_violations() {
    let clock = ManualClock::new();
    clock.run(|| [5, 10, 11, 20].into_iter().for_each(|millis| bounded(&clock, millis)));
    let (_, lines) = lines();
    let points = of(&lines, "obs_budget", "push::functions::bounded");
    assert_eq!((float(points[0], "limit_seconds"), int(points[0], "violations")), (0.01, 2));
    assert_eq!((points.len(), points[0].tag("budget")), (1, Some("wall")));
}

#[test]
fn every_limit_is_a_point_with_its_unit_and_costs_are_another() {
    let clock = ManualClock::new();
    clock.run(|| {
        limited(&clock, 5, 3, 2);
        limited(&clock, 15, 1, 0);
        limited(&clock, 25, 0, 1);
    });
    let (_, lines) = lines();
    let points = of(&lines, "obs_budget", "push::functions::limited");
    let by = |budget: &str| *points.iter().find(|line| line.tag("budget") == Some(budget)).unwrap();
    let seconds = |budget| float(by(budget), "limit_seconds");
    assert_eq!((seconds("wall"), seconds("p90")), (0.01, 0.02));
    assert_eq!((float(by("wall"), "objective"), float(by("p90"), "objective")), (0.5, 0.9));
    assert_eq!([int(by("allocs"), "limit"), int(by("bytes"), "limit_bytes"), int(by("calls"), "limit")], [2, 250, 1]);
    assert_eq!(by("calls").tag("callee"), Some("looked_at"));
    let violations = ["wall", "p90", "allocs", "bytes", "calls"].map(|budget| int(by(budget), "violations"));
    assert_eq!((points.len(), violations), (5, [2, 1, 1, 1, 1]));

    let costs = of(&lines, "obs_function_costs", "push::functions::limited")[0];
    let names = ["allocations", "allocated_bytes", "self_allocations", "self_allocated_bytes", "max_held_bytes"];
    assert_eq!(names.map(|name| int(costs, name)), [4, 400, 4, 400, 100]);
    assert!(!costs.fields.contains_key("cpu_seconds"), "nobody asked for it");
    assert!(lines.iter().any(|line| line.measurement == "obs_memory_live_bytes"));
}

#[test]
fn cpu_time_is_a_field_where_it_is_measured() {
    let mut rounds = 0_u64;
    let spent = || snapshot().callsite("functions::worked").and_then(CallsiteSnapshot::spent);
    // Not with the first call where the system's clock is coarse.
    assert!((0..10_000).any(|_| {
        worked(|| (0..100_000).for_each(|n| rounds = std::hint::black_box(rounds + n)));
        spent().is_some_and(|spent| !spent.cpu.is_zero())
    }));
    let (snapshot, lines) = lines();
    let spent = snapshot.callsite("functions::worked").unwrap().spent().unwrap();
    let costs = of(&lines, "obs_function_costs", "push::functions::worked")[0];
    assert_eq!(float(costs, "cpu_seconds"), spent.cpu.as_secs_f64());
}

#[test]
fn what_runs_and_how_it_is_polled_are_points() {
    running(|| {
        let (_, lines) = lines();
        assert_eq!(int(of(&lines, "obs_function_active", "push::functions::running")[0], "calls"), 1);
    });
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let mut future = std::pin::pin!(waits());
    while future.as_mut().poll(&mut context).is_pending() {}
    let (_, lines) = lines();
    assert_eq!(int(of(&lines, "obs_function_active", "push::functions::running")[0], "calls"), 0);
    let polls = of(&lines, "obs_function_polls", "push::functions::waits")[0];
    assert_eq!(int(polls, "polls"), 2);
    assert!(float(polls, "busy_seconds") >= float(polls, "longest_poll_seconds"));
}

/// What a crate of the program records.
struct Foreign;

impl MetricSource for Foreign {
    fn collect(&self, into: &mut Vec<Metric>) {
        let mut histogram = obs_runtime::Histogram::default();
        histogram.record_nanos(2_000_000_000);
        let metric = |name: &str, unit, value| {
            let labels = vec![("http.route".into(), "/a b".into())];
            Metric { name: name.into(), description: "".into(), unit, points: vec![Point { labels, value }] }
        };
        into.push(metric("cache.size", "By", PointValue::Gauge(0.5)));
        into.push(metric("cache.hits", "", PointValue::Counter(7)));
        into.push(metric("http.duration", "s", PointValue::Histogram(histogram)));
        into.push(metric("_odd", "", PointValue::Gauge(f64::NAN)));
        into.push(metric("obs.function", "", PointValue::Gauge(1.0)));
    }
}

#[test]
fn metrics_of_other_crates_and_of_the_runtime_are_points() {
    register_source(Arc::new(Foreign));
    let (snapshot, lines) = lines();
    let named = |name: &str| lines.iter().find(|line| line.measurement == name);
    let size = named("cache_size_bytes").unwrap();
    assert_eq!((float(size, "value"), size.tag("http_route")), (0.5, Some("/a b")));
    assert_eq!(int(named("cache_hits_total").unwrap(), "value"), 7);
    let duration = named("http_duration_seconds").unwrap();
    assert_eq!((int(duration, "count"), float(duration, "sum"), float(duration, "max")), (1, 2.0, 2.0));
    assert!((float(duration, "p99") / 2.0 - 1.0).abs() < 0.022);
    assert!(!lines.iter().any(|line| line.measurement.contains("odd")), "what is not a number is left out");
    assert!(named("obs_function_2").is_some(), "a foreign name does not get in among functions");

    let dropped = |reason| {
        let point = lines
            .iter()
            .find(|line| line.measurement == "obs_events_dropped_total" && line.tag("reason") == Some(reason));
        int(point.unwrap(), "value")
    };
    for (_, reason, count) in snapshot.health().counters() {
        assert_eq!(u64::try_from(dropped(reason)), Ok(count), "{reason}");
    }
}
