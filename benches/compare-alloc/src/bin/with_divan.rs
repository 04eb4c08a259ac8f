//! `divan`'s allocator, which tells what a benchmark allocates.
//!
//! That it does is seen in the table that divan prints.

use std::sync::Mutex;

use compare_alloc::{Subject, Work, nothing, run};

#[global_allocator]
static ALLOCATOR: divan::AllocProfiler = divan::AllocProfiler::system();

/// What the benchmark is.
static WORK: Mutex<Option<Work>> = Mutex::new(None);

#[divan::bench]
fn inside(bencher: divan::Bencher<'_, '_>) {
    bencher.bench_local(|| {
        if let Some(work) = WORK.lock().expect("nobody panics").take() {
            work();
        }
    });
}

fn benched(work: Work) {
    *WORK.lock().expect("nobody panics") = Some(work);
    divan::Divan::default().sample_count(1).sample_size(1).run_benches();
}

fn main() {
    run(&Subject { measured: benched, calls: &[], settle: nothing, check: nothing });
}
