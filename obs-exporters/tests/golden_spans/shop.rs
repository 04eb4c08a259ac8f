//! A program that uses everything a span can carry, under a clock moved by hand.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::time::Duration;

use obs_runtime::expand::{EventSite, event};
use obs_runtime::{Batch, Context, Exporter, Level, ManualClock, Value, Wants, current, propagation};

use crate::obs::{Classify, traced};

#[traced(crate = crate::obs, name = "shop::checkout", fields(items = items, who = "me \"and\" you", ratio = 0.5_f64))]
fn checkout(clock: &ManualClock, items: u64, earlier: &Context) -> Result<(), Declined> {
    static SITE: EventSite = EventSite::new("shop", "src/shop.rs", 7);
    clock.advance(Duration::from_millis(1));
    event(&SITE, Level::Warn, "the cache is cold", |fields| fields.value("hits", &0_u64));
    clock.advance(Duration::from_micros(400));
    current().link(earlier).set("late", true);
    let context = Context::current();
    std::thread::scope(|scope| {
        let audit = || clock.run(|| context.bind(|| audit(clock))());
        scope.spawn(audit).join().expect("it does not panic");
    });
    pay(clock)
}

#[derive(Debug, Classify)]
#[obs(crate = crate::obs)]
enum Declined {
    #[class("limit", severity = low)]
    TooMuch,
}

impl std::fmt::Display for Declined {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("too much")
    }
}

#[traced(crate = crate::obs, name = "shop::pay", kind = client, err)]
fn pay(clock: &ManualClock) -> Result<(), Declined> {
    clock.advance(Duration::from_millis(2));
    Err(Declined::TooMuch)
}

#[traced(crate = crate::obs, name = "shop::audit")]
fn audit(clock: &ManualClock) {
    clock.advance(Duration::from_micros(500));
}

#[traced(crate = crate::obs, name = "shop::earlier")]
fn earlier(clock: &ManualClock) -> Context {
    clock.advance(Duration::from_micros(10));
    Context::current()
}

#[traced(crate = crate::obs, name = "shop::fetch", kind = server)]
async fn fetch(clock: &ManualClock) {
    clock.advance(Duration::from_micros(250));
    parse(clock);
    let mut polled = false;
    std::future::poll_fn(|_| if std::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending }).await;
    clock.advance(Duration::from_micros(50));
}

#[traced(crate = crate::obs, name = "shop::parse")]
fn parse(clock: &ManualClock) {
    clock.advance(Duration::from_nanos(1_500));
}

/// Everything the program did, in one batch.
pub fn batch() -> Batch {
    let kept = Keep::default();
    let telemetry = obs_runtime::builder()
        .service_name("shop")
        .attribute("service.instance.id", Value::Str("till-7".into()))
        .attribute("service.version", Value::Str("1.2.3".into()))
        .collect_interval(Duration::from_secs(3600))
        .exporter(kept.clone())
        .start()
        .unwrap();
    let clock = ManualClock::new();
    clock.run(|| run(&clock));
    telemetry.shutdown(Duration::from_secs(10));
    let mut kept = kept.0.lock().unwrap();
    assert_eq!(kept.len(), 1, "one batch");
    kept.remove(0)
}

fn run(clock: &ManualClock) {
    let earlier = earlier(clock);
    checkout(clock, 3, &earlier).unwrap_err();
    let parent = "00-00000000000000000000000000000007-0000000000000008-01";
    let remote = propagation::extract(&[("traceparent", parent), ("tracestate", "shop=42")]);
    let _remote = remote.attach();
    let mut fetch = pin!(fetch(clock));
    let mut context = std::task::Context::from_waker(Waker::noop());
    assert!(fetch.as_mut().poll(&mut context).is_pending());
    clock.advance(Duration::from_millis(10));
    assert!(fetch.as_mut().poll(&mut context).is_ready());
}

#[derive(Clone, Default)]
struct Keep(Arc<Mutex<Vec<Batch>>>);

impl Exporter for Keep {
    type Error = Infallible;

    fn wants(&self) -> Wants {
        Wants { spans: true, events: true, ..Wants::NOTHING }
    }

    fn export(&mut self, batch: &Batch) -> Result<(), Infallible> {
        self.0.lock().unwrap().push(batch.clone());
        Ok(())
    }
}
