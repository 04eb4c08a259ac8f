//! `allocation-counter`, which brings its allocator with it.

use std::cell::Cell;

use allocation_counter::measure;
use compare_alloc::{Subject, Work, nothing, once, run};

#[inline(never)]
fn plain(x: u64) -> u64 {
    once(x)
}

fn inside(work: Work) {
    assert!(measure(work).count_total > 1_000, "it counts");
}

#[inline(never)]
fn call(x: u64) -> u64 {
    let value = Cell::new(0);
    let info = measure(|| value.set(plain(x)));
    assert_eq!(info.count_total, 1);
    value.get()
}

fn main() {
    run(&Subject { measured: inside, calls: &[("measure(..)", call)], settle: nothing, check: nothing });
}
