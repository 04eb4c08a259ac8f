//! Runs what is about budgets many times over on a machine that is kept busy, to find tests that do not always pass.

use std::process::{Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Two loops take all the processor time they can get.
const BUSY: usize = 2;

/// What is run: everything that judges time, memory or counts.
const SUITE: &[&str] = &[
    "test",
    "--quiet",
    "--package",
    "obs",
    "--all-features",
    "--test",
    "kit",
    "--test",
    "loaded",
    "--test",
    "profile",
    "--test",
    "governor",
    "--test",
    "windows",
    "--example",
    "repository",
    "--example",
    "blocking",
    "--example",
    "parser",
];

/// Runs the suite so many times; fails when any run did.
pub(crate) fn run(times: &str) -> ExitCode {
    let Some(times) = times.parse::<u32>().ok().filter(|times| *times > 0) else {
        eprintln!("`{times}` is no number of runs; write `cargo xtask repeat 20`");
        return ExitCode::FAILURE;
    };
    // Built before anything is busy.
    if !Command::new("cargo").args(SUITE).arg("--no-run").status().is_ok_and(|status| status.success()) {
        return ExitCode::FAILURE;
    }
    let (done, begin) = (AtomicBool::new(false), Instant::now());
    let failed = std::thread::scope(|scope| {
        let _stop = Stop(&done);
        for _ in 0..BUSY {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        (1..=times).filter(|&run| !passes(run, times)).count()
    });
    println!("== {} of {times} runs passed in {:.0} s", times as usize - failed, begin.elapsed().as_secs_f64());
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Stops the busy loops when it is dropped: a scope waits for them also when a panic leaves it.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn passes(run: u32, times: u32) -> bool {
    let begin = Instant::now();
    let output = Command::new("cargo").args(SUITE).stdin(Stdio::null()).output();
    let passes = output.as_ref().is_ok_and(|output| output.status.success());
    let word = if passes { "passed" } else { "FAILED" };
    println!("== run {run} of {times}: {word} in {:.0} s", begin.elapsed().as_secs_f64());
    match output {
        Ok(output) if !passes => println!("{}", String::from_utf8_lossy(&[output.stdout, output.stderr].concat())),
        Ok(_) => {}
        Err(error) => println!("cargo cannot be run: {error}"),
    }
    passes
}
