//! The switch for the whole program: a binary of its own, because it switches everybody's tests.
#![cfg(feature = "enabled")]

use obs::{counted, profiled};

#[counted(in_flight)]
#[profiled]
fn switched(inside: impl FnOnce()) {
    inside();
}

#[test]
fn off_is_off_and_calls_that_are_running_end_as_they_began() {
    let totals = || obs::snapshot().callsite("switched").expect("listed").clone();
    switched(|| {});
    // A generic function's instances share one callsite.
    switched(|| obs::set_enabled(false));
    assert!(!totals().callsite().is_enabled());
    switched(|| {});
    switched(|| obs::set_enabled(true));
    assert_eq!(totals().calls(), 2, "the one that began while it was off is not counted");
    assert_eq!(totals().in_flight(), Some(0));
    switched(|| {});
    assert_eq!(totals().calls(), 3);
    assert_eq!(totals().duration().expect("profiled").count(), 3);
}
