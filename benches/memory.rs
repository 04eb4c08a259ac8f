//! What it takes in memory, and how long it takes to start.
//!
//! `cargo bench --bench memory`. Sizes are the compiler's; memory in use is the resident memory of the process,
//! of threads that call a function each against threads that call a plain one. Linux.

#[path = "common/mod.rs"]
mod common;
#[path = "common/thousand.rs"]
mod thousand;

use std::hint::black_box;
use std::mem::{size_of, size_of_val};
use std::sync::Barrier;
use std::time::{Duration, Instant};

use obs::__private::{Count, Fields, Guard, Time, Trace};

const THREADS: usize = 16;

/// What each of the thousand functions does: calls of four lengths, so that a histogram has some buckets.
fn take(i: u64) {
    (0..(i % 4) * 40).for_each(|n| {
        black_box(n);
    });
}

fn main() {
    println!("| what | is |\n|---|--:|");
    start_up();
    sizes();
    in_use();
    let snapshot = obs::snapshot();
    assert_eq!(snapshot.health().series_full, 0);
}

fn start_up() {
    // The first time, in a process that has used nothing of it yet.
    let start = Instant::now();
    let telemetry = obs::builder().exporter(obs::exporters::Null::new()).start().expect("nothing runs yet");
    let first = start.elapsed();
    assert!(telemetry.shutdown(Duration::from_secs(5)).is_complete());
    let again = (0..20).map(|_| {
        let start = Instant::now();
        let telemetry = obs::builder().exporter(obs::exporters::Null::new()).start().expect("it was shut down");
        let took = start.elapsed();
        telemetry.shutdown(Duration::from_secs(5));
        took
    });
    println!("| start, first, of {} functions | {first:?} |", obs::callsites().count());
    println!("| start, best of 20 | {:?} |", again.min().unwrap_or_default());
}

fn sizes() {
    let bytes = |what: &str, size: usize| println!("| {what} | {size} B |");
    bytes("guard, counted", size_of::<Guard<Count>>());
    bytes("guard, profiled", size_of::<Guard<Time>>());
    bytes("guard, traced", size_of::<Guard<Trace>>());
    bytes("guard, traced with fields", size_of::<Guard<Trace, Fields>>());
    bytes("callsite", size_of::<obs::Callsite>());
    let bare = size_of_val(&future_bare(1));
    bytes("future, bare", bare);
    bytes("future, counted: more", size_of_val(&future_counted(1)) - bare);
    bytes("future, profiled: more", size_of_val(&future_profiled(1)) - bare);
    bytes("future, all four: more", size_of_val(&future_all(1)) - bare);
    bytes("future, traced with fields: more", size_of_val(&future_fields(1)) - bare);
}

async fn future_bare(x: u64) -> u64 {
    let big = [x; 32];
    std::future::ready(()).await;
    big.iter().sum()
}

#[obs::counted]
async fn future_counted(x: u64) -> u64 {
    let big = [x; 32];
    std::future::ready(()).await;
    big.iter().sum()
}

#[obs::profiled]
async fn future_profiled(x: u64) -> u64 {
    let big = [x; 32];
    std::future::ready(()).await;
    big.iter().sum()
}

#[obs::traced]
#[obs::profiled]
#[obs::counted]
#[obs::budget(ms = 10)]
async fn future_all(x: u64) -> u64 {
    let big = [x; 32];
    std::future::ready(()).await;
    big.iter().sum()
}

#[obs::traced(fields(a = 1_u64, b = "a text"))]
async fn future_fields(x: u64) -> u64 {
    let big = [x; 32];
    std::future::ready(()).await;
    big.iter().sum()
}

fn in_use() {
    // The callsites get their series and their names here, not in a thread.
    thousand::call(0);
    assert_eq!(obs::snapshot().callsites().filter(|callsite| callsite.calls() > 0).count(), 1_000);
    let calls = |call: fn(u64) -> u64| {
        per_thread(|| {
            (0..100).for_each(|i| {
                black_box(call(i));
            });
        })
    };
    // The first threads of a process cost more than those that come after them.
    calls(common::bare);
    let plain = calls(common::bare);
    // The shards stay, for the next threads: what comes later is counted on top.
    let counted = calls(common::counted) - plain;
    let profiled = calls(common::profiled) - plain;
    let thousand = per_thread(|| (0..100).for_each(thousand::call)) - plain;
    println!("| a thread, with its first counted function | {counted:.0} B |");
    println!("| its first profiled function, more | {profiled:.0} B |");
    println!("| each of 1,000 profiled functions, more | {:.0} B |", thousand / 1_000.0);
}

/// Resident bytes that each of the threads needs, while all are there.
fn per_thread(run: impl Fn() + Sync) -> f64 {
    let (ready, done) = (Barrier::new(THREADS + 1), Barrier::new(THREADS + 1));
    std::thread::scope(|scope| {
        let before = resident();
        for _ in 0..THREADS {
            scope.spawn(|| {
                run();
                ready.wait();
                done.wait();
            });
        }
        ready.wait();
        let after = resident();
        done.wait();
        (after - before) / THREADS as f64
    })
}

/// The resident memory of this process.
fn resident() -> f64 {
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    let pages = pages.and_then(|text| text.split(' ').nth(1)?.parse().ok());
    4096.0 * pages.unwrap_or(f64::NAN)
}
