//! `cargo obs`: keeps what calls cost in a file, and says what a change adds to it.
//!
//! Tests that measure calls of annotated functions tell this program what they measured: how often a test calls a
//! function, and how many allocations, bytes, polls and instructions one call takes at most. These do not depend on how
//! busy a machine is, so a difference is one that the change made.
//!
//! ```sh
//! cargo obs bless                       # runs the tests, and writes obs-budgets.toml; commit it
//! cargo obs check                       # runs them again, and fails if a figure grew
//! cargo obs check --format markdown     # the same as a table for a pull request
//! cargo obs show                        # prints the file
//! ```
//!
//! | option | what it does |
//! |---|---|
//! | `--tolerance PERCENT` | lets figures grow by that much; instructions differ a little between compilers |
//! | `--strict` | fails also if a figure of the file was not measured |
//! | `--format plain\|markdown\|json` | the report; the keys of the last are in the module `report::json` |
//! | `--file PATH` | another file than `obs-budgets.toml` at the workspace's root |
//! | `--runner nextest` | `cargo nextest run` instead of `cargo test` |
//! | `-p`, `--features`, `--all-features`, `--manifest-path`, `-- ARGS` | are passed on to it |
//!
//! Ends with 0 if all is well, with 1 if `check` found a regression, and with 2 if it could not say: tests that fail, no
//! file, nothing measured. The report is on standard output, all else on standard error. Nothing leaves the machine.
//!
//! Data goes one way: `cargo` and `run` start the tests, `measured` reads their lines, `baseline` is the file, `compare`
//! puts one beside the other, `report` shows it; `commands` says in which order.

mod args;
mod baseline;
mod cargo;
mod commands;
mod compare;
mod figure;
mod measured;
mod report;
mod run;
mod stdout;
mod tolerance;

use std::process::ExitCode;

fn main() -> ExitCode {
    match commands::execute(&args::Arguments::of_process()) {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
