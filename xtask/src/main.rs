//! The project's own chores: `cargo xtask layers`, `cargo xtask ci` and `cargo xtask repeat`.

mod ci;
mod graph;
mod layers;
mod repeat;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let words: Vec<_> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["layers"] => layers::run(),
        ["ci"] => ci::run(None),
        ["ci", step] => ci::run(Some(step)),
        ["repeat", times] => repeat::run(times),
        _ => {
            eprintln!("cargo xtask layers      prints the module graph, and fails on a loop");
            eprintln!("cargo xtask ci [STEP]   runs the gate, or one step of it: {}", ci::names().join(", "));
            eprintln!("cargo xtask repeat N    runs what judges time, memory and counts N times beside two busy loops");
            ExitCode::FAILURE
        }
    }
}
