//! Whole outputs compared as strings, in a process whose every call is known.
//!
//! One test: totals are those of the process. Times are masked, since they are those of the run.

#![allow(missing_docs, unreachable_pub, reason = "a test")]

use std::path::PathBuf;
use std::time::Duration;

use obs_exporters::console::{Style, render};
use obs_exporters::json;
use obs_exporters::prometheus::{self, Format};
use obs_runtime::{ManualClock, Value, snapshot};

/// What the facade is to a user of the attributes.
mod obs {
    pub use obs_macros::{Classify, budget, counted, profiled};
    pub use obs_runtime::expand as __private;
}

use obs::{Classify, budget, counted, profiled};

/// Adds to the cart.
#[profiled(crate = obs, name = "shop::cart::Cart::add_something_with_a_long_name")]
fn add(clock: &ManualClock, millis: u64) -> Result<(), &'static str> {
    clock.advance(Duration::from_millis(millis));
    if millis == 4 { Err("full") } else { Ok(()) }
}

#[profiled(crate = obs, name = "shop::pay")]
#[budget(ms = 20, crate = obs)]
fn pay(clock: &ManualClock, millis: u64) -> Result<(), PayError> {
    clock.advance(Duration::from_millis(millis));
    if millis > 20 { Err(PayError::Timeout) } else { Ok(()) }
}

#[derive(Debug, Classify)]
#[obs(crate = obs)]
enum PayError {
    #[class(transient)]
    Timeout,
}

#[counted(crate = obs, name = "shop::look")]
fn look() {}

#[budget(ms = 50, objective = 99.9, p90 = "10ms", bytes = 4_096, calls(look = 3), crate = obs, name = "shop::list")]
fn list(clock: &ManualClock, millis: u64) {
    clock.advance(Duration::from_millis(millis));
    (0..4).for_each(|_| look());
}

#[profiled(crate = obs, name = "shop::never")]
#[expect(dead_code, reason = "never called, but known")]
fn never() {}

/// Compares with a file beside this one; `OBS_BLESS=1` writes it instead.
fn assert_golden(file: &str, seen: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file);
    if std::env::var_os("OBS_BLESS").is_some() {
        std::fs::write(&path, seen).unwrap();
    }
    let want = std::fs::read_to_string(&path).unwrap();
    assert_eq!(seen, want, "{file} (OBS_BLESS=1 takes the new one)");
}

/// The report without the times of this run and without its clock.
fn masked_report(report: &str) -> String {
    let (header, table) = report.split_once('\n').unwrap();
    let service = header.split(',').next().unwrap();
    let share = |line: &str| match line.strip_suffix('%') {
        Some(rest) => {
            format!("{}    <share>", rest.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').trim_end())
        }
        None => line.trim_end_matches("share").trim_end().to_owned(),
    };
    let lines: Vec<String> = table.lines().map(share).collect();
    format!("{service}, <time>, <threads>, <clock>\n{}\n", lines.join("\n"))
}

/// The page without what the process is.
fn masked_page(page: &[u8]) -> String {
    let ours = |line: &&str| !line.contains("process_") && !line.contains("target");
    let page = String::from_utf8_lossy(page);
    page.lines().filter(ours).flat_map(|line| [line, "\n"]).collect()
}

/// The line without times and the number of the process, with a line for each object.
fn masked_json(line: &str) -> String {
    const TIME: &str = "UnixNano\":\"";
    let digits = |c: char| c.is_ascii_digit();
    let (first, rest) = line.split_once(TIME).unwrap();
    let parts: Vec<&str> = rest.split(TIME).map(|part| part.trim_start_matches(digits)).collect();
    let time = format!("{TIME}<time>");
    let masked = format!("{first}{time}{}", parts.join(&time));
    let (before, pid) = masked.split_once("\"process.pid\",\"value\":{\"intValue\":\"").unwrap();
    let pid = pid.trim_start_matches(|c: char| c.is_ascii_digit());
    format!("{before}\"process.pid\",\"value\":{{\"intValue\":\"<pid>{pid}\n").replace(",{\"", ",\n{\"")
}

#[test]
fn console_pages_and_json_are_exactly_these() {
    let telemetry = obs_runtime::builder()
        .service_name("shop")
        .attribute("service.instance.id", Value::Str("till-7".into()))
        .attribute("service.version", Value::Str("1.2.3".into()))
        .start()
        .unwrap();
    let clock = ManualClock::new();
    clock.run(|| {
        for millis in [1, 2, 4] {
            let _ = add(&clock, millis);
        }
        for millis in [10, 30] {
            let _ = pay(&clock, millis);
        }
        list(&clock, 5);
        list(&clock, 15);
    });
    (0..3).for_each(|_| look());
    let snapshot = snapshot();
    let open = Format::OpenMetrics { escaping: false };
    assert_golden("console.txt", &masked_report(&render(&snapshot, &Style::default())));
    assert_golden("page.txt", &masked_page(&prometheus::render(&snapshot, Format::Text)));
    assert_golden("page.openmetrics.txt", &masked_page(&prometheus::render(&snapshot, open)));
    assert_golden("metrics.jsonl", &masked_json(&json::encode_metrics(&snapshot)));
    drop(telemetry);
}
