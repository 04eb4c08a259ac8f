#!/usr/bin/env python3
"""Instructions per call, of each candidate, by callgrind.

The binary is run with N and with 2N calls; the difference by N is what one more call costs, with everything that
is done once in a while (segments, drains) shared among the calls. The thread of the caller is told apart from all
others. `./instructions.py [--write FILE] [--only ROW]`; needs valgrind and python3, nothing else.
"""

import argparse
import glob
import os
import re
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
CALLS = 40_000


def build():
    subprocess.run(["cargo", "build", "--release", "--quiet", "--bin", "instructions"], cwd=HERE, check=True)
    target = os.environ.get("CARGO_TARGET_DIR", os.path.join(HERE, "target"))
    return os.path.join(target, "release", "instructions")


def totals(binary, row, who, calls, *options):
    """Instructions of each thread, the first one first."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["valgrind", "--tool=callgrind", "--separate-threads=yes", f"--callgrind-out-file={folder}/out"]
        subprocess.run([*command, *options, binary, row, who, str(calls)], check=True, capture_output=True)
        threads = {}
        for file in glob.glob(f"{folder}/out-*"):
            with open(file) as text:
                found = re.findall(r"^totals: (\d+)", text.read(), re.MULTILINE)
            threads[int(file.rsplit("-", 1)[1])] = sum(map(int, found))
    return [threads[thread] for thread in sorted(threads)]


def caller(binary, row, who, calls):
    return totals(binary, row, who, calls, "--toggle-collect=measured")[0]


def others(binary, row, who, calls):
    return sum(totals(binary, row, who, calls)[1:])


def per_call(binary, row, who, of):
    once, twice = (of(binary, row, who, calls) for calls in (CALLS, 2 * CALLS))
    return (twice - once) / CALLS


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write")
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    binary = build()
    listed = subprocess.run([binary, "list"], check=True, capture_output=True, text=True).stdout
    candidates = [line.split("\t") for line in listed.splitlines()]
    bare = per_call(binary, "bare", "-", caller)
    lines = ["| row | who | caller | other threads |", "|---|---|--:|--:|"]
    for row, who in candidates:
        if arguments.only in f"{row} {who}":
            added = per_call(binary, row, who, caller) - (0 if row == "bare" else bare)
            lines.append(f"| {row} | {who} | {added:.0f} | {per_call(binary, row, who, others):.0f} |")
            print(lines[-1], flush=True)
    if arguments.write:
        with open(arguments.write, "w") as file:
            file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
