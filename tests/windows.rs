//! A running collector keeps what came when, under a clock of the whole process that is moved by hand.
#![cfg(feature = "enabled")]

use std::time::Duration;

use obs::{ErrorClass, Errors, ManualClock};

struct Refused;

impl obs::Classify for Refused {
    fn class(&self) -> ErrorClass {
        ErrorClass::TRANSIENT
    }
}

#[obs::counted]
fn refuses() -> Result<(), Refused> {
    Err(Refused)
}

/// Moves the clock, and waits until the collector has seen the new time: it reads the clock in each round.
fn advance(clock: &ManualClock, by: Duration) {
    clock.advance(by);
    let before = clock.reads();
    while clock.reads() < before + 10 {
        std::thread::yield_now();
    }
}

#[test]
fn the_collector_tells_old_errors_from_new_ones() {
    let clock = ManualClock::new();
    let telemetry = obs::builder()
        .clock(clock.clone())
        .collect_interval(Duration::from_millis(1))
        .exporter(obs::exporters::Memory::new())
        .start()
        .expect("nothing else runs");
    assert!((0..5).all(|_| refuses().is_err()));
    advance(&clock, Duration::from_secs(25));
    advance(&clock, Duration::from_secs(300));
    assert!((0..2).all(|_| refuses().is_err()));

    let last = |seconds| Errors::last(Duration::from_secs(seconds));
    assert_eq!((last(60).count(), last(3600).count()), (2, 7), "nobody has asked before");
    assert_eq!((last(60).window(), last(3600).window()), (Some(Duration::from_secs(60)), None));
    let classes: Vec<_> = last(3600).by_class().iter().map(|class| (class.name(), class.retryable())).collect();
    assert_eq!(classes, [("transient", 7)]);
    assert!(telemetry.shutdown(Duration::from_secs(30)).is_complete());
}
