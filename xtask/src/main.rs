//! The project's own chores: `cargo xtask layers` and `cargo xtask ci`.

mod ci;
mod graph;
mod layers;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let words: Vec<_> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["layers"] => layers::run(),
        ["ci"] => ci::run(None),
        ["ci", step] => ci::run(Some(step)),
        _ => {
            eprintln!("cargo xtask layers      prints the module graph, and fails on a loop");
            eprintln!("cargo xtask ci [STEP]   runs the gate, or one step of it: {}", ci::names().join(", "));
            ExitCode::FAILURE
        }
    }
}
