//! Every call ends in exactly one of four ways, found by type and never by name.

use std::error::Error;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use obs::Outcomes;

/// How the calls of a function ended. The name is that of the function, in a module of this file.
pub(crate) fn of(name: &str) -> Outcomes {
    obs::snapshot().callsite(name).map(obs::CallsiteSnapshot::outcomes).unwrap_or_default()
}

pub(crate) const fn outcomes(ok: u64, error: u64, panic: u64, cancelled: u64) -> Outcomes {
    Outcomes { ok, error, panic, cancelled }
}

pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}

/// Pending once.
pub(crate) fn pause() -> impl Future<Output = ()> {
    let mut paused = false;
    std::future::poll_fn(move |_| if std::mem::replace(&mut paused, true) { Poll::Ready(()) } else { Poll::Pending })
}

fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

mod by_type {
    type Alias<T> = std::result::Result<T, &'static str>;

    #[obs::counted]
    pub(super) fn alias(fail: bool) -> Alias<u8> {
        if fail {
            return Err("failed");
        }
        Ok(1)
    }

    pub(super) struct Result<T>(pub(super) T);

    #[obs::counted]
    pub(super) fn only_the_name() -> Result<u8> {
        Result(1)
    }

    #[expect(dead_code, reason = "only its name matters")]
    pub(super) enum Answer {
        Ok,
        Err,
    }

    #[obs::counted]
    pub(super) fn only_the_variant() -> Answer {
        Answer::Err
    }

    #[obs::counted]
    pub(super) fn generic<T>(value: T) -> T {
        value
    }
}

#[test]
fn an_alias_of_result_is_a_result() {
    assert!(by_type::alias(true).is_err());
    assert!(by_type::alias(false).is_ok());
    assert_eq!(of("by_type::alias"), outcomes(1, 1, 0, 0));
}

#[test]
fn a_type_by_the_name_of_result_is_not_one() {
    assert_eq!(by_type::only_the_name().0, 1);
    let _ = by_type::only_the_variant();
    assert_eq!(of("only_the_name"), outcomes(1, 0, 0, 0));
    assert_eq!(of("only_the_variant"), outcomes(1, 0, 0, 0));
}

mod ends {
    use super::{Error, pause};

    #[obs::traced]
    #[obs::profiled]
    #[obs::counted]
    #[obs::budget(s = 100)]
    pub(super) fn question(text: &str) -> Result<u32, Box<dyn Error>> {
        let n: u32 = text.parse()?;
        if n == 0 {
            Err("zero")?;
        }
        Ok(n)
    }

    #[obs::counted]
    pub(super) fn panics(how: u8) -> Option<u8> {
        assert!(how != 1, "as asked");
        Some(how)
    }

    #[obs::profiled]
    pub(super) fn panics_in_place(how: u8) -> u8 {
        assert!(how != 1, "as asked");
        how
    }

    #[obs::counted]
    pub(super) fn early(stop: bool) -> u8 {
        if stop {
            return 1;
        }
        2
    }

    #[obs::counted]
    #[track_caller]
    pub(super) fn watched(text: &str) -> Result<u32, Box<dyn Error>> {
        let n: u32 = text.parse()?;
        if n == 0 {
            return Err("zero".into());
        }
        if n == 1 { Err("one".into()) } else { Ok(n) }
    }

    #[obs::traced]
    #[obs::counted]
    pub(super) async fn later(how: u8) -> Result<u8, &'static str> {
        pause().await;
        assert!(how != 2, "as asked");
        if how == 1 {
            return Err("one");
        }
        Ok(how)
    }

    #[obs::profiled]
    pub(super) fn boxed(how: u8) -> std::pin::Pin<Box<dyn Future<Output = Result<u8, &'static str>>>> {
        let fail = how == 1;
        Box::pin(async move {
            pause().await;
            assert!(how != 2, "as asked");
            if fail { Err("one") } else { Ok(how) }
        })
    }

    #[obs::profiled]
    pub(super) fn returned(how: u8) -> impl Future<Output = Result<u8, &'static str>> {
        let fail = how == 1;
        async move {
            pause().await;
            assert!(how != 2, "as asked");
            if fail { Err("one") } else { Ok(how) }
        }
    }
}

#[test]
fn question_marks_and_returns_are_errors() {
    for text in ["x", "0", "3"] {
        let _ = ends::question(text);
    }
    assert_eq!(of("ends::question"), outcomes(1, 2, 0, 0));
}

#[test]
fn exits_under_track_caller_are_seen() {
    for text in ["x", "0", "1", "3"] {
        let _ = ends::watched(text);
    }
    assert_eq!(of("ends::watched"), outcomes(1, 3, 0, 0));
}

#[test]
fn an_early_return_in_place_is_one_call() {
    assert_eq!((ends::early(true), ends::early(false)), (1, 2));
    assert_eq!(of("ends::early"), outcomes(2, 0, 0, 0));
}

#[test]
fn a_panic_is_a_panic() {
    for how in [0, 1] {
        let _ = catch_unwind(|| ends::panics(how));
        let _ = catch_unwind(|| ends::panics_in_place(how));
    }
    assert_eq!(of("ends::panics"), outcomes(1, 0, 1, 0));
    assert_eq!(of("ends::panics_in_place"), outcomes(1, 0, 1, 0));
}

/// Ready well, ready with an error, unwound, and dropped after its first poll.
fn all_four_ways<F: Future>(make: impl Fn(u8) -> F) {
    for how in [0, 1] {
        block_on(make(how));
    }
    let _ = catch_unwind(AssertUnwindSafe(|| block_on(make(2))));
    let mut dropped = Box::pin(make(0));
    assert!(poll_once(dropped.as_mut()).is_pending());
    drop(dropped);
    // Never polled: the call never began.
    drop(make(0));
}

#[test]
fn a_future_ends_in_four_ways() {
    all_four_ways(ends::later);
    assert_eq!(of("ends::later"), outcomes(1, 1, 1, 1));
}

#[test]
fn a_boxed_future_ends_in_four_ways() {
    all_four_ways(ends::boxed);
    assert_eq!(of("ends::boxed"), outcomes(1, 1, 1, 1));
}

#[test]
fn a_returned_future_ends_in_four_ways() {
    all_four_ways(ends::returned);
    assert_eq!(of("ends::returned"), outcomes(1, 1, 1, 1));
}

#[test]
fn a_generic_value_is_asked_when_its_type_is_known() {
    let _ = by_type::generic(Ok::<u8, u8>(1));
    let _ = by_type::generic(3);
    assert_eq!(of("by_type::generic"), outcomes(2, 0, 0, 0));
}
