//! What counting adds to a block of memory: the system's allocator alone, and with [`obs::Alloc`] in front.
//!
//! `cargo bench --bench allocations`. Neither is the allocator of this process, so that both are timed in one; subtract
//! the rows of `system`.

#![expect(unsafe_code, reason = "allocators are called by hand")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};

static SYSTEM: System = System;
static COUNTED: obs::Alloc<System> = obs::Alloc::new(System);

const SMALL: Layout = Layout::new::<[u64; 8]>();
/// To what a block of [`SMALL`] grows.
const SIZES: [usize; 4] = [128, 256, 512, 1_024];

/// Not inlined, as an allocator is not where a program asks for memory.
#[inline(never)]
fn ask(allocator: &impl GlobalAlloc, layout: Layout) -> *mut u8 {
    // SAFETY: no layout here is of size zero.
    let block = unsafe { allocator.alloc(layout) };
    assert!(!block.is_null());
    block
}

/// # Safety
/// The block is one of this allocator and layout, and grows to more than it is.
#[inline(never)]
unsafe fn grow(allocator: &impl GlobalAlloc, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
    // SAFETY: the caller keeps the contract of this very function.
    let block = unsafe { allocator.realloc(block, layout, size) };
    assert!(!block.is_null());
    block
}

/// # Safety
/// The block is one of this allocator and layout, and nobody uses it any more.
#[inline(never)]
unsafe fn give_back(allocator: &impl GlobalAlloc, block: *mut u8, layout: Layout) {
    // SAFETY: the caller keeps the contract of this very function.
    unsafe { allocator.dealloc(block, layout) };
}

/// A small block comes and goes.
fn small(allocator: &impl GlobalAlloc) {
    let block = black_box(ask(allocator, black_box(SMALL)));
    // SAFETY: it is the block above, and nobody else has it.
    unsafe { give_back(allocator, block, black_box(SMALL)) };
}

/// A small block comes, grows four times to the double, and goes.
fn growing(allocator: &impl GlobalAlloc) {
    let (mut block, mut layout) = (ask(allocator, black_box(SMALL)), SMALL);
    for size in black_box(SIZES) {
        // SAFETY: it is the block above, of the layout that it was last given, and the sizes go up.
        block = black_box(unsafe { grow(allocator, block, layout, size) });
        layout = Layout::from_size_align(size, SMALL.align()).expect("it is small");
    }
    // SAFETY: it is the block above with its last layout, and nobody else has it.
    unsafe { give_back(allocator, block, layout) };
}

/// Shows that the blocks are counted: requests and bytes of so many runs.
fn check(run: impl Fn(&obs::Alloc<System>), allocs: u64, bytes: u64) {
    const RUNS: u64 = 10_000;
    small(&COUNTED);
    let before = obs::memory().expect("a block was counted");
    (0..RUNS).for_each(|_| run(&COUNTED));
    let after = obs::memory().expect("a block was counted");
    assert_eq!(after.allocs - before.allocs, RUNS * allocs);
    assert_eq!(after.bytes - before.bytes, RUNS * bytes);
    assert_eq!(after.live, before.live, "everything was given back");
}

fn allocations(criterion: &mut Criterion) {
    check(small, 1, 64);
    check(growing, 5, 1_024);
    let mut group = criterion.benchmark_group("64 bytes");
    group.bench_function("system", |bencher| bencher.iter(|| small(&SYSTEM)));
    group.bench_function("obs::Alloc", |bencher| bencher.iter(|| small(&COUNTED)));
    group.finish();
    let mut group = criterion.benchmark_group("64 bytes that grow to 1 KiB");
    group.bench_function("system", |bencher| bencher.iter(|| growing(&SYSTEM)));
    group.bench_function("obs::Alloc", |bencher| bencher.iter(|| growing(&COUNTED)));
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(50)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(2));
    targets = allocations
}
criterion_main!(benches);
