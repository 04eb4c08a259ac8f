//! Files of lines are put aside whole, and everything in them comes back.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use obs_exporters::json::{ReadError, SpanRecord, ValueRecord};
use obs_exporters::{JsonLines, Memory};
use obs_runtime::{Context, ManualClock, SpanKind, Value, current};

use crate::functions::{drawn, exampled_too, inner, outer, says};
use crate::support::{Running, turn};

fn directory(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("files-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&path);
    path
}

fn spans(path: &Path) -> Vec<SpanRecord> {
    JsonLines::read_traces(path).unwrap().collect::<Result<_, _>>().unwrap()
}

fn names(dir: &Path, signal: &str) -> Vec<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<String> = fs::read_dir(dir).unwrap().map(name).filter(|name| name.starts_with(signal)).collect();
    names.sort();
    names
}

#[test]
fn everything_a_span_carries_comes_back() {
    let dir = directory("round-trip");
    let memory = Memory::new();
    let _turn = turn();
    let telemetry = obs_runtime::builder()
        .service_name("shop")
        .exporter(JsonLines::to_dir(&dir))
        .exporter(memory.clone())
        .start()
        .unwrap();
    let other = Context::current();
    drawn(|| {
        current().link(&other).link(&Context::current());
        says("it \"happened\"\n");
        outer(-7, "me").unwrap_err();
    });
    says("outside");
    assert!(telemetry.shutdown(Duration::from_secs(10)).is_complete());

    let (read, kept) = (spans(&dir), memory.spans());
    assert_eq!((read.len(), kept.len()), (3, 3));
    for span in kept {
        let back = read.iter().find(|back| back.span_id == span.span_id()).unwrap();
        assert_eq!((back.trace_id, back.parent, &*back.name), (span.trace_id(), span.parent(), span.name()));
        assert_eq!((back.kind, back.start, back.duration), (span.kind(), span.start(), span.duration()));
        assert_eq!((back.flags & 0xff, &*back.trace_state), (span.trace_flags().into(), span.trace_state().as_str()));
        for (key, value) in span.fields() {
            let want = match value {
                Value::U64(big) => i64::try_from(*big).map_or(Value::Str(big.to_string().into()), Value::I64),
                other => other.clone(),
            };
            assert!(back.attributes.contains(&((*key).to_owned(), want)), "{key}");
        }
        let links: Vec<_> = span.links().iter().map(|link| (link.trace_id, link.span_id)).collect();
        assert_eq!(back.links.iter().map(|link| (link.trace_id, link.span_id)).collect::<Vec<_>>(), links);
        let events: Vec<_> = span.events().iter().map(|event| (event.time(), event.message().to_owned())).collect();
        assert_eq!(back.events.iter().map(|event| (event.time, event.name.clone())).collect::<Vec<_>>(), events);
        assert_eq!(back.error.is_some(), span.error_type().is_some());
        assert_eq!(back.resource[0], ("service.name".to_owned(), Value::Str("shop".into())));
    }
    assert!(read.iter().any(|span| span.kind == SpanKind::Client) && read.iter().any(|span| !span.events.is_empty()));

    let events: Vec<_> = JsonLines::read_logs(&dir).unwrap().collect::<Result<_, _>>().unwrap();
    let kept = memory.events();
    assert_eq!(events.len(), 2);
    for (back, event) in events.iter().zip(kept) {
        assert_eq!((&*back.message, back.time), (event.message(), event.time()));
        assert_eq!((back.trace_id, back.span_id), (event.trace_id(), event.span_id()));
        assert_eq!(back.severity_number, event.level().severity_number());
    }
}

#[test]
fn metrics_come_back_as_they_were_counted() {
    let dir = directory("metrics");
    let running = Running::with(JsonLines::to_dir(&dir));
    let clock = ManualClock::new();
    clock.run(|| [0, 1_000, 2_000_000].into_iter().for_each(|nanos| exampled_too(&clock, nanos)));
    running.flush();
    running.shutdown();
    let metrics: Vec<_> = JsonLines::read_metrics(&dir).unwrap().collect::<Result<_, _>>().unwrap();
    let duration = metrics.iter().rfind(|metric| metric.name == "obs.function.duration").unwrap();
    let is_ours = |(_, value): &(String, Value)| matches!(value, Value::Str(name) if name.ends_with("exampled_too"));
    let point = duration.points.iter().find(|point| point.attributes.iter().any(is_ours)).unwrap();
    let ValueRecord::Histogram(histogram) = &point.value else { panic!("{point:?}") };
    assert_eq!((histogram.count, histogram.zero_count, histogram.counts.iter().sum()), (3, 1, 2_u64));
    assert_eq!((histogram.sum, histogram.max), (0.002_001, Some(0.002)));
    assert_eq!(point.exemplars.len(), 3);
    let spans = spans(&dir);
    assert!(point.exemplars.iter().all(|exemplar| spans.iter().any(|span| span.span_id == exemplar.span_id)));
}

