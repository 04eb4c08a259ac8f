#!/bin/sh
# Looks for undefined behaviour in the runtime's unit tests with what is installed: Miri, or else AddressSanitizer;
# and valgrind's memcheck. Says what was skipped and why; fails when anything was found.
set -u
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-target}"
host=$(rustc -vV | sed -n 's/^host: //p')
failed=0

# What is told of each step: passed, failed or skipped, and why.
say() { printf 'memory: %-8s %-17s %s\n' "$1" "$2" "${3-}"; }
verdict() { if [ "$2" -eq 0 ]; then say passed "$1"; else say FAILED "$1"; failed=1; fi; }
has_nightly() { cargo +nightly --version >/dev/null 2>&1; }

# Leaks are no finding: shards, pages and segments are meant to live as long as the program.
export PROPTEST_CASES="${PROPTEST_CASES:-8}"
if cargo +nightly miri --version >/dev/null 2>&1; then
    MIRIFLAGS="-Zmiri-disable-isolation -Zmiri-ignore-leaks -Zmiri-permissive-provenance ${MIRIFLAGS-}" \
        cargo +nightly miri test -p obs-runtime --features enabled --lib
    verdict Miri $?
elif has_nightly; then
    say skipped Miri "not installed; rustup component add --toolchain nightly miri"
    # The doctests are left out: they are linked by rustdoc, which takes other flags.
    ASAN_OPTIONS=detect_leaks=0 RUSTFLAGS=-Zsanitizer=address CARGO_TARGET_DIR="$target/asan" \
        cargo +nightly test -p obs-runtime --lib --features enabled --target "$host"
    verdict AddressSanitizer $?
else
    say skipped Miri "no nightly toolchain"
    say skipped AddressSanitizer "no nightly toolchain"
fi

if command -v valgrind >/dev/null 2>&1; then
    # Optimised, as everything is some fifty times slower in there.
    built=$(cargo test -p obs-runtime --lib --features enabled --release --no-run 2>&1) || printf '%s\n' "$built"
    binary=$(printf '%s\n' "$built" | sed -n 's/.*Executable .*(\(.*\))$/\1/p')
    # What waits 10 ms for the clock or counts on its pace is about time, not about memory.
    valgrind --error-exitcode=9 --leak-check=no --fair-sched=yes --quiet "$binary" --skip clock::
    verdict valgrind $?
else
    say skipped valgrind "not installed"
fi

exit "$failed"
