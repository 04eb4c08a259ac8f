//! Our calls and events are shown to an installed subscriber of `tracing`.

use std::fmt::Write as _;
use std::future::{Future, pending};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context as TaskContext, Waker};

use obs_bridges::tracing::{TracingLayer, mirror};
use obs_runtime::expand::{EventSite, event};
use obs_runtime::{FutureExt as _, Level, Outcome};
use tracing::field::{Field, Visit};
use tracing::instrument::WithSubscriber as _;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber, info_span};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::{LookupSpan, Registry};

use crate::obs::traced;
use crate::support::{Kept, pairs};

/// Writes a line for each thing it is shown.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    fn push(&self, line: String) {
        self.0.lock().expect("nobody panics").push(line);
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("nobody panics"))
    }
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}

fn name<'a, S: Subscriber + for<'s> LookupSpan<'s>>(id: &Id, context: &'a Context<'_, S>) -> &'a str {
    let name = context.span(id).map_or("?", |span| span.name());
    name.rsplit("::").next().unwrap_or_default()
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Lines {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut text = Text(String::new());
        attributes.record(&mut text);
        let parent = context.span(id).and_then(|span| Some(name(&span.parent()?.id(), &context).to_owned()));
        self.push(format!("new {} in {}{}", name(id, &context), parent.as_deref().unwrap_or("-"), text.0));
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let mut text = Text(String::new());
        values.record(&mut text);
        self.push(format!("record {}{}", name(id, &context), text.0));
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut text = Text(String::new());
        event.record(&mut text);
        let span = context.event_span(event).map(|span| name(&span.id(), &context).to_owned());
        let (level, target) = (event.metadata().level(), event.metadata().target());
        self.push(format!("{level} {target} in {}{}", span.as_deref().unwrap_or("-"), text.0));
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        self.push(format!("enter {}", name(id, &context)));
    }

    fn on_exit(&self, id: &Id, context: Context<'_, S>) {
        self.push(format!("exit {}", name(id, &context)));
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        self.push(format!("close {}", name(&id, &context)));
    }
}

/// What a subscriber without the bridge in is shown.
fn shown(body: impl FnOnce()) -> Vec<String> {
    mirror();
    let lines = Lines::default();
    tracing::subscriber::with_default(Registry::default().with(lines.clone()), body);
    lines.take()
}

/// What it is shown of spans and events, without their entering and leaving.
fn made(lines: &[String]) -> Vec<&str> {
    lines.iter().map(String::as_str).filter(|line| line.starts_with("new") || line.contains(" in ")).collect()
}

fn poll_once(future: std::pin::Pin<&mut impl Future>) -> bool {
    future.poll(&mut TaskContext::from_waker(Waker::noop())).is_ready()
}

#[traced(crate = crate::obs, fields(n, text = "plain", shown = %1.5, share = 0.5, negative = -1, hit = true))]
fn outer(n: u64) {
    info_span!("theirs").in_scope(inner);
}

#[traced(crate = crate::obs)]
fn inner() {
    static SITE: EventSite = EventSite::new("shop::cart", "src/cart.rs", 7);
    event(&SITE, Level::Warn, "the cache is cold", |fields| fields.value("hits", &0));
}

#[test]
fn calls_and_events_are_shown_as_they_happen() {
    let kept = Kept::start();
    let lines = shown(|| outer(7));
    assert_eq!(
        lines,
        [
            r#"new outer in - n=7 text="plain" shown="1.5" share=0.5 negative=-1 hit=true"#,
            "enter outer",
            "new theirs in outer",
            "enter theirs",
            "new inner in theirs",
            "enter inner",
            r#"WARN shop::cart in inner message="the cache is cold" hits=0"#,
            "exit inner",
            "close inner",
            "exit theirs",
            "close theirs",
            "exit outer",
            "close outer",
        ]
    );
    assert_eq!(kept.tree(), pairs(&[("inner", "outer"), ("outer", "-")]), "and recorded as ever");
    assert_eq!(kept.event("the cache is cold").span_id(), Some(kept.span("inner").span_id()));
}

