//! The system's allocator: nobody counts.

use compare_alloc::{Subject, nothing, once, run};

#[inline(never)]
fn call(x: u64) -> u64 {
    once(x)
}

fn main() {
    run(&Subject { measured: |work| work(), calls: &[("not measured", call)], settle: nothing, check: nothing });
}
