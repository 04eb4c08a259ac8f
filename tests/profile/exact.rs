//! Exact numbers, on a clock moved by hand.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use obs::{Flame, ManualClock, ProfileMode, Report, counted, profiled, traced};

use crate::support::{edges, function, pending_once, profile, profile_some, turn, wait};

/// Calls that were kept, their time in milliseconds, and their own.
fn kept(report: &Report, name: &str) -> (u64, u128, u128) {
    let kept = function(report, name).kept.unwrap_or_default();
    (kept.calls, kept.time.as_millis(), kept.self_time.as_millis())
}

/// The folded stacks below a function, without its module.
fn folded(report: &Report, flame: Flame, test: &str) -> Vec<String> {
    let module = format!("profile::exact::{test}::");
    let folded = report.folded(flame);
    folded.lines().filter(|line| line.starts_with(&module)).map(|line| line.replace(&module, "")).collect()
}

#[test]
fn time_is_told_apart_by_whose_it_is_and_who_called() {
    #[profiled]
    fn order(clock: &ManualClock) {
        wait(clock, 1);
        (0..3).for_each(|_| price(clock));
        store(clock);
        wait(clock, 2);
    }

    // Neither of these is timed by its attribute.
    #[counted]
    fn price(clock: &ManualClock) {
        wait(clock, 10);
    }

    #[traced]
    fn store(clock: &ManualClock) {
        wait(clock, 5);
        price(clock);
        write(clock);
    }

    // One call in a hundred is timed by its attribute.
    #[profiled(sample = 100)]
    fn write(clock: &ManualClock) {
        wait(clock, 7);
    }

    let report = profile(ProfileMode::Trace, |clock| (0..2).for_each(|_| order(clock)));
    let name = |name| format!("time_is_told_apart_by_whose_it_is_and_who_called::{name}");
    assert_eq!(kept(&report, &name("order")), (2, 110, 6));
    assert_eq!(kept(&report, &name("price")), (8, 80, 80));
    assert_eq!(kept(&report, &name("store")), (2, 44, 10));
    assert_eq!(kept(&report, &name("write")), (2, 14, 14));

    let [order, price, store] = ["order", "price", "store"].map(|last| function(&report, &name(last)));
    assert_eq!((order.callers.len(), edges(&order.callees)), (0, vec![("price", 6, 60), ("store", 2, 44)]));
    assert_eq!(edges(&price.callers), [("order", 6, 60), ("store", 2, 20)]);
    assert_eq!(edges(&store.callees), [("price", 2, 20), ("write", 2, 14)]);
    let places: Vec<_> = ["price", "write", "store", "order"]
        .map(|last| report.functions().iter().position(|function| function.name().ends_with(&name(last))))
        .to_vec();
    assert!(places.is_sorted(), "the most time of its own first: {places:?}");
    assert_eq!(
        folded(&report, Flame::Time, "time_is_told_apart_by_whose_it_is_and_who_called"),
        [
            "order 6000000",
            "order;price 60000000",
            "order;store 10000000",
            "order;store;price 20000000",
            "order;store;write 14000000"
        ]
    );
}

#[test]
fn a_function_that_calls_itself_has_its_time_once() {
    #[profiled]
    fn count_down(clock: &ManualClock, n: u64) {
        wait(clock, 1);
        if n > 0 {
            count_down(clock, n - 1);
        }
    }

    let report = profile(ProfileMode::Trace, |clock| count_down(clock, 9));
    let name = "count_down";
    assert_eq!(kept(&report, name), (10, 10, 10));
    assert_eq!(edges(&function(&report, name).callers), [("count_down", 9, 0)]);
    assert_eq!(folded(&report, Flame::Time, "a_function_that_calls_itself_has_its_time_once"), ["count_down 10000000"]);
}

#[test]
fn functions_that_call_each_other_have_their_time_once() {
    #[profiled]
    fn is_even(clock: &ManualClock, n: u64) -> bool {
        wait(clock, 1);
        n == 0 || is_odd(clock, n - 1)
    }

    #[profiled]
    fn is_odd(clock: &ManualClock, n: u64) -> bool {
        wait(clock, 10);
        n > 0 && is_even(clock, n - 1)
    }

    let report = profile(ProfileMode::Trace, |clock| assert!(is_even(clock, 4)));
    assert_eq!(kept(&report, "is_even"), (3, 23, 3));
    assert_eq!(kept(&report, "is_odd"), (2, 22, 20));
    let even = function(&report, "is_even");
    assert_eq!(edges(&even.callees), [("is_odd", 2, 22)]);
    assert_eq!(edges(&even.callers), [("is_odd", 2, 12)]);
}

