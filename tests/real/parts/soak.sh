#!/usr/bin/env bash
# A steady load while the server comes and goes: memory stays flat, and every span is accounted for. The program says so
# itself; OBS_REAL_SOAK is how many seconds it runs (default 20; ten minutes by hand).
. "$(dirname "$0")/../lib/part.sh"

SOAK=$(example obs-exporters soak otlp) || { bad "the example builds"; exit 1; }
"$SOAK" "${OBS_REAL_SOAK:-20}" | tee "$OUT/soak.txt" | grep -E '^(ok|FAILED) '
[ "${PIPESTATUS[0]}" = 0 ] || tail -8 "$OUT/soak.txt"
grep -q '^ok .* every span is accounted for' "$OUT/soak.txt" || bad "the soak ran to its end"
