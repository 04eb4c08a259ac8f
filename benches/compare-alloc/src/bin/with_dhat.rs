//! `dhat`, which tells where in the program blocks are asked for, but not by which call.

use compare_alloc::{Subject, Work, nothing, run};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

fn inside(work: Work) {
    let _profiler = dhat::Profiler::builder().testing().build();
    work();
    assert!(dhat::HeapStats::get().total_blocks > 1_000, "it counts");
}

fn main() {
    run(&Subject { measured: inside, calls: &[], settle: nothing, check: nothing });
}
