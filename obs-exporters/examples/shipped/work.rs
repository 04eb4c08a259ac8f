//! What the program does: every form a span can have, so many times, and calls whose times are known.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context as TaskContext, Poll, Waker};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use obs_runtime::expand::{EventSite, Fields, event};
use obs_runtime::propagation::extract;
use obs_runtime::{Context, FutureExt, Level, ManualClock, current};

use crate::obs;
use obs::{budget, counted, profiled, traced};

/// The span of another process that every third request begins under.
const REMOTE_SPAN: &str = "b7ad6b7169203331";

/// Serves a request: the root, or the child of a span of another process.
#[traced(crate = obs, name = "shipped::request", kind = server, fields(
    round = round, below = -7_i64, large = u64::MAX, share = 0.25_f64, yes = true,
    text = "a \"b\" \\ \u{1} ü 漢 🦀, = line\nfeed", empty = ""
))]
#[profiled(crate = obs)]
fn request(round: u64) {
    say(round);
    if round.is_multiple_of(2) {
        current().set("late", round);
    }
    let _ = query(round);
    let sent = publish();
    std::thread::scope(|scope| {
        scope.spawn(Context::current().bind(|| receive(&sent)));
    });
    block_on(answer(round));
    cancel(answer(round));
    block_on(Yields(1).traced("shipped::by_hand"));
    let _ = std::panic::catch_unwind(|| breaks(round));
    slow();
}

/// Fails every third time.
#[traced(crate = obs, name = "shipped::query", kind = client, err, fields(table = "größe"))]
#[profiled(crate = obs)]
fn query(round: u64) -> Result<(), Timeout> {
    if round.is_multiple_of(3) { Err(Timeout { after: 3 }) } else { Ok(()) }
}

#[derive(Debug)]
pub(crate) struct Timeout {
    after: u64,
}

impl std::fmt::Display for Timeout {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "no answer after {} s", self.after)
    }
}

/// Gives its place, for the one who receives to link to.
#[traced(crate = obs, name = "shipped::publish", kind = producer)]
fn publish() -> Context {
    Context::current()
}

/// Runs on a thread of its own, and links to where the message came from.
#[traced(crate = obs, name = "shipped::receive", kind = consumer)]
fn receive(from: &Context) {
    current().link(from);
}

/// Is polled three times, with a child within.
#[traced(crate = obs, name = "shipped::answer", fields(round = round))]
async fn answer(round: u64) {
    Yields(2).await;
    encode(round);
}

#[traced(crate = obs, name = "shipped::encode")]
fn encode(round: u64) {
    let _ = round;
}

#[traced(crate = obs, name = "shipped::breaks")]
fn breaks(round: u64) {
    std::panic::panic_any(round);
}

/// Takes longer than it promised.
#[traced(crate = obs, name = "shipped::slow")]
#[budget(us = 100, crate = obs)]
fn slow() {
    std::thread::sleep(Duration::from_micros(300));
}

/// Takes as long as it is told; a promise is kept for the first half.
#[profiled(crate = obs, name = "shipped::steady")]
#[budget(ms = 500, crate = obs)]
fn steady(clock: &ManualClock, time: Duration) {
    clock.advance(time);
}

/// Takes times from a nanosecond to a quarter of an hour, and none at all.
#[profiled(crate = obs, name = "shipped::wide")]
fn wide(clock: &ManualClock, nanos: u64) {
    clock.advance(Duration::from_nanos(nanos));
}

/// Is only counted.
#[counted(crate = obs, name = "shipped::look", labels(path = path))]
fn look(path: &str) {
    let _ = path;
}

/// Two events in the running span, and one with every type of field.
fn say(round: u64) {
    static COLD: EventSite = EventSite::new("shipped::cache", file!(), line!());
    static FULL: EventSite = EventSite::new("shipped::disk", file!(), line!());
    if COLD.is_wanted(Level::Info) {
        event(&COLD, Level::Info, "the cache is cold", |fields: &mut Fields| fields.value("round", &round));
    }
    if FULL.is_wanted(Level::Error) {
        event(&FULL, Level::Error, "the disk is \"full\"\nü", |fields: &mut Fields| {
            fields.value("below", &-7_i64);
            fields.value("share", &0.25_f64);
            fields.value("yes", &true);
            fields.value("path", "/var/größe");
        });
    }
}

/// Does everything, `rounds` times where spans are made.
pub(crate) fn work(rounds: u64) {
    std::panic::set_hook(Box::new(|_| {}));
    let remote = remote();
    for round in 0..rounds {
        if round.is_multiple_of(3) {
            let _scope = remote.attach();
            request(round);
        } else {
            request(round);
        }
    }
    let _ = std::panic::take_hook();
    let clock = ManualClock::new();
    clock.run(|| {
        (1..=1_000).for_each(|millis| steady(&clock, Duration::from_millis(millis)));
        (0..40).for_each(|shift| wide(&clock, 1 << shift));
        wide(&clock, 0);
    });
    (0..3).for_each(|_| look("/"));
    look("/a \"b\" \\ \n c");
}

/// The place in another process that every third request comes from: one trace, another one in each run.
fn remote() -> Context {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| since.as_nanos());
    let trace = now << 32 | u128::from(std::process::id());
    extract(&[
        ("traceparent", format!("00-{trace:032x}-{REMOTE_SPAN}-03")),
        ("tracestate", "other=1,ot=rv:0123456789abcd".to_owned()),
    ])
}

/// Polls to the end on this thread.
fn block_on(future: impl Future) {
    let mut future = pin!(future);
    let mut task = TaskContext::from_waker(Waker::noop());
    while future.as_mut().poll(&mut task).is_pending() {}
}

/// Polls once, and drops the future before it is ready.
fn cancel(future: impl Future) {
    let mut future = Box::pin(future);
    assert!(future.as_mut().poll(&mut TaskContext::from_waker(Waker::noop())).is_pending());
}

/// Is ready after so many polls more.
struct Yields(u32);

impl Future for Yields {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<()> {
        if self.0 == 0 {
            return Poll::Ready(());
        }
        self.0 -= 1;
        Poll::Pending
    }
}
