//! `hotpath`: its own worker aggregates what the threads measure.

use std::hint::black_box;
use std::mem::forget;
use std::sync::Once;
use std::time::Duration;

use crate::{Candidate, repeat};

pub(crate) const ALL: &[Candidate] = &[Candidate::peer("profiled", "hotpath", calls).with(start, settle)];

fn start() {
    static ONCE: Once = Once::new();
    // Kept for the whole program: its end prints the report.
    ONCE.call_once(|| forget(hotpath::HotpathGuardBuilder::new("compare").format(hotpath::Format::None).build()));
}

/// Its worker cannot be waited for: it is given the time to come around.
fn settle() {
    std::thread::sleep(Duration::from_millis(100));
}

#[hotpath::measure]
#[inline(never)]
fn profiled(x: u64) -> u64 {
    black_box(x) + 1
}

repeat!(calls, i => profiled(i));
