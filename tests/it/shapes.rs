//! A function is what it was: drop order, caller's location, size, `Send`, borrows, and what it returns.
#![expect(
    clippy::needless_pass_by_value,
    clippy::trivially_copy_pass_by_ref,
    clippy::unnecessary_wraps,
    reason = "the shapes are the point"
)]

use std::cell::RefCell;
use std::fmt::Debug;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;

use crate::outcomes::{block_on, of, outcomes, pause};

thread_local! {
    static DROPPED: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

/// Notes its drop.
struct Noted(&'static str);

impl Drop for Noted {
    fn drop(&mut self) {
        DROPPED.with_borrow_mut(|dropped| dropped.push(self.0));
    }
}

impl Noted {
    fn value(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

fn dropped() -> Vec<&'static str> {
    DROPPED.with_borrow_mut(std::mem::take)
}

/// The same functions twice, the second time instrumented.
macro_rules! twice {
    ($($item:item)*) => {
        #[allow(dead_code, reason = "some need no comparison")]
        mod plain {
            use super::*;
            $($item)*
        }

        #[obs::traced]
        #[obs::counted]
        mod instrumented {
            use super::*;
            $($item)*
        }
    };
}

twice! {
    pub(super) fn in_place(_first: Noted, _second: Noted) -> usize {
        let _local = Noted("local");
        Noted("temporary").value().map_or(0, |n| n)
    }

    pub(super) fn seen(first: Noted, mut second: Noted, _third: Noted) -> Option<usize> {
        let _local = Noted("local");
        second.0 = "changed";
        drop(Noted(second.0));
        first.value().and(Noted("temporary").value())
    }

    pub(super) fn patterns((a, b): (Noted, Noted), [c, ..]: [Noted; 2], d: Noted) -> Option<usize> {
        drop(c);
        a.value().and(b.value()).and(d.value())
    }

    pub(super) fn early(first: Noted, second: Noted, stop: bool) -> Result<usize, ()> {
        let _local = Noted("local");
        if stop {
            return Err(());
        }
        drop(first);
        second.value().ok_or(())
    }

    pub(super) fn unwound(first: Noted, _second: Noted) -> Option<usize> {
        let _local = Noted("local");
        assert!(first.0.is_empty(), "as asked");
        None
    }

    pub(super) fn given_back<'a>(values: &'a mut Vec<u8>, key: &u8) -> Option<&'a mut u8> {
        if !values.contains(key) {
            values.push(*key);
        }
        values.iter_mut().find(|value| *value == key)
    }

    pub(super) async fn later(first: Noted, mut second: Noted, third: Noted, _fourth: Noted) -> Option<usize> {
        let _local = Noted("local");
        pause().await;
        second.0 = "second";
        first.value().and(third.value()).and(second.value())
    }

    pub(super) async fn wide(bytes: [u8; 256], text: String) -> Result<usize, ()> {
        pause().await;
        let kept = bytes.len() + text.len();
        pause().await;
        Ok(kept + bytes.len())
    }

    pub(super) async fn narrow() {
        pause().await;
    }

    pub(super) fn returned(bytes: [u8; 256]) -> impl Future<Output = Option<usize>> {
        let first = bytes.first().copied();
        async move {
            pause().await;
            first.map(|first| usize::from(first) + bytes.len())
        }
    }

    pub(super) fn unpin(n: u8) -> impl Future<Output = u8> + Unpin {
        std::future::ready(n)
    }

    pub(super) fn deep(n: u32, last: &dyn Fn() -> usize) -> usize {
        if n == 0 { last() } else { deep(n - 1, last) + std::hint::black_box(0) }
    }

    pub(super) fn deep_result(n: u32, last: &dyn Fn() -> usize) -> Result<usize, String> {
        if n == 0 { Ok(last()) } else { Ok(deep_result(n - 1, last)? + std::hint::black_box(0)) }
    }

    pub(super) fn boxed(text: String) -> Pin<Box<dyn Future<Output = usize> + Send>> {
        let length = text.len();
        Box::pin(async move {
            pause().await;
            length + text.len()
        })
    }
}

/// Runs both and compares what was dropped in which order.
macro_rules! same_drops {
    ($call:ident) => {{
        let $call = (plain::$call, instrumented::$call);
        $call
    }};
}

fn noted() -> (Noted, Noted) {
    (Noted("first"), Noted("second"))
}

#[test]
fn arguments_and_temporaries_are_dropped_in_the_same_order() {
    let (plain, ours) = same_drops!(in_place);
    let run = |f: fn(Noted, Noted) -> usize| {
        let (first, second) = noted();
        let value = f(first, second);
        (value, dropped())
    };
    assert_eq!(run(plain), run(ours));

    let (plain, ours) = same_drops!(seen);
    let run = |f: fn(Noted, Noted, Noted) -> Option<usize>| {
        let (first, second) = noted();
        let value = f(first, second, Noted("third"));
        (value, dropped())
    };
    assert_eq!(run(plain), run(ours));
}

#[test]
fn parts_of_arguments_are_dropped_in_the_same_order() {
    // `_` and `..` bind nothing: what they leave behind is dropped last, see `expand/arguments.rs`.
    let run = |f: fn((Noted, Noted), [Noted; 2], Noted) -> Option<usize>| {
        f(noted(), [Noted("c"), Noted("rest")], Noted("d"));
        dropped().into_iter().filter(|name| *name != "rest").collect::<Vec<_>>()
    };
    assert_eq!(run(plain::patterns), run(instrumented::patterns));
}

#[test]
fn early_returns_drop_in_the_same_order() {
    for stop in [true, false] {
        let run = |f: fn(Noted, Noted, bool) -> Result<usize, ()>| {
            let (first, second) = noted();
            (f(first, second, stop), dropped())
        };
        assert_eq!(run(plain::early), run(instrumented::early));
    }
    assert_eq!(of("instrumented::early"), outcomes(1, 1, 0, 0));
}

#[test]
fn unwinding_drops_in_the_same_order() {
    let run = |f: fn(Noted, Noted) -> Option<usize>| {
        let (first, second) = noted();
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| f(first, second))).expect_err("it unwinds");
        dropped()
    };
    assert_eq!(run(plain::unwound), run(instrumented::unwound));
}

