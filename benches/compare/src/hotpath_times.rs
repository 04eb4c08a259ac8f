//! `hotpath`: its own worker aggregates what the threads measure.

use std::hint::black_box;
use std::mem::forget;
use std::sync::Once;

use crate::{Candidate, repeat};

pub(crate) const ALL: &[Candidate] = &[Candidate::peer("profiled", "hotpath", calls).with(start, crate::nothing)];

fn start() {
    static ONCE: Once = Once::new();
    // Kept for the whole program: its end prints the report.
    ONCE.call_once(|| forget(hotpath::HotpathGuardBuilder::new("compare").format(hotpath::Format::None).build()));
}

#[hotpath::measure]
#[inline(never)]
fn profiled(x: u64) -> u64 {
    black_box(x) + 1
}

repeat!(calls, i => profiled(i));
