//! `calls(..)`: how often a function calls another one.

use obs::testing::record;
use obs::{budget, counted};

use crate::support::message;

struct Carts(Vec<u32>);

#[counted]
impl Carts {
    fn all(&self) -> Vec<u32> {
        self.0.clone()
    }

    fn items(&self, cart: u32) -> u32 {
        cart * 2 + u32::from(self.0.is_empty())
    }

    #[budget(calls(Self::all = 1, Carts::items = 1))]
    fn listed(&self) -> u32 {
        self.all().into_iter().map(|cart| self.items(cart)).sum()
    }

    #[budget(calls(Self::items = 1, "Carts::all" = 0))]
    fn one(&self) -> u32 {
        self.items(1)
    }
}

fn carts() -> Carts {
    Carts(vec![1, 2, 3])
}

#[test]
fn one_query_for_each_row_is_one_too_many() {
    record(|| carts().one()).assert_budgets();
    let recording = record(|| carts().listed());
    let text = message(|| recording.assert_budgets());
    assert_eq!(
        text.lines().collect::<Vec<_>>(),
        [
            "a budget was broken",
            "",
            "kit::calls::Carts::listed (tests/kit/calls.rs:21)",
            "  made 3 calls of Carts::items, 200 % over its budget of 1 call of Carts::items, in 1 of 1 calls",
            "  most of it: kit::calls::Carts::items (tests/kit/calls.rs:16), 3 calls",
            "",
            "  kit::calls::Carts::listed       <- over budget",
            "  ├─ kit::calls::Carts::all",
            "  └─ kit::calls::Carts::items ×3",
        ]
    );
    let listed = obs::snapshot().callsite("Carts::listed").expect("called").clone();
    assert_eq!(listed.over_budget(), 1);
    let over: Vec<_> = listed.limits().iter().map(|limit| (limit.over, limit.max_overage)).collect();
    assert_eq!(over, [(0, 0), (1, 2)]);
}

#[counted]
async fn fetch(_: u32) {
    tokio::task::yield_now().await;
}

#[budget(calls(fetch = 2))]
async fn gathered(n: u32) {
    for i in 0..n {
        fetch(i).await;
    }
}

#[tokio::test]
async fn calls_of_futures_count_once_however_often_they_are_polled() {
    obs::testing::record_async(gathered(2)).await.assert_budgets();
    let recording = obs::testing::record_async(gathered(3)).await;
    assert_eq!(recording.broken_budgets().iter().map(|broken| broken.actual).collect::<Vec<_>>(), [3]);
}

#[budget(calls(generic::<u8> = 0))]
fn recursive(n: u32) -> u32 {
    if n == 0 { generic::<u16>().into() } else { recursive(n - 1) }
}

#[counted]
fn generic<T: Default>() -> T {
    T::default()
}

#[test]
fn every_call_around_has_it_and_generic_instances_are_one_function() {
    let recording = record(|| recursive(2));
    let broken = recording.broken_budgets();
    assert_eq!(broken.iter().map(|broken| (broken.calls, broken.over, broken.actual)).collect::<Vec<_>>(), [(3, 3, 1)]);
}
