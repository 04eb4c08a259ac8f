//! Limits on time on a machine that is busy with something else: a program that keeps them never fails, and one that has
//! become 30 % slower always does.
//!
//! A process of its own: two threads beside the test's take all the processor time they can get.

use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use obs::testing::{__test, Settings};
use obs::{budget, profiled};

const SETTINGS: Settings = Settings::of("loaded::a_test", file!(), line!());

/// What the function takes of its ten milliseconds when nothing disturbs it.
const MILLIS: u64 = 8;

#[budget(ms = 10)]
fn bounded(rounds: u64) -> u64 {
    spin(rounds)
}

#[profiled(cpu)]
fn calibrating(rounds: u64) -> u64 {
    spin(rounds)
}

fn spin(rounds: u64) -> u64 {
    (0..rounds).fold(1, |sum, n| black_box(sum ^ n).rotate_left(3))
}

/// Rounds that take a millisecond of CPU time.
fn rounds_per_millisecond() -> u64 {
    const ROUNDS: u64 = 200_000;
    let once = || {
        let recording = obs::testing::record(|| calibrating(ROUNDS));
        let call = recording.roots().next().expect("one call");
        call.cpu_time().expect("the system tells").as_nanos()
    };
    // The machine at its best: the budget is about that.
    let nanos = (0..20).map(|_| once()).min().expect("twenty times");
    u64::try_from(u128::from(ROUNDS) * 1_000_000 / nanos).expect("not that many")
}

fn passes(rounds: u64) -> bool {
    catch_unwind(AssertUnwindSafe(|| __test(&SETTINGS, || bounded(rounds)))).is_ok()
}

/// How many of so many runs pass that take so many tenths of what the budget expects; measured anew, as the machine's own
/// pace may change: what else runs on its processors nobody here is told.
fn passing(runs: usize, tenths: u64) -> usize {
    let rounds = MILLIS * rounds_per_millisecond() * tenths / 10;
    (0..runs).filter(|_| passes(rounds)).count()
}

/// Ends the threads that keep the machine busy, also when the test panics: their scope waits for them.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn two_hundred_runs_that_keep_their_budget_pass_and_a_third_more_time_is_found_each_time() {
    let Some(_) = obs::testing::record(|| calibrating(1)).roots().next().and_then(|call| call.cpu_time()) else {
        return eprintln!("skipped: this system does not tell the CPU time of threads");
    };
    let done = AtomicBool::new(false);
    std::panic::set_hook(Box::new(|_| {}));
    let (passed, found) = std::thread::scope(|scope| {
        let _ends = Ends(&done);
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let passed: usize = (0..10).map(|_| passing(20, 10)).sum();
        let found = 20 - (0..4).map(|_| passing(5, 13)).sum::<usize>();
        (passed, found)
    });
    drop(std::panic::take_hook());
    assert_eq!((passed, found), (200, 20), "of 200 runs of 8 ms and 20 of 10.4 ms, within 10 ms");
}
