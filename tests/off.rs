//! With the feature `enabled` off the whole API is there, and does nothing.
#![cfg(not(feature = "enabled"))]

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
fn telemetry_starts_nothing_and_may_be_started_twice() {
    let threads = || std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count);
    let before = threads();
    let memory = obs::exporters::Memory::new();
    let first = obs::builder().exporter(memory.clone()).start().expect("nothing to start");
    let second = obs::init().expect("nothing to start");
    annotated();
    assert_eq!(first.flush(Duration::from_secs(1)).exported(), 0);
    assert_eq!(second.shutdown(Duration::from_secs(1)).finished(), 0);
    assert!(memory.is_empty());
    // The test harness may start a thread of its own meanwhile.
    assert!(threads() <= before + 1);
    obs::control("annotated = off").expect("rules are still read");
    obs::set_enabled(true);
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