#[test]
fn what_is_shown_says_where_it_comes_from() {
    struct Where(Lines);
    impl<S: Subscriber> Layer<S> for Where {
        fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
            let meta = attributes.metadata();
            let file = meta.file().unwrap_or_default();
            self.0.push(format!("{} {} {} {}", meta.name(), meta.target(), meta.level(), file));
        }
    }
    mirror();
    let (_kept, lines) = (Kept::start(), Lines::default());
    tracing::subscriber::with_default(Registry::default().with(Where(lines.clone())), inner);
    assert_eq!(lines.take(), [format!("{0}::inner {0} INFO {1}", module_path!(), file!())]);
}

#[traced(crate = crate::obs, fields(n), ret, err)]
fn divide(n: u32) -> Result<u32, String> {
    6_u32.checked_div(n).ok_or_else(|| "by zero".to_owned())
}

#[test]
fn what_is_known_at_the_end_is_recorded_before_the_span_closes() {
    let _kept = Kept::start();
    let lines = shown(|| drop((divide(2), divide(0))));
    let late: Vec<_> = lines.iter().filter(|line| line.starts_with("record")).map(String::as_str).collect();
    assert_eq!(late.len(), 2, "{late:?}");
    assert_eq!(late[0], r#"record divide return="Ok(3)""#);
    assert!(late[1].contains(r#"exception.message="by zero""#), "{late:?}");
    assert!(late[1].contains(r#"outcome="error""#), "{late:?}");
    let ends: Vec<_> = lines.iter().filter(|line| line.starts_with("close")).collect();
    assert_eq!(ends.len(), 2);
}

#[test]
fn calls_are_shown_whether_or_not_anybody_records_them() {
    let sampled_out = Kept::with(obs_runtime::builder().sampler(obs_runtime::Sampler::always_off()));
    let unsampled = shown(|| outer(1));
    assert_eq!(sampled_out.spans().len(), 0);
    drop(sampled_out);
    let turn = Kept::without_exporters();
    let unrecorded = shown(|| outer(1));
    drop(turn);
    let expected = r#"new outer in - n=1 text="plain" shown="1.5" share=0.5 negative=-1 hit=true"#;
    let names = [expected, "new theirs in outer", "new inner in theirs"];
    for lines in [unsampled, unrecorded] {
        let made = made(&lines);
        assert_eq!(made[..3], names);
        assert!(made[3].starts_with("WARN"), "{made:?}");
        assert_eq!(made.len(), 4);
    }
}

#[traced(crate = crate::obs)]
async fn waits() {
    tokio::task::yield_now().await;
    inner();
}

#[test]
fn a_future_is_entered_for_each_poll_and_closed_at_its_end() {
    let _kept = Kept::start();
    let lines = shown(|| {
        let mut future = pin!(waits());
        assert!(!poll_once(future.as_mut()));
        info_span!("between").in_scope(|| ());
        assert!(poll_once(future.as_mut()));
    });
    let lines: Vec<_> = lines.iter().map(String::as_str).filter(|line| !line.starts_with("WARN")).collect();
    assert_eq!(
        lines,
        [
            "new waits in -",
            "enter waits",
            "exit waits",
            "new between in -",
            "enter between",
            "exit between",
            "close between",
            "enter waits",
            "new inner in waits",
            "enter inner",
            "exit inner",
            "close inner",
            "exit waits",
            "close waits",
        ]
    );
}

#[traced(crate = crate::obs)]
async fn forever() {
    pending::<()>().await;
}

#[test]
fn a_cancelled_future_and_a_panic_are_shown_as_such() {
    let kept = Kept::start();
    let lines = shown(|| {
        assert!(!poll_once(pin!(forever())));
        assert!(std::panic::catch_unwind(panics).is_err());
        inner();
    });
    assert!(lines.contains(&r#"record forever outcome="cancelled""#.to_owned()), "{lines:?}");
    assert!(lines.contains(&r#"record panics outcome="panic""#.to_owned()), "{lines:?}");
    assert!(lines.contains(&"new inner in -".to_owned()), "{lines:?}");
    assert_eq!(kept.span("panics").outcome(), Outcome::Panic);
}

#[traced(crate = crate::obs)]
fn panics() {
    panic!("on purpose");
}

#[test]
fn futures_on_many_threads_are_shown_in_their_trees() {
    let kept = Kept::start();
    let lines = shown(|| {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().expect("a runtime");
        runtime.block_on(async {
            let tasks: Vec<_> =
                (0..20).map(|_| tokio::spawn(waits().traced("task").with_current_subscriber())).collect();
            for task in tasks {
                task.await.expect("no task panics");
            }
        });
    });
    for (line, count) in
        [("new task in -", 20), ("new waits in task", 20), ("new inner in waits", 20), ("close task", 20)]
    {
        assert_eq!(lines.iter().filter(|shown| *shown == line).count(), count, "{line}");
    }
    assert_eq!(kept.spans().len(), 60);
}

#[test]
fn both_directions_together_make_one_tree_and_no_loop() {
    let kept = Kept::start();
    let lines = Lines::default();
    mirror();
    let subscriber = Registry::default().with(TracingLayer::new()).with(lines.clone());
    tracing::subscriber::with_default(subscriber, || {
        info_span!("root").in_scope(|| {
            outer(1);
            tracing::error!("theirs alone");
        });
    });
    let tree = [("inner", "theirs"), ("outer", "root"), ("root", "-"), ("theirs", "outer")];
    assert_eq!(kept.tree(), pairs(&tree));
    let lines = lines.take();
    let made = made(&lines);
    assert_eq!(made[0], "new root in -");
    assert!(made[1].starts_with("new outer in root"), "{made:?}");
    assert_eq!(made[2..4], ["new theirs in outer", "new inner in theirs"]);
    assert!(made[4].starts_with("WARN shop::cart in inner"), "{made:?}");
    assert!(made[5].contains("theirs alone"), "{made:?}");
    assert_eq!(made.len(), 6);
    assert_eq!(kept.events().len(), 2);
    assert_eq!(kept.event("the cache is cold").span_id(), Some(kept.span("inner").span_id()));
    assert_eq!(kept.event("theirs alone").span_id(), Some(kept.span("root").span_id()));
}

#[test]
fn a_span_of_tracing_may_name_one_of_ours_as_its_parent() {
    let kept = Kept::start();
    mirror();
    let subscriber = Registry::default().with(TracingLayer::new());
    tracing::subscriber::with_default(subscriber, || {
        let ours = takes_itself();
        info_span!(parent: ours, "child").in_scope(|| ());
    });
    assert_eq!(kept.tree(), pairs(&[("child", "takes_itself"), ("takes_itself", "-")]));
}

#[traced(crate = crate::obs)]
fn takes_itself() -> Option<Id> {
    tracing::dispatcher::get_default(|dispatch| {
        let current = dispatch.current_span();
        current.id().map(|id| dispatch.clone_span(id))
    })
}

#[test]
fn levels_and_rules_of_the_program_hold_for_what_is_shown() {
    let filter = format!("{}::inner = count", module_path!());
    let _kept = Kept::with(obs_runtime::builder().filter(&filter).expect("a filter"));
    let lines = shown(|| outer(1));
    let made = made(&lines);
    assert_eq!(made[1], "new theirs in outer");
    assert!(made[2].starts_with("WARN shop::cart in theirs"), "{made:?}");
    assert_eq!(made.len(), 3, "{made:?}");
}

#[test]
fn annotated_futures_stay_send_and_unwind_safe() {
    fn check(_: impl Send + std::panic::UnwindSafe) {}
    check(forever());
}