#[test]
fn borrows_of_arguments_are_given_back() {
    let mut values = vec![1];
    *instrumented::given_back(&mut values, &1).expect("it is there") += 1;
    *instrumented::given_back(&mut values, &7).expect("it is put there") += 1;
    assert_eq!(values, [2, 8]);
}

#[test]
fn async_functions_drop_their_arguments_in_the_same_order() {
    fn run<F: Future<Output = Option<usize>>>(f: fn(Noted, Noted, Noted, Noted) -> F) -> Vec<&'static str> {
        let (first, second) = noted();
        block_on(f(first, second, Noted("third"), Noted("fourth")));
        dropped()
    }
    assert_eq!(run(plain::later), ["local", "fourth", "third", "second", "first"]);
    assert_eq!(run(instrumented::later), run(plain::later));
}

#[test]
fn a_future_grows_by_a_bounded_amount() {
    // What a call needs between polls, its numbers and its span; never the arguments once more.
    const MOST: usize = 160;
    let grown = |plain: usize, ours: usize| ours.checked_sub(plain).expect("it grows");
    let wide = grown(
        size_of_val(&plain::wide([0; 256], String::new())),
        size_of_val(&instrumented::wide([0; 256], String::new())),
    );
    let narrow = grown(size_of_val(&plain::narrow()), size_of_val(&instrumented::narrow()));
    let returned = grown(size_of_val(&plain::returned([0; 256])), size_of_val(&instrumented::returned([0; 256])));
    assert!(wide <= MOST && narrow <= MOST && returned <= MOST, "{wide}, {narrow} and {returned} bytes more");
}