#[test]
fn a_future_has_the_time_of_its_polls_on_whatever_thread() {
    #[profiled]
    async fn handle(clock: &ManualClock) {
        wait(clock, 1);
        query(clock).await;
        parse(clock);
    }

    #[counted]
    async fn query(clock: &ManualClock) {
        wait(clock, 10);
        pending_once().await;
        wait(clock, 20);
    }

    #[profiled]
    fn parse(clock: &ManualClock) {
        wait(clock, 5);
    }

    let report = profile(ProfileMode::Trace, |clock| {
        let mut future: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(handle(clock));
        let poll = |future: &mut Pin<Box<dyn Future<Output = ()> + Send + '_>>| {
            clock.run(|| future.as_mut().poll(&mut Context::from_waker(Waker::noop())))
        };
        assert_eq!(poll(&mut future), Poll::Pending);
        wait(clock, 1000);
        let ended = thread::scope(|scope| scope.spawn(|| poll(&mut future)).join());
        assert_eq!(ended.expect("no panic"), Poll::Ready(()));
    });
    assert_eq!(kept(&report, "handle"), (1, 36, 1));
    assert_eq!(kept(&report, "query"), (1, 30, 30));
    assert_eq!(kept(&report, "parse"), (1, 5, 5));
    let handle = function(&report, "handle");
    assert_eq!(edges(&handle.callees), [("query", 1, 30), ("parse", 1, 5)]);
    assert_eq!(handle.wall, Duration::from_millis(1036), "what it waited is in its histogram");
    let longest: Vec<_> = report.by_longest_poll().iter().filter_map(|function| function.polls).collect();
    assert!(longest.is_sorted_by(|a, b| a.longest >= b.longest) && longest.iter().any(|polls| polls.count == 2));
}

#[test]
fn a_sample_keeps_trees_whole_and_multiplies_nothing() {
    #[profiled]
    fn root(clock: &ManualClock) {
        wait(clock, 1);
        (0..3).for_each(|_| leaf(clock));
    }

    #[counted]
    fn leaf(clock: &ManualClock) {
        wait(clock, 2);
    }

    let (report, left_out) = profile_some(ProfileMode::Sample(10), |clock| (0..100).for_each(|_| root(clock)));
    assert_eq!(left_out, 90);
    let name = |name| format!("a_sample_keeps_trees_whole_and_multiplies_nothing::{name}");
    assert_eq!(kept(&report, &name("root")), (10, 70, 10));
    assert_eq!(kept(&report, &name("leaf")), (30, 60, 60));
    assert_eq!((function(&report, &name("root")).calls, function(&report, &name("leaf")).calls), (100, 300));
    assert_eq!(edges(&function(&report, &name("leaf")).callers), [("root", 30, 60)]);
    assert_eq!(function(&report, &name("root")).timed_calls, 100, "histograms have all of them");
}

#[test]
fn calls_inside_a_tree_that_is_left_out_begin_none() {
    #[traced]
    async fn left_out(clock: &ManualClock) {
        let _span = obs::span!("left_out_span");
        pending_once().await;
        measured(clock);
    }

    #[profiled(alloc)]
    fn measured(clock: &ManualClock) {
        deepest(clock);
    }

    #[counted]
    fn deepest(clock: &ManualClock) {
        wait(clock, 1);
    }

    let (report, left_out) = profile_some(ProfileMode::Sample(10), |clock| {
        for _ in 0..100 {
            let mut future = pin!(left_out(clock));
            while future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {}
        }
    });
    assert_eq!(left_out, 90);
    for name in ["left_out", "measured", "deepest"] {
        let name = format!("calls_inside_a_tree_that_is_left_out_begin_none::{name}");
        assert_eq!(kept(&report, &name).0, 10, "{name}");
    }
}

#[test]
fn threads_add_up() {
    #[profiled]
    fn outer(clock: &ManualClock) {
        wait(clock, 1);
        (0..10).for_each(|_| inner(clock));
    }

    #[profiled]
    fn inner(clock: &ManualClock) {
        wait(clock, 2);
    }

    let report = profile(ProfileMode::Trace, |_| {
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let clock = ManualClock::new();
                    clock.run(|| (0..50).for_each(|_| outer(&clock)));
                });
            }
        });
    });
    assert_eq!(kept(&report, "threads_add_up::outer"), (400, 8_400, 400));
    assert_eq!(kept(&report, "threads_add_up::inner"), (4_000, 8_000, 8_000));
}

