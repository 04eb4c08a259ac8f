//! Promise: what runs now is listed, with its age, its thread and its span, and is gone when it ends, however it ends.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use obs::{InFlight, ProfileMode, counted, traced};

use crate::support::Kept;

fn running(name: &str) -> Vec<InFlight> {
    obs::in_flight().into_iter().filter(|call| call.callsite.name().ends_with(name)).collect()
}

#[test]
fn a_call_is_listed_while_it_runs_with_its_own_span() {
    #[traced]
    #[counted(in_flight)]
    fn listed(depth: u32) -> usize {
        if depth > 0 { listed(depth - 1) } else { running("::listed").len() }
    }
    #[traced]
    #[counted(in_flight)]
    fn listed_ids() {
        let [call] = running("listed_ids")[..] else { panic!("one call runs") };
        assert_eq!((call.trace_id, call.span_id), (obs::current().trace_id(), obs::current().span_id()));
        assert!(call.trace_id.is_some());
    }

    let _kept = Kept::start();
    assert_eq!(listed(4), 5);
    assert_eq!(running("::listed").len(), 0);
    listed_ids();
}

#[test]
fn calls_that_unwind_or_are_cancelled_are_listed_no_more() {
    #[counted(in_flight)]
    fn listed_panic() {
        panic!("on purpose");
    }
    #[counted(in_flight)]
    async fn listed_future() {
        std::future::pending::<()>().await;
    }

    std::panic::catch_unwind(listed_panic).unwrap_err();
    assert_eq!(running("listed_panic").len(), 0);
    {
        let mut future = Box::pin(listed_future());
        let poll = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert_eq!(poll, Poll::Pending);
        assert_eq!(running("listed_future").len(), 1, "between two polls it runs");
        // Dropped on another thread than the one it began on.
        std::thread::spawn(move || drop(future)).join().unwrap();
    }
    assert_eq!(running("listed_future").len(), 0);
    assert!(pin!(listed_future()).poll(&mut Context::from_waker(Waker::noop())).is_pending());
    assert_eq!(running("listed_future").len(), 0);
}

#[test]
fn with_live_spans_every_traced_call_is_listed_and_no_gauge_appears() {
    #[traced]
    fn listed_span() -> usize {
        running("listed_span").len()
    }

    let kept = Kept::with(obs::builder().live_spans(true));
    assert_eq!(listed_span(), 1);
    assert_eq!(obs::snapshot().callsite("listed_span").unwrap().in_flight(), None);
    drop(kept);
    let _kept = Kept::start();
    assert_eq!(listed_span(), 0);
}

#[test]
fn a_span_that_a_dropped_future_held_is_listed_no_more() {
    #[traced]
    async fn holds() {
        let _span = obs::span!("listed_held");
        std::future::pending::<()>().await;
    }

    let _kept = Kept::with(obs::builder().live_spans(true).profile(ProfileMode::Trace));
    let mut future = Box::pin(holds());
    assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    assert_eq!(running("listed_held").len(), 1);
    drop(future);
    assert_eq!(running("listed_held").len(), 0);
    obs::profile(ProfileMode::Off);
}

#[test]
fn the_longest_running_comes_first_and_past_the_bound_calls_are_counted() {
    #[counted(in_flight)]
    async fn listed_many() {
        std::future::pending::<()>().await;
    }

    std::thread::spawn(|| {
        let before = obs::snapshot().health().in_flight_full;
        let mut futures: Vec<_> = (0..1030).map(|_| Box::pin(listed_many())).collect();
        for future in &mut futures {
            assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
        let calls = running("listed_many");
        assert_eq!(calls.len(), 1024);
        assert!(calls.is_sorted_by(|one, next| one.elapsed >= next.elapsed));
        assert_eq!(obs::snapshot().health().in_flight_full - before, 6);
        assert_eq!(obs::snapshot().callsite("listed_many").unwrap().in_flight(), Some(1030));
    })
    .join()
    .unwrap();
    assert_eq!(running("listed_many").len(), 0);
}
