//! Events, late fields and links: what is added to a span while it runs.

use std::cell::Cell;
use std::sync::Arc;

use obs::{Context, CurrentSpan, Event, Level, Sensitive, Value, traced};

use crate::spans::span as one_span;
use crate::support::{Kept, LONG};

/// The events of this module with a message, after a flush.
fn events(kept: &Kept, message: &str) -> Vec<Arc<Event>> {
    let report = kept.telemetry.flush(LONG);
    assert!(report.is_complete(), "{report}");
    kept.memory.events().into_iter().filter(|event| event.message() == message).collect()
}

/// The line of the event in the next function.
const SAID_AT: u32 = line!() + 4;

#[traced]
fn says(message: &str) -> CurrentSpan {
    obs::event!(Level::Warn, message, rows = 3, share = 0.5, name = "cart", ids = [1, 2]);
    obs::current()
}

#[test]
fn an_event_has_the_ids_of_its_span_and_hangs_on_it() {
    let kept = Kept::start();
    let place = says("inside");
    let span = one_span(&kept, "notes::says");
    let [event] = &events(&kept, "inside")[..] else { panic!("one event") };
    assert_eq!((event.trace_id(), event.span_id()), (Some(span.trace_id()), Some(span.span_id())));
    assert_eq!((place.trace_id(), place.span_id()), (event.trace_id(), event.span_id()));
    assert_eq!((event.level(), event.is_sampled(), event.dropped_fields()), (Level::Warn, true, 0));
    let text = |text: &str| Value::Str(text.into());
    let ids = Value::Array([Value::I64(1), Value::I64(2)].into());
    let fields = [("rows", Value::I64(3)), ("share", Value::F64(0.5)), ("name", text("cart")), ("ids", ids)];
    assert_eq!(event.fields(), fields);
    let source = event.source();
    assert_eq!((source.target, source.line), ("it::notes", SAID_AT));
    assert!(source.file.ends_with("tests/it/notes.rs"));
    assert!(event.time() >= span.start() && event.time() <= span.start() + span.duration());
    assert_eq!(span.events().iter().map(|event| event.message()).collect::<Vec<_>>(), ["inside"]);
}

#[test]
fn an_event_outside_of_spans_has_no_ids() {
    let kept = Kept::start();
    obs::event!(Level::Info, "outside");
    let [event] = &events(&kept, "outside")[..] else { panic!("one event") };
    assert_eq!((event.trace_id(), event.span_id(), event.is_sampled()), (None, None, false));
    assert_eq!(event.fields(), []);
}

