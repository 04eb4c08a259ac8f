//! A program whose every call is known, served to Prometheus: what the tests against real servers look at.
//!
//! `served ADDRESS DIRECTORY` does its work, writes spans and totals into `DIRECTORY`, prints `ready` and the address,
//! and then only answers scrapes until it is killed.

use std::error::Error;
use std::io::Write;
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use obs_exporters::{JsonLines, Prometheus};
use obs_runtime::{ManualClock, Value};

/// What the facade is to a user of the attributes.
mod obs {
    pub(crate) use obs_macros::{budget, counted, profiled, traced};
    pub(crate) use obs_runtime::expand as __private;
}

use obs::{budget, counted, profiled, traced};

/// Takes as long as it is told; a promise is kept for the first half.
#[profiled(crate = obs, name = "served::steady")]
#[budget(ms = 500, crate = obs)]
fn steady(clock: &ManualClock, time: Duration) {
    clock.advance(time);
}

/// Fails now and then.
#[profiled(crate = obs, name = "served::fails")]
fn fails(clock: &ManualClock, call: u64) -> Result<(), String> {
    clock.advance(Duration::from_micros(call));
    if call.is_multiple_of(10) { Err("tenth".to_owned()) } else { Ok(()) }
}

/// Takes times from a nanosecond to a quarter of an hour, and none at all.
#[profiled(crate = obs, name = "served::wide")]
fn wide(clock: &ManualClock, nanos: u64) {
    clock.advance(Duration::from_nanos(nanos));
}

/// Is only counted, with "quotes" and a \ in its description.
#[counted(crate = obs, name = "served::look", labels(path = path))]
fn look(path: &str) {
    let _ = path;
}

/// Is polled once.
#[profiled(crate = obs, name = "served::waits")]
async fn waits() {}

/// Becomes a span with a value of every type, and fails.
#[traced(crate = obs, name = "served::asks", kind = server, fields(
    id = -7_i64, large = u64::MAX, share = 0.25_f64, yes = true, text = "a \"b\" \\ \u{1} ü"
))]
fn asks() -> Result<(), &'static str> {
    answers();
    Err("no answer")
}

#[traced(crate = obs, name = "served::answers")]
fn answers() {}

#[profiled(crate = obs, name = "served::never")]
#[expect(dead_code, reason = "never called, but known")]
fn never() {}

fn work() {
    let clock = ManualClock::new();
    clock.run(|| {
        (1..=1_000).for_each(|millis| steady(&clock, Duration::from_millis(millis)));
        for call in 1..=100 {
            let _ = fails(&clock, call);
        }
        (0..40).for_each(|shift| wide(&clock, 1 << shift));
        wide(&clock, 0);
    });
    (0..3).for_each(|_| look("/"));
    look("/a \"b\" \\ \n c");
    for _ in 0..5 {
        let _ = asks();
    }
    for _ in 0..7 {
        let _ = pin!(waits()).poll(&mut Context::from_waker(Waker::noop()));
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(directory)) = (arguments.next(), arguments.next()) else {
        return Err("usage: served ADDRESS DIRECTORY".into());
    };
    let prometheus = Prometheus::new().listen(address);
    let handle = prometheus.handle();
    let telemetry = obs_runtime::builder()
        .service_name("served")
        .attribute("service.version", Value::Str("1.2.3".into()))
        .exporter(prometheus)
        .exporter(JsonLines::to_dir(directory))
        .start()?;
    work();
    telemetry.flush(Duration::from_secs(10));
    println!("ready {}", handle.local_addr().ok_or("nothing is served")?);
    std::io::stdout().flush()?;
    loop {
        std::thread::park();
    }
}