#[test]
fn a_future_that_need_not_be_pinned_is_measured_as_one() {
    fn is_unpin<T: Unpin>(value: T) -> T {
        value
    }
    let dropped = instrumented::unpin(1);
    drop(is_unpin(dropped));
    assert_eq!(block_on(is_unpin(instrumented::unpin(1))), 1);
    assert_eq!(of("instrumented::unpin"), outcomes(1, 0, 0, 0));
}

#[test]
fn a_stack_frame_grows_by_a_bounded_amount() {
    // Without optimisation too: programs under test recurse as deep as others.
    const MOST: usize = 1024;
    fn here() -> usize {
        let local = 0_u8;
        std::hint::black_box(&raw const local).addr()
    }
    let frame = |deep: &dyn Fn(u32) -> usize| (deep(10) - deep(110)) / 100;
    let plain = frame(&|n| plain::deep(n, &here));
    let ours = frame(&|n| instrumented::deep(n, &here));
    assert!(ours <= plain + MOST, "{plain} and {ours} bytes");
    let plain = frame(&|n| plain::deep_result(n, &here).expect("it is ok"));
    let ours = frame(&|n| instrumented::deep_result(n, &here).expect("it is ok"));
    assert!(ours <= plain + MOST, "{plain} and {ours} bytes");
}

#[test]
fn futures_stay_send() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    block_on(is_send(instrumented::wide([0; 256], String::new()))).expect("it is ok");
    block_on(is_send(instrumented::narrow()));
    assert_eq!(block_on(is_send(instrumented::boxed("abc".to_owned()))), 6);
    assert_eq!(of("instrumented::boxed"), outcomes(1, 0, 0, 0));
}

mod located {
    use super::Location;

    #[obs::traced]
    #[track_caller]
    pub(super) fn seen() -> Option<u32> {
        Some(Location::caller().line())
    }

    #[obs::counted]
    #[track_caller]
    pub(super) fn in_place() -> u32 {
        Location::caller().line()
    }
}

#[test]
fn the_callers_location_is_the_callers() {
    assert_eq!(located::seen(), Some(line!()));
    assert_eq!(located::in_place(), line!());
    assert_eq!(of("located::seen"), outcomes(1, 0, 0, 0));
}

mod forms {
    use super::{Debug, Future, Pin, pause};

    pub(super) trait Store {
        fn get(&self, key: &str) -> Result<u32, std::num::ParseIntError>;

        #[obs::counted]
        fn twice(&self, key: &str) -> Result<u32, std::num::ParseIntError> {
            Ok(self.get(key)? * 2)
        }

        async fn native(&self) -> Option<u32>;
    }

    pub(super) struct Memory;

    #[obs::counted]
    impl Store for Memory {
        fn get(&self, key: &str) -> Result<u32, std::num::ParseIntError> {
            key.parse()
        }

        async fn native(&self) -> Option<u32> {
            pause().await;
            None
        }
    }

    #[async_trait::async_trait]
    pub(super) trait Dynamic {
        async fn below(&self, fail: bool) -> Result<u32, String>;
        async fn above(&self, fail: bool) -> Result<u32, String>;
    }

    #[async_trait::async_trait]
    impl Dynamic for Memory {
        #[obs::traced]
        #[obs::counted]
        async fn below(&self, fail: bool) -> Result<u32, String> {
            pause().await;
            if fail {
                return Err("as asked".into());
            }
            Ok(1)
        }

        #[obs::skip]
        async fn above(&self, _: bool) -> Result<u32, String> {
            Ok(1)
        }
    }

    pub(super) struct Above;

    #[obs::traced]
    #[async_trait::async_trait]
    impl Dynamic for Above {
        #[obs::skip]
        async fn below(&self, _: bool) -> Result<u32, String> {
            Ok(1)
        }

        async fn above(&self, fail: bool) -> Result<u32, String> {
            pause().await;
            if fail { Err("as asked".into()) } else { Ok(1) }
        }
    }

