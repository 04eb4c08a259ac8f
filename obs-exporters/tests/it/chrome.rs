//! The trace file is what the trace event format says, whole or cut off.

use std::fs;
use std::path::PathBuf;
use std::pin::pin;
use std::task::{Poll, Waker};

use obs_exporters::Chrome;
use obs_runtime::{Context, current};
use serde_json::Value;

use crate::functions::{awaits, drawn, inner, outer, says};
use crate::support::Running;

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("chrome-{name}-{}.json", std::process::id()))
}

/// Parses a file and checks each entry against the format: which members each phase has, and of which type.
fn checked(text: &str) -> Vec<Value> {
    let entries: Vec<Value> = serde_json::from_str(text).unwrap();
    for entry in &entries {
        let phase = entry["ph"].as_str().unwrap();
        assert!(
            entry["name"].is_string() && entry["pid"].is_u64() && entry["args"].is_object() | entry["args"].is_null()
        );
        if phase != "M" {
            assert!(entry["ts"].is_f64() && entry["tid"].is_u64() && entry["cat"].is_string(), "{entry}");
        }
        let fits = match phase {
            "M" => entry["args"].is_object(),
            "X" => entry["dur"].as_f64().is_some_and(|dur| dur >= 0.0),
            "b" | "e" => entry["id"].as_str().is_some_and(|id| id.starts_with("0x") && id.len() == 18),
            "i" => entry["s"] == "t",
            "s" => entry["id"].is_u64(),
            "f" => entry["id"].is_u64() && entry["bp"] == "e",
            other => panic!("phase {other:?}"),
        };
        assert!(fits, "{entry}");
    }
    entries
}

fn of_phase<'a>(entries: &'a [Value], phase: &str) -> Vec<&'a Value> {
    entries.iter().filter(|entry| entry["ph"] == phase).collect()
}

fn drawn_on_another_thread() {
    let context = Context::current();
    std::thread::scope(|scope| {
        scope.spawn(context.bind(|| drawn(|| ()))).join().unwrap();
    });
}

#[test]
fn calls_arrows_and_instants_are_trace_events() {
    let path = file("whole");
    let running = Running::with(Chrome::to_file(&path));
    drawn(|| {
        says("it happened");
        let _ = outer(-7, "me");
        drawn_on_another_thread();
    });
    running.shutdown();
    let entries = checked(&fs::read_to_string(&path).unwrap());
    let calls = of_phase(&entries, "X");
    // Other tests may call something meanwhile, on threads of their own.
    let named: Vec<_> = of_phase(&entries, "M").into_iter().filter(|entry| entry["name"] == "thread_name").collect();
    let is_named = |call: &&&Value| named.iter().filter(|entry| entry["tid"] == call["tid"]).count() == 1;
    assert!(named.len() >= 2 && calls.iter().all(|call| is_named(&call)), "{named:?}");
    let failed = calls.iter().find(|call| call["name"].as_str().unwrap().ends_with("::outer")).unwrap();
    assert_eq!((&failed["args"]["outcome"], &failed["args"]["fields"]["id"]), (&"error".into(), &(-7).into()));
    assert_eq!(failed["args"]["fields"]["big"], u64::MAX.to_string(), "a viewer's numbers would round it");
    assert_eq!(of_phase(&entries, "i")[0]["name"], "it happened");
    let (leaves, arrives) = (of_phase(&entries, "s"), of_phase(&entries, "f"));
    assert_eq!((leaves.len(), arrives.len()), (1, 1), "an arrow for the child on another thread, none for the others");
    assert!(leaves[0]["tid"] != arrives[0]["tid"] && leaves[0]["id"] == arrives[0]["id"]);
    // Each end lies on a call of its thread.
    for end in [leaves[0], arrives[0]] {
        let at = end["ts"].as_f64().unwrap();
        let on = |call: &&&Value| {
            let from = call["ts"].as_f64().unwrap();
            call["tid"] == end["tid"] && from <= at && at <= from + call["dur"].as_f64().unwrap()
        };
        assert!(calls.iter().any(|call| on(&call)), "{end}");
    }
}

#[test]
fn async_calls_that_overlap_have_lines_of_their_own() {
    let path = file("async");
    let running = Running::with(Chrome::to_file(&path));
    {
        let (mut first, mut second) = (pin!(awaits()), pin!(awaits()));
        let mut context = std::task::Context::from_waker(Waker::noop());
        let polled = [first.as_mut().poll(&mut context), second.as_mut().poll(&mut context)];
        assert_eq!(polled, [Poll::Pending, Poll::Pending]);
        assert!(first.poll(&mut context).is_ready() && second.poll(&mut context).is_ready());
    }
    running.shutdown();
    let entries = checked(&fs::read_to_string(&path).unwrap());
    let (begins, ends) = (of_phase(&entries, "b"), of_phase(&entries, "e"));
    assert_eq!((begins.len(), ends.len(), of_phase(&entries, "X").len()), (2, 2, 0));
    assert!(begins[0]["id"] != begins[1]["id"]);
    let time = |entry: &Value| entry["ts"].as_f64().unwrap();
    assert!(time(begins[1]) < time(ends[0]), "they overlap");
    assert!((0..2).all(|call| begins[call]["id"] == ends[call]["id"] && begins[call]["args"]["polls"] == 2));
}

#[test]
fn a_link_is_an_arrow() {
    let path = file("link");
    let running = Running::with(Chrome::to_file(&path));
    let mut first = None;
    drawn(|| first = Some(Context::current()));
    drawn(|| {
        current().link(&first.unwrap());
    });
    running.shutdown();
    let entries = checked(&fs::read_to_string(&path).unwrap());
    assert_eq!((&of_phase(&entries, "s")[0]["name"], of_phase(&entries, "f").len()), (&"link".into(), 1));
}

#[test]
fn a_file_cut_off_after_any_batch_opens() {
    let path = file("cut");
    let running = Running::with(Chrome::to_file(&path));
    for _ in 0..3 {
        inner();
        running.flush();
        let cut = fs::read_to_string(&path).unwrap();
        assert!(!cut.trim_end().ends_with(']'), "not finished");
        checked(&format!("{cut}]"));
    }
    running.shutdown();
    assert_eq!(of_phase(&checked(&fs::read_to_string(&path).unwrap()), "X").len(), 3);
}

#[test]
fn a_full_file_is_finished_and_what_comes_later_counts_as_rejected() {
    let path = file("full");
    let running = Running::with(Chrome::to_file(&path).at_most(2_000));
    for _ in 0..20 {
        inner();
        running.flush();
    }
    let report = running.shutdown();
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.len() <= 2_000);
    let entries = checked(&text);
    let (written, counts) = (of_phase(&entries, "X").len() as u64, &report.exporters()[0]);
    assert!(written > 0 && counts.rejected > 0);
    assert_eq!((counts.exported, counts.rejected), (written, 20 - written));
    assert_eq!(entries.last().unwrap()["args"]["spans"], counts.rejected);
}

#[test]
fn an_empty_file_is_an_array_and_a_bad_path_is_an_error() {
    let path = file("empty");
    Running::with(Chrome::to_file(&path)).shutdown();
    assert!(checked(&fs::read_to_string(&path).unwrap()).is_empty());
    let error = obs_runtime::Exporter::start(&mut Chrome::to_file(path.join("below")), obs_runtime::Reader::default());
    assert!(error.unwrap_err().to_string().contains("cannot write"));
}
