//! The annotated functions of all tests. Each test has its own, since totals are those of the process.

use std::time::Duration;

use obs_runtime::expand::{EventSite, event};
use obs_runtime::{Level, ManualClock};

use crate::obs::{Classify, budget, counted, profiled, traced};

#[traced(crate = crate::obs, name = "shop::Cart::checkout", kind = server, fields(id = id, who = who, ratio = 0.5_f64, error = true))]
pub fn checkout(clock: &ManualClock, id: i64, who: &str) -> Result<(), &'static str> {
    static SITE: EventSite = EventSite::new("shop", "shop.rs", 1);
    clock.advance(Duration::from_nanos(1_500));
    event(&SITE, Level::Warn, "the \"cache\" is cold", |fields| {
        fields.value("hits", &0_u32);
        fields.value("region", "eu");
    });
    pay(clock);
    find(clock);
    Err("declined")
}

#[traced(crate = crate::obs, name = "shop::pay", kind = client, fields("server.address" = "Bank.example", "server.port" = 443))]
pub fn pay(clock: &ManualClock) {
    clock.advance(Duration::from_micros(10));
}

#[traced(crate = crate::obs, name = "shop::find")]
pub fn find(_: &ManualClock) {
    obs_runtime::current().set_fields(|fields| fields.value("peer.service", "not a client"));
}

#[profiled(crate = crate::obs)]
#[counted(crate = crate::obs, labels(method = method))]
pub fn pays(clock: &ManualClock, method: &str, millis: u64, declined: bool) -> Result<(), &'static str> {
    clock.advance(Duration::from_millis(millis));
    if declined { Err("declined") } else { Ok(()) }
}

#[profiled(crate = crate::obs, name = "influx::twice")]
pub fn twice_a() {}

#[profiled(crate = crate::obs, name = "influx::twice")]
pub fn twice_b() {}

#[profiled(crate = crate::obs)]
#[budget(ms = 10, crate = crate::obs)]
pub fn bounded(clock: &ManualClock, millis: u64) {
    clock.advance(Duration::from_millis(millis));
}

#[counted(in_flight, crate = crate::obs)]
pub fn running(inside: impl FnOnce()) {
    inside();
}

#[profiled(crate = crate::obs)]
pub async fn waits() {
    let mut polled = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut polled, true) {
            return std::task::Poll::Ready(());
        }
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

#[traced(crate = crate::obs)]
#[profiled(crate = crate::obs)]
pub fn pushed(clock: &ManualClock, nanos: u64) {
    clock.advance(Duration::from_nanos(nanos));
}

#[profiled(crate = crate::obs)]
#[counted(crate = crate::obs, labels(customer = customer))]
pub fn crowded(customer: &str) {
    let _ = customer;
}

#[budget(ms = 10, objective = 50, p90 = "20ms", allocs = 2, bytes = 250, calls(looked_at = 1), crate = crate::obs)]
pub fn limited(clock: &ManualClock, millis: u64, blocks: usize, looks: u64) {
    clock.advance(Duration::from_millis(millis));
    (0..blocks).for_each(|_| drop(std::hint::black_box(Vec::<u8>::with_capacity(100))));
    (0..looks).for_each(|_| looked_at());
}

#[counted(crate = crate::obs)]
pub fn looked_at() {}

#[profiled(cpu, crate = crate::obs)]
pub fn worked(inside: impl FnOnce()) {
    inside();
}

#[derive(Debug, Classify)]
#[obs(crate = crate::obs)]
pub enum Refused {
    #[class(transient)]
    Busy,
    #[class(data)]
    Unknown,
}

#[counted(crate = crate::obs)]
pub fn refuses(busy: bool) -> Result<(), Refused> {
    Err(if busy { Refused::Busy } else { Refused::Unknown })
}
