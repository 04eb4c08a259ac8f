#!/usr/bin/env python3
"""What counting adds to an allocation, and to a call whose allocations are told apart.

Each allocator is a binary of its own. They run in turn, round after round, so that a noisy moment hits all of them, and
the best round counts; of processor time the median, because work may be put off from one round to the next.
`./allocators.py [--write FILE] [--rounds N] [--instructions]`; the last needs valgrind and takes minutes.
"""

import argparse
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "compare"))
sys.dont_write_bytecode = True

import instructions  # noqa: E402

# Binaries, the plain one first, and whom the table names.
WHO = {
    "plain": "system",
    "with_obs": "obs",
    "with_hotpath": "hotpath",
    "with_counter": "allocation-counter",
    "with_divan": "divan",
    "with_dhat": "dhat",
}
PLACES = ["outside", "inside"]


def build():
    subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=HERE, check=True)
    target = os.environ.get("CARGO_TARGET_DIR", os.path.join(HERE, "target"))
    return {name: os.path.join(target, "release", name) for name in WHO}


def once(binary):
    """What one process measured: nanoseconds and processor time, of everything it has."""
    printed = subprocess.run([binary], check=True, capture_output=True, text=True, cwd=HERE).stdout
    assert "with_divan" not in binary or "alloc:" in printed, f"divan does not count:\n{printed}"
    rows = [line.split("\t") for line in printed.splitlines() if line.count("\t") == 2]
    return {what: (float(nanos), float(cpu)) for what, nanos, cpu in rows}


def measure(binaries, rounds):
    runs = {name: [] for name in binaries}
    for _ in range(rounds):
        for name, binary in binaries.items():
            runs[name].append(once(binary))
    return {
        name: {
            what: (min(run[what][0] for run in of), statistics.median(run[what][1] for run in of)) for what in of[0]
        }
        for name, of in runs.items()
    }


def count(binaries, best):
    return {
        name: {
            what: instructions.per_call(binary, what, WHO[name], instructions.caller) for what in best[name]
        }
        for name, binary in binaries.items()
    }


def of_blocks(best, counted):
    """Lines about a block of 64 bytes that comes and goes."""
    yield "| who | a block, ns | more than plain | x plain | while measured, ns | more | x plain | instructions more: | while measured |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|--:|"
    for name, who in WHO.items():
        cells = []
        for place in PLACES:
            nanos, plain = best[name][place][0], best["plain"]["outside"][0]
            cells += [f"{nanos:.1f}", f"{nanos - plain:+.1f}", f"{nanos / plain:.2f}"]
        for place in PLACES:
            more = counted and counted[name][place] - counted["plain"]["outside"]
            cells.append(f"{more:+.0f}" if counted else "-")
        yield f"| {who} | {' | '.join(cells)} |"


def of_calls(best, counted):
    """Lines about a call that allocates once, and is measured."""
    yield "| who | a call that allocates once | ns | more than plain | x plain | process CPU, ns | instructions more |"
    yield "|---|---|--:|--:|--:|--:|--:|"
    plain = "not measured"
    for name, who in WHO.items():
        for what in (what for what in best[name] if what not in PLACES):
            (nanos, cpu), bare = best[name][what], best["plain"][plain][0]
            more = f"{counted[name][what] - counted['plain'][plain]:+.0f}" if counted else "-"
            yield f"| {who} | `{what}` | {nanos:.1f} | {nanos - bare:+.1f} | {nanos / bare:.2f} | {cpu:.1f} | {more} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--instructions", action="store_true")
    arguments = parser.parse_args()
    binaries = build()
    best = measure(binaries, arguments.rounds)
    counted = count(binaries, best) if arguments.instructions else None
    text = "\n".join([*of_blocks(best, counted), "", *of_calls(best, counted)]) + "\n"
    print(text, end="")
    if arguments.write:
        with open(arguments.write, "w") as file:
            file.write(text)


if __name__ == "__main__":
    main()
