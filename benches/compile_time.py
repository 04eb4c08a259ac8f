#!/usr/bin/env python3
"""Compile time of a program with 200 annotated functions, beside the same program without annotations.

Generates one package for each way to annotate, builds the dependencies, then times `cargo check` and
`cargo build --release` of the package alone, the best of several. `./compile_time.py [--write FILE] [--functions N]`.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

OBS = f'obs = {{ path = "{ROOT}" }}'
FASTRACE = 'fastrace = { version = "0.7", features = ["enable"] }'
HOTPATH = 'hotpath = { version = "0.30", default-features = false, features = ["hotpath"] }'
TRACING = 'tracing = "0.1"'
METRICS = 'metrics = "0.24"'

# Name, dependencies, the attributes, and what is written around the body by hand.
PROGRAMS = {
    "bare": ([], "", ""),
    "obs, counted": ([OBS], "#[obs::counted]", ""),
    "obs, traced": ([OBS], "#[obs::traced]", ""),
    "obs, all four": ([OBS], "#[obs::traced] #[obs::profiled] #[obs::counted] #[obs::budget(ms = 10)]", ""),
    "fastrace": ([FASTRACE], "#[fastrace::trace]", ""),
    "hotpath": ([HOTPATH], "#[hotpath::measure]", ""),
    "tracing": ([TRACING], "#[tracing::instrument(skip_all)]", ""),
    "tracing + metrics": (
        [TRACING, METRICS],
        "#[tracing::instrument(skip_all)]",
        'let start = std::time::Instant::now(); metrics::counter!("calls", "function" => "NAME").increment(1); '
        'struct End(std::time::Instant); impl Drop for End { fn drop(&mut self) { '
        'metrics::histogram!("seconds", "function" => "NAME").record(self.0.elapsed()); } } let _end = End(start);',
    ),
}


def source(functions, attributes, inside):
    lines = []
    for i in range(functions):
        # Nothing of the peers may be cheaper for being used only once: each function differs.
        body = inside.replace("NAME", f"f{i}")
        lines.append(
            f"{attributes}\npub fn f{i}(a: u64, b: &str) -> Result<u64, std::num::ParseIntError> {{ {body}\n"
            f"    let n: u64 = b.parse()?;\n    if n > {i} {{ return Ok(n); }}\n    Ok(a.wrapping_mul({2 * i + 1}) ^ n)\n}}"
        )
    calls = " ".join(f"f{i}," for i in range(functions))
    kind = "fn(u64, &str) -> Result<u64, std::num::ParseIntError>"
    main = f"fn main() {{ let all: [{kind}; {functions}] = [{calls}]; for f in all {{ let _ = std::hint::black_box(f(1, \"2\")); }} }}"
    return "\n".join([*lines, main]) + "\n"


def generate(folder, number, functions):
    name = list(PROGRAMS)[number]
    dependencies, attributes, inside = PROGRAMS[name]
    package = os.path.join(folder, f"p{number}")
    os.makedirs(os.path.join(package, "src"))
    with open(os.path.join(package, "Cargo.toml"), "w") as file:
        file.write(f'[package]\nname = "p{number}"\nedition = "2024"\n[dependencies]\n' + "\n".join(dependencies) + "\n[workspace]\n")
    with open(os.path.join(package, "src", "main.rs"), "w") as file:
        file.write(source(functions, attributes, inside))
    return package


def build(package, folder, *command):
    environment = {**os.environ, "CARGO_TARGET_DIR": os.path.join(folder, "target"), "CARGO_INCREMENTAL": "0"}
    done = subprocess.run(["cargo", *command, "--quiet"], cwd=package, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr)


def timed(package, folder, rounds, *command):
    best = float("inf")
    for _ in range(rounds):
        os.utime(os.path.join(package, "src", "main.rs"))
        start = time.monotonic()
        build(package, folder, *command)
        best = min(best, time.monotonic() - start)
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write")
    parser.add_argument("--functions", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    lines = ["| program | check, s | release, s | x bare, check | x bare, release |", "|---|--:|--:|--:|--:|"]
    with tempfile.TemporaryDirectory() as folder:
        bare = None
        for number, name in enumerate(PROGRAMS):
            package = generate(folder, number, arguments.functions)
            build(package, folder, "check")
            build(package, folder, "build", "--release")
            check = timed(package, folder, arguments.rounds, "check")
            release = timed(package, folder, arguments.rounds, "build", "--release")
            bare = bare or (check, release)
            lines.append(f"| {name} | {check:.2f} | {release:.2f} | {check / bare[0]:.1f} | {release / bare[1]:.1f} |")
            print(lines[-1], flush=True)
    if arguments.write:
        with open(arguments.write, "w") as file:
            file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
