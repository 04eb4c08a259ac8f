//! `hotpath` with the feature `hotpath-alloc`: its measured functions are timed, and count allocations.

use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use compare_alloc::{Subject, Work, once, run};
use hotpath::{Format, HotpathGuard, HotpathGuardBuilder};

#[global_allocator]
static ALLOCATOR: hotpath::CountingAllocator = hotpath::CountingAllocator::new();

static GUARD: Mutex<Option<HotpathGuard>> = Mutex::new(None);

fn inside(work: Work) {
    hotpath::measure_block!("inside", work());
}

#[hotpath::measure]
#[inline(never)]
fn call(x: u64) -> u64 {
    once(x)
}

/// Its worker cannot be waited for: it is given the time to come around.
fn settle() {
    std::thread::sleep(Duration::from_millis(100));
}

/// Its report has the bytes of a call.
fn check() {
    *GUARD.lock().expect("nobody panics") = None;
    let text = std::fs::read_to_string(report()).expect("it writes a report");
    std::fs::remove_file(report()).expect("it is there");
    assert!(text.contains("64 B"), "{text}");
}

fn report() -> PathBuf {
    std::env::temp_dir().join(format!("compare-alloc-{}.json", std::process::id()))
}

fn main() {
    let builder = HotpathGuardBuilder::new("compare").format(Format::Json).output_path(report());
    *GUARD.lock().expect("nobody panics") = Some(builder.build());
    run(&Subject { measured: inside, calls: &[("#[measure]", call)], settle, check });
}
