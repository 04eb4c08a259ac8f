#!/usr/bin/env bash
# usage: fuzz/run.sh SECONDS
# Runs each target for that long; ends with the first that crashes, hangs or takes too much memory.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:?usage: fuzz/run.sh SECONDS}

cargo fuzz --version >/dev/null 2>&1 || cargo install --quiet --locked cargo-fuzz
# Without a sanitizer the stable compiler will do: what is fuzzed has no `unsafe`, so panics are what there is to find.
options=(--sanitizer none)
cargo fuzz build "${options[@]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for target in $(cargo fuzz list); do
    corpus="fuzz/corpus/$target"
    mkdir -p "$corpus"
    limits=(-max_total_time="$seconds" -timeout=5 -rss_limit_mb=1024 -max_len=20000)
    if ! cargo fuzz run "${options[@]}" "$target" "$corpus" "fuzz/seeds/$target" -- "${limits[@]}" >"$log" 2>&1; then
        tail -n 60 "$log"
        echo "fuzz target $target failed; the input is in fuzz/artifacts/$target"
        exit 1
    fi
    echo "$target: $(grep -E '^Done [0-9]+ runs' "$log")"
done
