//! A report of bottlenecks as JSON, as a picture, and at the console.

use std::sync::Once;
use std::time::Duration;

use obs_exporters::{Console, Flamegraph, report_json};
use obs_runtime::{Flame, ManualClock, ProfileMode, Report};
use serde_json::Value;

use crate::obs::{counted, profiled};
use crate::support::{Running, Shared, turn};

#[profiled(crate = crate::obs)]
fn bottleneck(clock: &ManualClock) {
    clock.advance(Duration::from_millis(5));
    (0..2).for_each(|_| within_bottleneck(clock));
}

#[counted(crate = crate::obs)]
fn within_bottleneck(clock: &ManualClock) {
    clock.advance(Duration::from_millis(1));
}

#[counted(crate = crate::obs)]
fn never_profiled() {}

/// Once for all tests: a report is of all that ran.
fn profiled_once() -> Report {
    static ONCE: Once = Once::new();
    let _turn = turn();
    ONCE.call_once(|| {
        never_profiled();
        obs_runtime::profile(ProfileMode::Trace);
        let clock = ManualClock::new();
        clock.run(|| bottleneck(&clock));
        obs_runtime::profile(ProfileMode::Off);
    });
    obs_runtime::report()
}

#[test]
fn json_has_what_the_report_has() {
    let report = profiled_once();
    let json: Value = serde_json::from_str(&report_json(&report)).unwrap();
    assert_eq!((&json["mode"], &json["counts_allocations"]), (&"off".into(), &report.counts_allocations().into()));
    assert_eq!(json["trees"], report.trees());
    assert_eq!(json["self_ns"], u64::try_from(report.self_time().as_nanos()).unwrap());
    let functions = json["functions"].as_array().unwrap();
    assert_eq!(functions.len(), report.functions().len());
    let function = |name: &str| {
        let named = |function: &&Value| function["name"].as_str().unwrap().ends_with(name);
        functions.iter().find(named).unwrap()
    };
    let bottleneck = function("::bottleneck");
    let want = [("calls", 1), ("kept_calls", 1), ("time_ns", 7_000_000), ("self_ns", 5_000_000), ("self_allocs", 0)];
    for (key, value) in want {
        assert_eq!(bottleneck[key], value, "{key}");
    }
    let callee = &bottleneck["callees"][0];
    assert!(callee["name"].as_str().unwrap().ends_with("within_bottleneck"));
    assert_eq!((&callee["calls"], &callee["time_ns"]), (&2.into(), &2_000_000.into()));
    assert_eq!(function("within_bottleneck")["callers"].as_array().unwrap().len(), 1);
    let never = function("never_profiled");
    assert_eq!((&never["calls"], &never["kept_calls"]), (&1.into(), &0.into()));
    assert!(["time_ns", "self_ns", "allocs", "polls"].iter().all(|key| never[*key].is_null()), "{never}");
}

#[test]
fn a_report_is_drawn_as_a_flame_graph() {
    let report = profiled_once();
    let svg = Flamegraph::draw(&report, Flame::Time).unwrap();
    assert!(svg.contains("report::bottleneck (7,000,000 ns, "), "{svg}");
    assert!(svg.contains("report::within_bottleneck (2,000,000 ns, "), "{svg}");
    let svg = Flamegraph::draw(&report, Flame::Bytes).unwrap();
    assert!(svg.contains("Bytes asked for by call path") && svg.contains("[nothing was recorded]"), "{svg}");
}

#[test]
fn the_console_shows_it_while_calls_are_profiled() {
    profiled_once();
    for (mode, is_shown) in [(ProfileMode::Sample(1_000), true), (ProfileMode::Off, false)] {
        let out = Shared::default();
        let running = Running::with(Console::new().writer(out.clone()));
        obs_runtime::profile(mode);
        running.shutdown_then(|| obs_runtime::profile(ProfileMode::Off));
        let text = out.text();
        assert_eq!(text.contains("\n\nwhere the time went: "), is_shown, "{text}");
    }
}
