//! Limits of every kind, on functions, methods, futures and blocks; callees by every sort of path.
#![deny(warnings)]
#![forbid(unsafe_code)]

use std::pin::Pin;

use obs::{budget, profiled};

mod db {
    #[obs::counted]
    pub fn query(id: u32) -> u32 {
        id + 1
    }

    pub async fn later(id: u32) -> u32 {
        id + 1
    }

    pub fn generic<T: Default>() -> T {
        T::default()
    }
}

#[budget(ms = 10, cpu_ms = 2.5, allocs = 0, bytes = 0, instructions = 1_000_000, on_exceed = count)]
fn whole(n: u32) -> u32 {
    n + 1
}

#[budget(s = 1, objective = 99.95, p50 = "1us", p75 = "1.5 us", p90 = "2µs", p95 = "3μs", p99 = "4ms", p999 = "10 ms")]
fn shares(n: u32) -> Result<u32, String> {
    n.checked_add(1).ok_or_else(String::new)
}

#[budget(s = 1, busy_ms = 20, poll_us = 500, cpu_ms = 10, polls = 40, allocs = 100, bytes = 4096, calls(db::later = 1))]
async fn future(n: u32) -> u32 {
    db::later(n).await
}

/// The limit on busy time is for the few calls that may take longer.
#[budget(ms = 10, objective = 99.9, busy_ms = 50)]
async fn few_are_longer() {}

/// What is as strict as another says which it was.
#[budget(ms = 6, busy_ms = 6, cpu_ms = 6, poll_ms = 2, polls = 3, allocs = 6, bytes = 6)]
async fn level() {}

#[budget(poll_ms = 1, polls = 3)]
fn returned(n: u32) -> impl Future<Output = u32> + Send {
    async move { n }
}

#[budget(busy_ms = 1, calls(boxed = 0))]
fn boxed(n: u32) -> Pin<Box<dyn Future<Output = u32> + Send>> {
    Box::pin(async move { n })
}

/// Names itself, what is hidden behind `impl Trait`, and what is called by nobody.
#[budget(calls(opaque = 1, self::db::query = 1, crate::db::generic::<u8> = 2, ::std::process::id = 1, "db::other" = 0))]
fn opaque(n: u32) -> impl Iterator<Item = u32> {
    (0..n).map(db::query)
}

#[budget(calls(recursive = 3))]
async fn recursive(n: u32) -> Option<u32> {
    if n == 0 {
        return None;
    }
    Box::pin(recursive(n - 1)).await
}

#[budget(calls(never = 1))]
fn never() -> ! {
    std::process::exit(0)
}

mod old {
    #[deprecated]
    pub fn way() {}

    #[budget(calls(way = 1))]
    #[allow(deprecated)]
    pub fn around() {
        way();
    }

    #[obs::budget(calls(itself = 1))]
    #[deprecated]
    pub fn itself() {}

    use obs::budget;
}

struct Cart(Vec<u32>);

trait Priced {
    fn price(&self) -> u32;

    #[budget(calls(Self::price = 2, <Self as Priced>::price = 2))]
    fn total(&self) -> u32 {
        self.price() * 2
    }

    async fn fetch(&self) -> u32 {
        self.price()
    }
}

#[budget(ms = 100, calls(Self::len = 2))]
impl Cart {
    fn len(&self) -> usize {
        self.0.len()
    }

    #[budget(calls(Self::len = 0))]
    fn first<'a>(&'a mut self, _other: &str) -> Option<&'a mut u32> {
        self.0.first_mut()
    }

    async fn sum(&self) -> u32 {
        self.0.iter().sum()
    }
}

/// What only futures have is dropped for the others.
#[budget(polls = 3, busy_ms = 3)]
impl Priced for Cart {
    fn price(&self) -> u32 {
        3
    }

    async fn fetch(&self) -> u32 {
        4
    }
}

#[budget(poll_ms = 1, allocs = 3)]
mod inside {
    pub fn sync() {}

    pub async fn later() {}
}

#[budget(calls(P::price = 1, <P as Priced>::total = 1, Vec::<P>::len = 2, take::<P, N> = 1, <[P]>::len = 1))]
fn generic<'p, P: Priced, const N: usize>(items: &'p [P], _names: [&'p str; N]) -> Option<&'p P> {
    items.first()
}

fn take<P, const N: usize>(_items: [P; N]) {}

struct Wrapper<T>(T);

impl<T: Priced> Wrapper<T> {
    #[budget(calls(T::price = 1, Self::inner = 1, Wrapper::<T>::inner = 2))]
    async fn outer(&self) -> u32 {
        self.inner()
    }

    fn inner(&self) -> u32 {
        self.0.price()
    }
}

macro_rules! bounded {
    ($name:ident, $unit:ident = $most:literal, $($callee:path = $count:expr),*) => {
        #[budget($unit = $most, calls($($callee = $count),*))]
        fn $name() {}
    };
}

bounded!(made, ms = 3, db::query = 1, db::generic::<u8> = 2);

#[budget(calls(track = 1))]
#[track_caller]
fn track(n: u32) -> Option<u32> {
    n.checked_add(1)
}

#[profiled(cpu, alloc, sample = 16)]
fn measured() -> Vec<u8> {
    vec![1]
}

#[profiled(cpu)]
#[obs::traced]
async fn measured_later() {}

fn kinds(of: &str) -> Vec<(obs::LimitKind, u64, f64)> {
    let callsite = obs::callsites().find(|callsite| callsite.name().ends_with(of)).expect("it is annotated");
    let limits = callsite.meta().budget.map_or(&[][..], |budget| budget.limits);
    limits.iter().map(|limit| (limit.kind, limit.at_most, limit.share)).collect()
}

fn main() {
    assert_eq!(whole(1), 2);
    assert_eq!(shares(1), Ok(2));
    drop((future(1), returned(1), boxed(1), recursive(1), few_are_longer(), level()));
    assert_eq!(opaque(2).count(), 2);
    old::around();
    #[expect(deprecated)]
    old::itself();
    let mut cart = Cart(vec![1]);
    assert_eq!((cart.len(), cart.total()), (1, 6));
    assert_eq!(cart.first(""), Some(&mut 1));
    drop((cart.sum(), cart.fetch()));
    inside::sync();
    drop(inside::later());
    assert!(generic(&[Cart(Vec::new())], [""]).is_some());
    take([1]);
    drop(Wrapper(Cart(Vec::new())).outer());
    made();
    assert_eq!((track(1), measured()), (Some(2), vec![1]));
    drop(measured_later());

    use obs::LimitKind::*;
    assert_eq!(
        kinds("::whole"),
        [(Wall, 10_000_000, 1.0), (Cpu, 2_500_000, 1.0), (Allocs, 0, 1.0), (Bytes, 0, 1.0), (Instructions, 1_000_000, 1.0)]
    );
    assert_eq!(kinds("::shares")[0], (Wall, 1_000_000_000, 0.9995));
    assert_eq!(kinds("::shares")[6], (Quantile("p999"), 10_000_000, 0.999));
    assert_eq!(kinds("::sync"), [(Allocs, 3, 1.0)]);
    assert_eq!(kinds("inside::later"), [(Poll, 1_000_000, 1.0), (Allocs, 3, 1.0)]);
    assert_eq!(kinds("::made"), [(Wall, 3_000_000, 1.0), (Calls("db::query"), 1, 1.0), (Calls("db::generic::<u8>"), 2, 1.0)]);
    if cart.len() == 9 {
        never();
    }
}