    #[obs::counted]
    pub(super) fn made_in_two_places(n: u32) -> Pin<Box<dyn Future<Output = u32>>> {
        if n == 0 {
            return Box::pin(async { 0 });
        }
        Box::pin(async move { n })
    }

    #[obs::counted]
    pub(super) fn hidden(n: u32) -> Result<impl Iterator<Item = u32> + Debug, ()> {
        if n == 0 { Err(()) } else { Ok(0..n) }
    }

    #[obs::counted]
    pub(super) fn generic<T: Debug, const N: usize>(values: [T; N]) -> Option<T> {
        values.into_iter().next()
    }

    #[obs::counted]
    pub(super) fn fibonacci(n: u32) -> Result<u32, ()> {
        if n < 2 { Ok(n) } else { Ok(fibonacci(n - 1)? + fibonacci(n - 2)?) }
    }
}

#[test]
fn trait_methods_are_counted() {
    use forms::Store;
    assert!(forms::Memory.get("x").is_err());
    assert_eq!(forms::Memory.twice("4"), Ok(8));
    assert!(forms::Memory.twice("x").is_err());
    assert_eq!(block_on(forms::Memory.native()), None);
    assert_eq!(of("Memory::get"), outcomes(1, 2, 0, 0));
    assert_eq!(of("Store::twice"), outcomes(1, 1, 0, 0));
    assert_eq!(of("Memory::native"), outcomes(1, 0, 0, 0));
}

#[test]
fn async_trait_works_above_and_below() {
    use forms::Dynamic;
    for fail in [true, false] {
        assert_eq!(block_on(forms::Memory.below(fail)).is_err(), fail);
        assert_eq!(block_on(forms::Above.above(fail)).is_err(), fail);
    }
    assert_eq!(of("Memory::below"), outcomes(1, 1, 0, 0));
    assert_eq!(of("Above::above"), outcomes(1, 1, 0, 0));
}

#[test]
fn other_forms_are_counted_once_for_each_call() {
    assert_eq!((block_on(forms::made_in_two_places(0)), block_on(forms::made_in_two_places(2))), (0, 2));
    assert_eq!(of("made_in_two_places"), outcomes(2, 0, 0, 0));
    assert!(forms::hidden(0).is_err());
    assert_eq!(forms::hidden(3).map(Iterator::count), Ok(3));
    assert_eq!(of("forms::hidden"), outcomes(1, 1, 0, 0));
    assert_eq!((forms::generic([1]), forms::generic::<u8, 0>([])), (Some(1), None));
    assert_eq!(of("forms::generic"), outcomes(2, 0, 0, 0));
    assert_eq!(forms::fibonacci(5), Ok(5));
    assert_eq!(of("forms::fibonacci"), outcomes(15, 0, 0, 0));
}

#[test]
#[obs::counted(name = "shapes.test_first")]
fn a_test_may_be_annotated_below_its_attribute() {
    assert_eq!(obs::snapshot().callsite("shapes.test_first").expect("listed").calls(), 0, "it still runs");
}

#[obs::traced(name = "shapes.test_last")]
#[obs::counted]
#[test]
fn a_test_may_be_annotated_above_its_attribute() {
    assert_eq!(obs::snapshot().callsite("shapes.test_last").expect("listed").calls(), 0, "it still runs");
}

#[tokio::test]
#[obs::profiled(name = "shapes.tokio_first")]
async fn an_async_test_may_be_annotated_below_its_attribute() {
    tokio::task::yield_now().await;
    assert_eq!(obs::snapshot().callsite("shapes.tokio_first").expect("listed").calls(), 0, "it still runs");
}

#[obs::traced(name = "shapes.tokio_last")]
#[tokio::test]
async fn an_async_test_may_be_annotated_above_its_attribute() {
    tokio::task::yield_now().await;
    assert_eq!(obs::snapshot().callsite("shapes.tokio_last").expect("listed").calls(), 0, "it still runs");
}
