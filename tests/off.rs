//! With the feature `enabled` off the whole API is there, and does nothing.
#![cfg(not(feature = "enabled"))]

use std::future::Future as _;
use std::time::Duration;

#[obs::traced]
#[obs::profiled]
#[obs::counted(in_flight)]
#[obs::budget(ms = 1, on_exceed = panic)]
fn annotated() {
    std::thread::sleep(Duration::from_millis(2));
}

#[test]
fn functions_are_as_written_and_nothing_is_known_of_them() {
    annotated();
    assert_eq!(obs::callsites().count(), 0);
    assert_eq!(obs::snapshot().callsites().len(), 0);
}

#[test]
fn nothing_is_profiled() {
    obs::profile(obs::ProfileMode::Trace);
    annotated();
    let report = obs::report();
    assert_eq!((report.functions().len(), report.trees(), report.folded(obs::Flame::Time)), (0, 0, String::new()));
    assert_eq!(report.to_string(), "no annotated function was called\n");
}

#[cfg(all(unix, feature = "pprof"))]
#[test]
fn no_samples_are_taken() {
    let samples = obs::bridges::pprof::Statistical::start(99).expect("nothing begins").finish().expect("nothing ends");
    assert_eq!((samples.total(), samples.to_string()), (0, "no samples were taken\n".to_owned()));
}

#[test]
fn telemetry_starts_nothing_and_may_be_started_twice() {
    let threads = || std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count);
    let before = threads();
    let memory = obs::exporters::Memory::new();
    let first = obs::builder().exporter(memory.clone()).max_overhead(0.01).start().expect("nothing to start");
    let second = obs::init().expect("nothing to start");
    annotated();
    assert_eq!(first.flush(Duration::from_secs(1)).exported(), 0);
    assert_eq!(second.shutdown(Duration::from_secs(1)).finished(), 0);
    assert!(memory.is_empty());
    assert!(obs::overhead().is_none() && obs::snapshot().overhead().is_none());
    // The test harness may start a thread of its own meanwhile.
    assert!(threads() <= before + 1);
    obs::control("annotated = off").expect("rules are still read");
    obs::set_enabled(true);
}

#[derive(obs::Classify)]
enum PayError {
    #[class(transient, severity = high)]
    Timeout,
    #[class(inner)]
    Parse(ParseError),
}

#[derive(obs::Classify)]
#[class("syntax")]
struct ParseError;

#[obs::counted]
fn pay(parse: bool) -> Result<(), PayError> {
    Err(if parse { PayError::Parse(ParseError) } else { PayError::Timeout })
}

#[test]
fn errors_say_their_class_and_are_not_counted() {
    use obs::Classify as _;

    let classes = [false, true].map(|parse| pay(parse).expect_err("it always fails").class());
    assert_eq!(classes[0], obs::ErrorClass::TRANSIENT.severity(obs::Severity::High));
    assert_eq!(classes[1].name, "syntax");
    assert_eq!((obs::errors().count(), obs::Errors::last(Duration::from_secs(60)).count()), (0, 0));
}

#[cfg(feature = "tracing")]
#[test]
fn spans_of_tracing_stay_where_they_are() {
    use obs::bridges::tracing::{TracingLayer, subscriber};
    use tracing_subscriber::layer::SubscriberExt as _;

    let speak = || tracing::info_span!("theirs", items = 1).in_scope(|| tracing::error!("said"));
    tracing::subscriber::with_default(subscriber(), speak);
    tracing::subscriber::with_default(tracing_subscriber::registry().with(TracingLayer::new()), speak);
    assert_eq!((obs::snapshot().callsites().len(), obs::current().trace_id()), (0, None));
}

#[cfg(feature = "log")]
#[test]
fn a_logger_without_a_next_one_takes_nothing() {
    let log = obs::bridges::log::LogBridge::new();
    assert!(!log::Log::enabled(&log, &log::Metadata::builder().level(log::Level::Error).build()));
}

#[test]
fn what_is_written_by_hand_does_nothing_and_evaluates_nothing() {
    fn never<T>() -> T {
        unreachable!("it is off")
    }
    let mut span = obs::span!("by hand", field = never::<u8>());
    span.set("late", 1);
    obs::event!(never(), "nobody hears it", field = never::<u8>());
    obs::current().set_fields(|_| never());
    let future = std::pin::pin!(obs::FutureExt::traced(std::future::ready(7), "future"));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert_eq!(future.poll(&mut context), std::task::Poll::Ready(7));
    assert_eq!(obs::callsites().count(), 0);
    assert_eq!(obs::in_flight().len(), 0);
}

#[test]
fn contexts_of_other_services_are_carried_on_all_the_same() {
    let (trace, span) = (obs::TraceId::new(7).expect("an id"), obs::SpanId::new(8).expect("an id"));
    let mut baggage = obs::Baggage::default();
    baggage.set("tenant", "a");
    let remote = obs::Context::remote(trace, span, 1, obs::TraceState::EMPTY).with_baggage(baggage);
    let scope = remote.attach();
    annotated();
    assert_eq!(obs::Context::current().span_id(), Some(span));
    assert_eq!(obs::Context::current().baggage().get("tenant"), Some("a"));
    drop(scope);
    assert_eq!(obs::current().trace_id(), None);
}

#[obs::test(runs = 5)]
fn a_test_runs_its_body_once() {
    static RUNS: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    assert_eq!(RUNS.fetch_add(1, std::sync::atomic::Ordering::Relaxed), 0);
}

#[cfg(feature = "testing")]
#[test]
#[should_panic(expected = "nothing is recorded with the feature `enabled` off")]
fn a_test_that_looks_for_a_function_is_told_why_there_is_none() {
    obs::testing::record(annotated).callsite("annotated");
}