#[test]
fn memory_is_told_apart_by_who_asked_for_it() {
    #[counted]
    fn collect(n: usize) -> Vec<Vec<u8>> {
        let mut all = Vec::with_capacity(n);
        all.extend((0..n).map(|_| block()));
        all
    }

    #[counted]
    fn block() -> Vec<u8> {
        vec![1; 100]
    }

    let report = profile(ProfileMode::Trace, |_| drop(collect(8)));
    let of = |name| function(&report, name).kept.expect("kept");
    let (collect, block) = (of("memory_is_told_apart_by_who_asked_for_it::collect"), of("block"));
    let list = 8 * size_of::<Vec<u8>>() as u64;
    assert_eq!((collect.self_allocs, collect.self_bytes), (1, list));
    assert_eq!((collect.allocs, collect.bytes), (9, list + 800));
    assert_eq!((block.self_allocs, block.self_bytes, block.allocs, block.bytes), (8, 800, 8, 800));
    assert!(report.counts_allocations());
    let test = "memory_is_told_apart_by_who_asked_for_it";
    assert_eq!(folded(&report, Flame::Bytes, test), [format!("collect {list}"), "collect;block 800".to_owned()]);
    assert_eq!(folded(&report, Flame::Allocs, test), ["collect 1", "collect;block 8"]);
    assert!(report.by_allocations().is_sorted_by(|a, b| a.self_bytes() >= b.self_bytes()));
}

#[test]
fn functions_that_were_not_profiled_are_there_with_their_totals() {
    #[profiled]
    fn plain(clock: &ManualClock) {
        wait(clock, 3);
    }

    #[counted]
    fn only_counted() {}

    let report = profile(ProfileMode::Off, |clock| {
        plain(clock);
        only_counted();
    });
    let plain = function(&report, "plain");
    assert!(plain.kept.is_none() && plain.callers.is_empty());
    assert_eq!((plain.self_time(), plain.time()), (None, Some(Duration::from_millis(3))));
    assert_eq!((function(&report, "only_counted").time(), function(&report, "only_counted").calls), (None, 1));
}

#[test]
fn what_runs_when_profiling_is_switched_on_ends_as_it_began() {
    #[profiled]
    fn runs(clock: &ManualClock, inside: impl FnOnce()) {
        wait(clock, 1);
        inside();
    }

    #[profiled]
    fn begins(clock: &ManualClock) {
        wait(clock, 1);
    }

    let report = profile(ProfileMode::Off, |clock| {
        runs(clock, || {
            obs::profile(ProfileMode::Trace);
            begins(clock);
        });
    });
    assert!(function(&report, "runs").kept.is_none());
    assert_eq!(kept(&report, "begins"), (1, 1, 1));
    let report = profile(ProfileMode::Trace, |clock| {
        runs(clock, || {
            obs::profile(ProfileMode::Off);
            begins(clock);
        });
    });
    assert_eq!(kept(&report, "runs"), (1, 2, 2), "what is not profiled is its own");
    assert_eq!(kept(&report, "begins"), (1, 1, 1));
}

#[test]
fn filters_hold_for_profiling_too() {
    #[profiled]
    fn shown(clock: &ManualClock) {
        hidden(clock);
    }

    #[profiled]
    fn hidden(clock: &ManualClock) {
        wait(clock, 4);
        below(clock);
    }

    #[profiled]
    fn below(clock: &ManualClock) {
        wait(clock, 1);
    }

    let report = profile(ProfileMode::Trace, |clock| {
        obs::control("profile::exact::filters_hold_for_profiling_too::hidden = count").expect("a rule");
        shown(clock);
        obs::control("").expect("no rules");
    });
    assert_eq!(kept(&report, "shown"), (1, 5, 4));
    assert!(function(&report, "hidden").kept.is_none());
    assert_eq!(edges(&function(&report, "filters_hold_for_profiling_too::below").callers), [("shown", 1, 1)]);
}

#[test]
fn a_call_that_unwinds_is_counted_like_any_other() {
    #[profiled]
    fn outer(clock: &ManualClock) {
        wait(clock, 1);
        inner(clock);
    }

    #[profiled]
    fn inner(clock: &ManualClock) {
        wait(clock, 2);
        panic!("on purpose");
    }

    #[profiled]
    fn comes_after(clock: &ManualClock) {
        wait(clock, 1);
    }

    let report = profile(ProfileMode::Trace, |clock| {
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| outer(clock))).expect_err("it panics");
        comes_after(clock);
    });

    assert_eq!(kept(&report, "a_call_that_unwinds_is_counted_like_any_other::outer"), (1, 3, 1));
    assert_eq!(kept(&report, "a_call_that_unwinds_is_counted_like_any_other::inner"), (1, 2, 2));
    assert_eq!(function(&report, "comes_after").callers.len(), 0);
}

#[test]
fn the_builder_says_how_it_begins() {
    let _turn = turn();
    let telemetry = obs::builder().profile(ProfileMode::Sample(3)).start().expect("nothing else runs");
    assert_eq!(obs::report().mode(), ProfileMode::Sample(3));
    telemetry.shutdown(Duration::from_secs(5));
    obs::profile(ProfileMode::Sample(0));
    assert_eq!(obs::report().mode(), ProfileMode::Off);
}