#[test]
fn files_are_put_aside_by_size_and_the_oldest_are_deleted() {
    let dir = directory("size");
    let running = Running::with(JsonLines::to_dir(&dir).rotate_at(2_000).keep(3));
    let mut written = Vec::new();
    for _ in 0..20 {
        drawn(|| written.push(Context::current().span_id().unwrap()));
        running.flush();
    }
    running.shutdown();
    let files = names(&dir, "traces");
    assert_eq!(files.len(), 4, "{files:?}");
    for file in &files {
        let text = fs::read_to_string(dir.join(file)).unwrap();
        assert!(text.len() <= 2_000 && text.ends_with('\n'), "{file} has {} bytes", text.len());
    }
    let read: Vec<_> = spans(&dir).iter().map(|span| span.span_id).collect();
    assert!(read.len() >= 4 && read.len() < 20);
    assert_eq!(read, written[20 - read.len()..], "the newest, in order, each once");
}

#[test]
fn files_are_put_aside_by_age_and_numbers_go_on_after_a_restart() {
    let dir = directory("age");
    for _ in 0..2 {
        let running = Running::with(JsonLines::to_dir(&dir).rotate_every(Duration::ZERO));
        for _ in 0..2 {
            inner();
            running.flush();
        }
        running.shutdown();
    }
    assert_eq!(names(&dir, "traces"), ["traces.1.jsonl", "traces.2.jsonl", "traces.3.jsonl", "traces.jsonl"]);
    assert_eq!(spans(&dir).len(), 4);
}

#[test]
fn a_line_longer_than_the_limit_is_whole_in_a_file_of_its_own() {
    let dir = directory("long");
    let running = Running::with(JsonLines::to_dir(&dir).rotate_at(10));
    for _ in 0..3 {
        inner();
        running.flush();
    }
    running.shutdown();
    assert_eq!(names(&dir, "traces").len(), 3);
    assert_eq!(spans(&dir).len(), 3);
}

#[test]
fn a_torn_last_line_is_told_and_swallows_nothing_that_comes_later() {
    let dir = directory("torn");
    let write = || {
        let running = Running::with(JsonLines::to_dir(&dir));
        inner();
        running.shutdown();
    };
    write();
    let path = dir.join("traces.jsonl");
    let whole = fs::read(&path).unwrap();
    // As a crash in the middle of the second line leaves it.
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(&whole[..whole.len() / 2]).unwrap();
    let read: Vec<_> = JsonLines::read_traces(&path).unwrap().collect();
    assert!(read[0].is_ok() && read.len() == 2);
    let error = read[1].as_ref().unwrap_err();
    assert!(error.is_torn());
    assert_eq!(
        error.to_string(),
        format!("{}:2: the line is cut off; its program was stopped while it wrote", path.display())
    );
    write();
    let read: Vec<_> = JsonLines::read_traces(&path).unwrap().collect();
    assert_eq!(read.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
}

#[test]
fn a_line_cut_anywhere_is_told_as_torn() {
    let dir = directory("cut");
    let running = Running::with(JsonLines::to_dir(&dir));
    outer(-7, "mé").unwrap_err();
    running.shutdown();
    let path = dir.join("traces.jsonl");
    let whole = fs::read(&path).unwrap();
    for cut in (1..whole.len() - 1).step_by(7) {
        fs::write(&path, &whole[..cut]).unwrap();
        let read: Vec<_> = JsonLines::read_traces(&path).unwrap().collect();
        assert!(matches!(&read[..], [Err(error)] if error.is_torn()), "at byte {cut}: {read:?}");
    }
}

#[test]
fn errors_name_the_file_the_line_and_the_place_in_it() {
    let dir = directory("errors");
    fs::create_dir_all(&dir).unwrap();
    let path = dir.join("traces.jsonl");
    let span = r#"{"traceId":"00000000000000000000000000000001","spanId":"xyz","startTimeUnixNano":"1"}"#;
    let bad_id = format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{span}]}}]}}]}}"#);
    fs::write(&path, format!("nonsense\n\n{{\"resourceLogs\":[]}}\n{bad_id}\n")).unwrap();
    let errors: Vec<String> =
        JsonLines::read_traces(&path).unwrap().map(|read| read.unwrap_err().to_string()).collect();
    let at = |line: u32| format!("{}:{line}: ", path.display());
    assert!(errors[0].starts_with(&(at(1) + "not JSON: ")), "{errors:?}");
    assert_eq!(errors[1], at(3) + "expected OTLP/JSON as `JsonLines` writes it, found none of it at `resourceSpans`");
    assert!(errors[2].ends_with("at `resourceSpans[0].scopeSpans[0].spans[0].spanId`"), "{errors:?}");
    assert_eq!(errors.len(), 3);
    let missing = JsonLines::read_traces(dir.join("none")).unwrap_err();
    assert!(matches!(missing, ReadError::File { .. }) && missing.to_string().starts_with("cannot read "));
}
