//! `instructions = ..`: counted by callgrind where it is installed.

use std::hint::black_box;
use std::panic::catch_unwind;
use std::process::Command;

use obs::budget;
use obs::testing::{__test, Settings};

use crate::support::pause;

#[budget(instructions = 3_000)]
fn sums(n: u64) -> u64 {
    fold(n)
}

fn fold(n: u64) -> u64 {
    (0..n).fold(0, |sum, n| sum ^ black_box(n))
}

#[budget(instructions = 100_000)]
fn around(n: u64) -> u64 {
    (0..n).map(|_| sums(1)).sum()
}

#[budget(instructions = 30_000)]
async fn in_two_polls(n: u64) -> u64 {
    let half = fold(n);
    pause().await;
    half + fold(n)
}

#[obs::test]
async fn a_future_is_counted_in_its_polls() {
    in_two_polls(100).await;
}

fn has_valgrind() -> bool {
    Command::new("valgrind").arg("--version").output().is_ok()
}

#[obs::test]
fn a_function_that_keeps_its_limit_passes_also_inside_another() {
    assert_eq!(sums(10), 1);
    assert_eq!(around(3), 0);
}

#[test]
fn a_function_that_takes_more_instructions_fails() {
    const SETTINGS: Settings =
        Settings::of("kit::instructions::a_function_that_takes_more_instructions_fails", file!(), line!());
    let run = || catch_unwind(|| __test(&SETTINGS, || sums(black_box(2_000))));
    if !has_valgrind() || std::env::var_os("OBS_CALLGRIND").is_some() {
        return drop(run());
    }
    let panic = run().expect_err("over budget");
    let text = panic.downcast_ref::<String>().expect("a text");
    let took: u64 = text.split("took ").nth(1).and_then(|rest| rest.split(' ').next()?.parse().ok()).expect("a number");
    // A loop without optimisation takes some dozen instructions for each number; what a call itself takes is left out.
    assert!(text.contains("kit::instructions::sums (tests/kit/instructions.rs:13)\n  took "), "{text}");
    assert!((6_000..2_000_000).contains(&took), "{text}");
}