#[test]
fn an_event_in_a_trace_that_is_not_recorded_has_its_ids_all_the_same() {
    #[traced(sample = 0.0)]
    fn dropped() -> Context {
        obs::event!(Level::Error, "in a dropped trace");
        Context::current()
    }

    let kept = Kept::start();
    let place = dropped();
    let [event] = &events(&kept, "in a dropped trace")[..] else { panic!("one event") };
    assert!(event.trace_id().is_some());
    assert_eq!((event.trace_id(), event.span_id()), (place.trace_id(), place.span_id()));
    assert!(!event.is_sampled());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_of_a_future_hang_on_it_in_order_whatever_thread_polls_it() {
    #[traced]
    async fn counts() {
        for n in 0..20 {
            obs::event!(Level::Info, "counted", n = n);
            tokio::task::yield_now().await;
        }
    }

    let kept = Kept::start();
    let tasks: Vec<_> = (0..4).map(|_| tokio::spawn(counts())).collect();
    for task in tasks {
        task.await.expect("no panic");
    }
    let spans = kept.spans("::counts");
    assert_eq!(spans.len(), 4);
    for span in spans {
        let mut events: Vec<_> = span.events().iter().collect();
        assert_eq!(events.len(), 20);
        events.sort_by_key(|event| event.time());
        let numbers: Vec<_> = events.iter().map(|event| event.field("n").cloned()).collect();
        assert_eq!(numbers, (0..20).map(|n| Some(Value::I64(n))).collect::<Vec<_>>());
    }
}

thread_local! {
    static EVALUATED: Cell<u32> = const { Cell::new(0) };
}

/// Says something whose message and field leave a trace when they are evaluated.
fn costly(level: Level) {
    let message = || {
        EVALUATED.set(EVALUATED.get() + 1);
        "costly"
    };
    obs::event!(level, message(), field = message());
}

struct SpansOnly;
impl obs::Exporter for SpansOnly {
    type Error = std::convert::Infallible;
    fn wants(&self) -> obs::Wants {
        obs::Wants { events: false, ..obs::Wants::SPANS }
    }
    fn export(&mut self, _: &obs::Batch) -> Result<(), Self::Error> {
        Ok(())
    }
}

#[test]
fn an_event_that_nobody_wants_is_not_evaluated() {
    let turn = crate::support::turn();
    costly(Level::Error);
    assert_eq!(EVALUATED.get(), 0, "nothing runs");

    let telemetry = obs::builder().exporter(SpansOnly).start().expect("one at a time");
    costly(Level::Error);
    assert_eq!(EVALUATED.get(), 0, "no exporter wants events");
    telemetry.shutdown(LONG);
    drop(turn);

    let kept = Kept::start();
    costly(Level::Trace);
    assert_eq!((EVALUATED.get(), events(&kept, "costly").len()), (2, 1));
    let Kept { telemetry, _turn, .. } = kept;
    telemetry.shutdown(LONG);
    costly(Level::Error);
    assert_eq!(EVALUATED.get(), 2, "and when it has ended nobody does again");
}

#[test]
fn events_below_the_level_are_not_recorded() {
    let turn = crate::support::turn();
    let memory = obs::exporters::Memory::new();
    let telemetry = obs::builder().level(Level::Warn).exporter(memory.clone()).start().expect("one at a time");
    for level in [Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error] {
        obs::event!(level, "of some level");
    }
    telemetry.shutdown(LONG);
    drop(turn);
    let levels: Vec<_> =
        memory.events().iter().filter(|event| event.message() == "of some level").map(|event| event.level()).collect();
    assert_eq!(levels, [Level::Warn, Level::Error]);
}

#[test]
fn events_are_switched_off_by_module_at_the_start_and_later() {
    mod quiet {
        pub(super) fn speak() {
            obs::event!(obs::Level::Error, "quiet");
        }
    }

    fn speak() {
        obs::event!(Level::Error, "loud");
    }

    let kept = Kept::with(obs::builder().filter("it::notes::quiet = off").expect("a filter"));
    let both = || {
        quiet::speak();
        speak();
    };
    let heard = || (events(&kept, "quiet").len(), events(&kept, "loud").len());
    both();
    assert_eq!(heard(), (0, 1));
    obs::control("it::notes = off, it::notes::quiet = trace").expect("rules");
    both();
    assert_eq!(heard(), (1, 1), "the longest path decides");
    obs::set_enabled(false);
    both();
    assert_eq!(heard(), (1, 1));
    obs::set_enabled(true);
    obs::control("").expect("no rules");
    both();
    assert_eq!(heard(), (2, 2));
}

#[test]
fn fields_and_links_are_added_to_the_running_span() {
    #[traced(fields(first = 1))]
    fn adds(links: &[Context]) -> CurrentSpan {
        obs::current().set("second", "late").set("third", [true, false]);
        below();
        for link in links {
            obs::current().link(link);
        }
        obs::current()
    }

    fn below() {
        obs::current().set_fields(|fields| fields.debug("fourth", &Some(4)));
    }

    let kept = Kept::start();
    let links = [says("first").context(), says("second").context(), Context::NONE];
    adds(&links);
    let span = one_span(&kept, "::adds");
    let text = |text: &str| Value::Str(text.into());
    let third = Value::Array([Value::Bool(true), Value::Bool(false)].into());
    let fields = [("first", Value::I64(1)), ("second", text("late")), ("third", third), ("fourth", text("Some(4)"))];
    assert_eq!(span.fields(), fields);
    let linked: Vec<_> = span.links().iter().map(|link| (Some(link.trace_id), Some(link.span_id))).collect();
    assert_eq!(linked, links[..2].iter().map(|link| (link.trace_id(), link.span_id())).collect::<Vec<_>>());
}

#[test]
fn what_another_thread_adds_before_the_span_ends_is_on_it() {
    #[traced]
    fn delegates() {
        let here = obs::current();
        let add = move || {
            here.set("from", "elsewhere");
            assert_eq!(obs::current().span_id(), None);
        };
        std::thread::spawn(add).join().expect("no panic");
    }

    let kept = Kept::start();
    delegates();
    assert_eq!(one_span(&kept, "::delegates").field("from"), Some(&Value::Str("elsewhere".into())));
}

#[test]
fn fields_of_a_span_that_is_not_recorded_are_not_evaluated() {
    #[traced(sample = 0.0)]
    fn dropped() {
        assert!(!obs::current().is_recorded());
        obs::current().set_fields(|_| panic!("nobody reads it"));
    }

    let kept = Kept::start();
    dropped();
    obs::current().set_fields(|_| panic!("no span runs"));
    drop(kept);
}

#[test]
fn ids_are_printed_as_they_travel() {
    let kept = Kept::start();
    let place = says("printed");
    let (trace, span) = (place.trace_id().expect("a trace"), place.span_id().expect("a span"));
    assert_eq!(trace.to_string(), format!("{:032x}", trace.get()));
    assert_eq!(span.to_string(), format!("{:016x}", span.get()));
    assert_eq!((trace.to_string().len(), span.to_string().len()), (32, 16));
    drop(kept);
}

#[test]
fn a_sensitive_value_is_never_seen() {
    #[traced(fields(token, shown = %token, debugged = ?token), ret)]
    fn logs_in(token: &Sensitive<String>) -> Sensitive<String> {
        obs::event!(Level::Info, "logs in", token = token, all = [token]);
        obs::current().set("again", token);
        token.clone()
    }

    let kept = Kept::start();
    assert_eq!(logs_in(&Sensitive::new("s3cr3t".to_owned())).reveal(), "s3cr3t");
    let span = one_span(&kept, "::logs_in");
    let keys: Vec<_> = span.fields().iter().map(|(key, _)| *key).collect();
    assert_eq!(keys, ["token", "shown", "debugged", "return", "again"]);
    let redacted = Value::Str("[redacted]".into());
    assert!(span.fields().iter().all(|(_, value)| *value == redacted), "{:?}", span.fields());
    let event = &events(&kept, "logs in")[0];
    assert_eq!(event.field("token"), Some(&redacted));
    assert_eq!(event.field("all"), Some(&Value::Array([redacted].into())));
}

/// What every counter of notes says.
fn late() -> u64 {
    obs::snapshot().health().notes_late
}

#[test]
fn past_128_events_links_and_late_fields_a_span_counts_what_it_leaves_out() {
    #[traced]
    fn crowded(link: &Context) {
        for n in 0..130 {
            obs::event!(Level::Info, "crowded", n = n);
            obs::current().link(link).link(link).set("n", n).set("m", n);
        }
    }

    let kept = Kept::start();
    let truncated = obs::snapshot().health().fields_truncated;
    crowded(&says("linked").context());
    let span = one_span(&kept, "::crowded");
    assert_eq!((span.events().len(), span.dropped_events()), (128, 2));
    assert_eq!((span.links().len(), span.dropped_links()), (128, 132));
    assert_eq!((span.fields().len(), span.dropped_fields()), (128, 132));
    assert_eq!(obs::snapshot().health().fields_truncated - truncated, 132);
    assert_eq!(events(&kept, "crowded").len(), 130, "as events of their own they are all there");
}

#[test]
fn what_is_added_after_a_span_ended_is_counted_as_late() {
    let kept = Kept::start();
    let before = late();
    let ended = says("will be late");
    assert_eq!(one_span(&kept, "notes::says").fields(), []);
    ended.set("late", 1).set("later", 2).link(&says("linked").context());
    assert_eq!(kept.spans("notes::says")[0].fields(), []);
    kept.telemetry.shutdown(LONG);
    assert_eq!(late() - before, 3);
}

#[test]
fn late_notes_do_not_pile_up_and_are_all_counted() {
    #[traced]
    fn ends() -> CurrentSpan {
        obs::current()
    }

    const SPANS: u64 = 70_000;
    const HELD: u64 = 65_536;
    let kept = Kept::start();
    let before = late();
    let ended: Vec<_> = (0..SPANS).map(|_| ends()).collect();
    assert_eq!(kept.spans("::ends").len() as u64, SPANS);
    for span in &ended {
        span.set("late", true);
    }
    kept.telemetry.flush(LONG);
    assert_eq!(late() - before, SPANS - HELD, "the oldest are given up");
    kept.telemetry.shutdown(LONG);
    assert_eq!(late() - before, SPANS);
}

#[test]
fn a_span_that_outlives_many_others_keeps_what_was_noted_on_it() {
    #[traced]
    fn outlives(kept: &Kept) {
        obs::current().set("early", true);
        (0..70_000).for_each(|_| brief());
        kept.telemetry.flush(LONG);
        obs::current().set("later", true);
    }
    #[traced]
    fn brief() {
        obs::current().set("n", 1);
    }

    let kept = Kept::start();
    let before = late();
    outlives(&kept);
    let span = one_span(&kept, "::outlives");
    let keys: Vec<_> = span.fields().iter().map(|(key, _)| *key).collect();
    assert_eq!((keys, late() - before), (vec!["early", "later"], 0));
}

#[test]
fn events_in_spans_that_have_ended_are_held_in_bounded_bytes_and_counted_past_them() {
    const SPANS: u64 = 10_000;
    const EVENTS: u64 = 10;
    const HELD: u64 = 16 << 20;
    #[traced]
    fn ended() -> Context {
        Context::current()
    }

    let kept = Kept::start();
    let before = late();
    let text = "x".repeat(200);
    let contexts: Vec<_> = (0..SPANS).map(|_| ended()).collect();
    kept.telemetry.flush(LONG);
    for some in contexts.chunks(1000) {
        for context in some {
            context.clone().bind(|| (0..EVENTS).for_each(|_| obs::event!(Level::Info, &text)))();
        }
        kept.telemetry.flush(LONG);
    }
    assert_eq!(events(&kept, &text).len() as u64, SPANS * EVENTS, "as events of their own they are all there");
    assert!(late() - before >= SPANS * EVENTS - HELD / 200, "{} given up", late() - before);
}
