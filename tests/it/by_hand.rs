//! `span!` and `time!`: what is not a function.

use obs::{Outcome, Value};

use crate::support::{Kept, totals};

#[obs::traced]
fn around(fail: bool) -> Result<u8, std::fmt::Error> {
    let _span = obs::span!("by_hand.inner", fail = fail, count = 3_u8);
    if fail {
        return Err(std::fmt::Error);
    }
    Ok(1)
}

#[test]
fn a_span_ends_with_its_scope_and_has_its_function_as_parent() {
    let kept = Kept::start();
    around(false).expect("it works");
    around(true).expect_err("it fails");
    let (outer, inner) = (kept.spans("by_hand::around"), kept.spans("by_hand.inner"));
    assert_eq!((outer.len(), inner.len()), (2, 2));
    for (outer, inner) in outer.iter().zip(&inner) {
        assert_eq!((inner.parent(), inner.outcome()), (Some(outer.span_id()), Outcome::Ok));
    }
    assert_eq!(inner[1].fields(), [("fail", Value::Bool(true)), ("count", Value::U64(3))]);
}

#[test]
fn a_panic_ends_the_span_too() {
    let kept = Kept::start();
    let panicking = || {
        let _span = obs::span!("by_hand.panics");
        panic!("on purpose");
    };
    std::panic::catch_unwind(panicking).expect_err("it panics");
    assert_eq!(kept.spans("by_hand.panics")[0].outcome(), Outcome::Panic);
}

#[test]
fn a_timer_counts_each_run_and_gives_the_value() {
    fn early(n: u32) -> Option<u32> {
        let half = obs::time!("by_hand.time", {
            if n % 2 == 1 {
                return None;
            }
            n / 2
        });
        Some(half)
    }

    assert_eq!([early(4), early(5)], [Some(2), None]);
    let timer = totals("by_hand.time");
    assert_eq!((timer.calls(), timer.duration().expect("timed").count()), (2, 2));
}
