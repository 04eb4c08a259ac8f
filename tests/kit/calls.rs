//! `calls(..)`: how often a function calls another one.

use obs::testing::record;
use obs::{FutureExt as _, budget, counted};

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

trait Store {
    fn get(&self) -> u32;

    #[budget(calls(Self::get = 1))]
    fn twice(&self) -> u32 {
        self.get() + self.get()
    }
}

struct Near;
struct Far;

impl Store for Near {
    #[counted]
    fn get(&self) -> u32 {
        1
    }
}

impl Store for Far {
    #[counted]
    fn get(&self) -> u32 {
        2
    }
}

#[test]
fn each_type_has_its_own_callees() {
    for _ in 0..2 {
        let recording = record(|| Near.twice() + Far.twice());
        let broken = recording.broken_budgets();
        assert_eq!(
            broken.iter().map(|broken| (broken.over, broken.actual)).collect::<Vec<_>>(),
            [(2, 2)],
            "{recording}"
        );
    }
}

struct Rows<T>(T);

impl Rows<u8> {
    #[counted]
    fn read(&self) -> u8 {
        self.0
    }
}

impl Rows<u16> {
    #[counted]
    fn read(&self) -> u16 {
        self.0
    }
}

#[budget(calls(Rows::<u16>::read = 0))]
fn reads() -> u16 {
    Rows(7_u16).read()
}

#[test]
fn of_callees_of_one_name_all_are_meant() {
    assert_eq!(Rows(1_u8).read(), 1);
    assert_eq!(record(reads).broken_budgets().len(), 1);
}

#[budget(calls(fetch = 2))]
async fn spawned(n: u32) {
    for i in 0..n {
        tokio::spawn(fetch(i).in_context(obs::Context::current())).await.expect("it does not panic");
    }
}

#[budget(calls(step = 2))]
fn on_threads() {
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(obs::Context::current().bind(step));
        }
    });
}

#[counted]
fn step() {}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_counts_what_other_threads_do_in_the_context_of_the_call() {
    obs::testing::record_async(spawned(2)).await.assert_budgets();
    let recording = obs::testing::record_async(spawned(3)).await;
    assert_eq!(recording.broken_budgets().iter().map(|broken| broken.actual).collect::<Vec<_>>(), [3], "{recording}");
    let recording = record(on_threads);
    assert_eq!(recording.broken_budgets().iter().map(|broken| broken.actual).collect::<Vec<_>>(), [3], "{recording}");
    assert_eq!(recording.roots().len(), 1, "{recording}");
}
