//! `obs::Alloc`, and the attributes that tell what a call allocates.

#[path = "../../../common/mod.rs"]
mod ours;

use compare_alloc::{Call, Subject, Work, nothing, once, run};

#[global_allocator]
static ALLOCATOR: obs::Alloc = obs::Alloc::system();

#[obs::profiled(alloc)]
fn inside(work: Work) {
    work();
}

#[obs::profiled]
#[inline(never)]
fn profiled(x: u64) -> u64 {
    once(x)
}

#[obs::profiled(alloc)]
#[inline(never)]
fn measured(x: u64) -> u64 {
    once(x)
}

#[obs::counted]
#[obs::budget(allocs = 8)]
#[inline(never)]
fn bounded(x: u64) -> u64 {
    once(x)
}

const CALLS: &[(&str, Call)] =
    &[("#[profiled]", profiled), ("#[profiled(alloc)]", measured), ("#[counted] #[budget(allocs = 8)]", bounded)];

fn check() {
    let snapshot = obs::snapshot();
    for name in ["inside", "measured", "bounded"] {
        let callsite = snapshot.callsite(name).expect("it is annotated");
        let spent = callsite.spent().unwrap_or_default();
        let least = if name == "inside" { 1_000 * callsite.calls() } else { callsite.calls() };
        assert!(spent.allocs >= least, "{name}: {spent:?} in {} calls", callsite.calls());
        assert_eq!(callsite.over_budget(), 0, "{name}");
    }
}

fn main() {
    ours::telemetry_with(obs::ClockChoice::Tsc);
    run(&Subject { measured: inside, calls: CALLS, settle: nothing, check });
}
