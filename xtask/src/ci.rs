//! The gate, step by step. Each step says what it runs, and the first that fails ends it.

use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

/// A step's name and its commands.
type Step = (&'static str, &'static [&'static str]);

/// The first step is the README's own test command.
const STEPS: &[Step] = &[
    ("test", &["cargo test --workspace"]),
    (
        "features",
        &[
            "cargo check --no-default-features",
            "cargo check --no-default-features --features enabled",
            "cargo check --features json",
            "cargo check --features prometheus",
            "cargo check --features metrics",
            "cargo check --no-default-features --features console,json,prometheus,metrics",
            "cargo check --no-default-features --features enabled,json,prometheus,metrics",
            "cargo check --features otlp",
            "cargo check --features otlp-grpc",
            "cargo check --features zipkin,influx",
            "cargo check --features remote-write",
            "cargo check --features chrome,flamegraph",
            "cargo check --features stream",
            "cargo check --features testing",
            "cargo check --no-default-features --features testing",
            "cargo check --features tracing",
            "cargo check --features log",
            "cargo check --features pprof",
            "cargo check --features http",
            "cargo check --features tower",
            "cargo check --features reqwest",
            "cargo check --no-default-features --features tower,reqwest",
            "cargo check -p obs-runtime",
            "cargo check -p obs-macros",
        ],
    ),
    (
        "test-all",
        &[
            "cargo test -p obs-exporters --all-features",
            "cargo test -p obs-bridges --all-features",
            "cargo test -p obs --all-features --doc",
            "cargo test -p obs --all-features --lib --test it --test kit --test loaded --test otlp --test pipeline --test governor --test windows --test process",
        ],
    ),
    (
        "off",
        &[
            "cargo test --no-default-features --lib --test off",
            "cargo test --no-default-features --features pprof,tracing,log,testing --test off",
        ],
    ),
    ("fmt", &["cargo fmt --all --check"]),
    (
        "clippy",
        &[
            "cargo clippy --workspace --all-targets --all-features -- -D warnings",
            "cargo clippy --no-default-features -- -D warnings",
        ],
    ),
    ("doc", &["cargo doc --workspace --all-features --no-deps"]),
    ("layers", &["cargo xtask layers"]),
    ("models", &["cargo test -p obs-models --release"]),
    ("memory", &["obs-runtime/check-memory.sh"]),
    (
        "examples",
        &[
            "cargo run --release --example sweep -- src obs-macros obs-runtime obs-exporters obs-bridges",
            "cargo run --release --example sweep --features prometheus -- --serve 127.0.0.1:0 --sweeps 1 src",
            "cargo run --release --example web --all-features -- 127.0.0.1:0",
            "cargo run --release --example two_services --features tower,reqwest",
            "cargo run --release --example pipeline",
            "cargo run --release --example profile --features flamegraph",
            "cargo run --release --example tower_client --features tower",
            "cargo run --release --example repository --features testing",
            "cargo run --release --example blocking --features testing",
            "cargo run --release --example parser --features testing",
            "cargo test --release --example repository --example blocking --example parser --features testing",
            "cargo run --package obs-cli -- obs check --strict --file examples/obs-budgets.toml --package obs --features testing -- --release --example repository --example parser",
        ],
    ),
    (
        "benches",
        &[
            "cargo bench --all-features --benches -- --test",
            "cargo check --manifest-path benches/compare/Cargo.toml",
            "cargo check --manifest-path benches/compare-alloc/Cargo.toml",
        ],
    ),
    ("fuzz", &["fuzz/run.sh 10"]),
    ("real", &["tests/real/run.sh"]),
];

/// The names of all steps.
pub(crate) fn names() -> Vec<&'static str> {
    STEPS.iter().map(|(name, _)| *name).collect()
}

/// Runs all steps, or the one named.
pub(crate) fn run(only: Option<&str>) -> ExitCode {
    let steps: Vec<_> = STEPS.iter().filter(|(name, _)| only.is_none_or(|only| only == *name)).collect();
    if steps.is_empty() {
        eprintln!("no such step; there are {}", names().join(", "));
        return ExitCode::FAILURE;
    }
    for (name, commands) in steps {
        let begin = Instant::now();
        for command in *commands {
            println!("== {name}: {command}");
            if !succeeds(name, command) {
                eprintln!("== {name}: failed: {command}");
                return ExitCode::FAILURE;
            }
        }
        println!("== {name}: done in {:.0} s", begin.elapsed().as_secs_f64());
    }
    ExitCode::SUCCESS
}

fn succeeds(step: &str, command: &str) -> bool {
    let mut words = command.split_whitespace();
    let mut process = Command::new(words.next().unwrap_or_default());
    // The examples that serve stop when their standard input ends.
    process.args(words).stdin(Stdio::null());
    if step == "doc" {
        process.env("RUSTDOCFLAGS", "-D warnings");
    }
    match process.status() {
        Ok(status) => status.success(),
        Err(error) => {
            eprintln!("{command}: {error}");
            false
        }
    }
}
