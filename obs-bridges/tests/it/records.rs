//! Records of `log` become events.

use std::sync::{Arc, Mutex};

use log::{Log, Metadata, Record};
use obs_bridges::log::{LogBridge, ids};
use obs_bridges::tracing::subscriber;
use obs_runtime::{Level, Value};

use crate::obs::traced;
use crate::support::Kept;

/// Keeps what it is handed on, with the ids of the moment; takes warnings only.
#[derive(Clone, Default)]
struct Next(Arc<Mutex<Vec<String>>>);

impl Log for Next {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= log::Level::Warn
    }

    fn log(&self, record: &Record<'_>) {
        self.0.lock().expect("nobody panics").push(format!("{} {}", record.args(), ids()));
    }

    fn flush(&self) {}
}

fn record(log: &impl Log, level: log::Level, target: &str, message: &str) {
    let mut builder = Record::builder();
    builder.level(level).target(target).file(Some("src/cart.rs")).line(Some(7));
    let pairs: &[(&str, log::kv::Value<'_>)] = &[
        ("items", 3_u64.into()),
        ("delta", (-1).into()),
        ("share", 0.5.into()),
        ("hit", true.into()),
        ("city", "Bern".into()),
        ("list", log::kv::Value::from_debug(&[1, 2])),
        ("none", log::kv::Value::null()),
    ];
    log.log(&builder.key_values(&pairs).args(format_args!("{message}")).build());
}

#[traced(crate = crate::obs)]
fn checkout(log: &impl Log) {
    record(log, log::Level::Warn, "shop::cart", "in ours");
    tracing::info_span!("theirs").in_scope(|| record(log, log::Level::Info, "shop::cart", "in theirs"));
}

#[test]
fn records_are_events_with_keys_and_the_ids_of_their_span() {
    let kept = Kept::start();
    let log = LogBridge::new();
    tracing::subscriber::with_default(subscriber(), || checkout(&log));
    record(&log, log::Level::Error, "shop", "outside");
    let (event, checkout) = (kept.event("in ours"), kept.span("checkout"));
    assert_eq!((event.trace_id(), event.span_id()), (Some(checkout.trace_id()), Some(checkout.span_id())));
    let source = event.source();
    assert_eq!((event.level(), source.target, source.file, source.line), (Level::Warn, "shop::cart", "src/cart.rs", 7));
    let text = |text: &str| Value::Str(text.into());
    assert_eq!(
        event.fields(),
        [
            ("items", Value::U64(3)),
            ("delta", Value::I64(-1)),
            ("share", Value::F64(0.5)),
            ("hit", Value::Bool(true)),
            ("city", text("Bern")),
            ("list", text("[1, 2]")),
        ]
    );
    assert_eq!(kept.event("in theirs").span_id(), Some(kept.span("theirs").span_id()));
    assert_eq!((kept.event("outside").span_id(), kept.event("outside").level()), (None, Level::Error));
}

#[test]
fn the_next_logger_is_given_what_it_wants_whatever_is_recorded_here() {
    let kept = Kept::with(obs_runtime::builder().level(Level::Error));
    let next = Next::default();
    let log = LogBridge::new().before(next.clone());
    checkout(&log);
    drop(kept);
    let lines = next.0.lock().expect("nobody panics").clone();
    assert_eq!(lines, ["in ours "]);
}

#[test]
fn a_line_that_somebody_else_prints_may_carry_the_ids() {
    let kept = Kept::start();
    let next = Next::default();
    checkout(&LogBridge::new().before(next.clone()));
    let checkout = kept.span("checkout");
    let lines = next.0.lock().expect("nobody panics").clone();
    assert_eq!(lines, [format!("in ours trace_id={} span_id={}", checkout.trace_id(), checkout.span_id())]);
}

#[test]
fn rules_name_targets_of_records() {
    let kept = Kept::with(obs_runtime::builder().level(Level::Debug).filter("shop::db = off").expect("a filter"));
    let log = LogBridge::new();
    record(&log, log::Level::Warn, "shop::db::pool", "muted");
    record(&log, log::Level::Trace, "shop", "below");
    record(&log, log::Level::Debug, "shop", "heard");
    let messages: Vec<_> = kept.events().iter().map(|event| event.message().to_owned()).collect();
    assert_eq!(messages, ["heard"]);
}

#[test]
fn the_macros_of_log_arrive_once_it_is_installed() {
    LogBridge::new().install().expect("the first logger");
    let kept = Kept::start();
    log::info!(target: "macros", items = 2; "through the macros");
    let event = kept.event("through the macros");
    assert_eq!((event.source().target, event.source().file), ("macros", file!()));
    assert_eq!(event.field("items"), Some(&Value::I64(2)));
    assert!(LogBridge::new().install().is_err(), "there is one already");
}
