#!/usr/bin/env bash
# Tests against real servers: Prometheus scrapes a program in all three formats, and must give back what the
# program recorded; promtool and the Python client read the page too, and the official OTLP messages the files.
#
#   OBS_REAL=require    a test that cannot run is a failure (without it, it is skipped and says why)
#   OBS_REAL_DIR        where servers are kept (default target/real)
#   OBS_REAL_SUITE      the Debian suite they come from (default trixie)
#
# The last line is `N passed, M failed`.
set -u
HERE=$(cd "$(dirname "$0")" && pwd)
ROOT=$(cd "$HERE/../.." && pwd)
export OBS_REAL_DIR=${OBS_REAL_DIR:-$ROOT/target/real}
mkdir -p "$OBS_REAL_DIR" && OBS_REAL_DIR=$(cd "$OBS_REAL_DIR" && pwd)
PROMETHEUS=127.0.0.1:${OBS_REAL_PROMETHEUS_PORT:-19390}
PASSED=0
FAILED=0
PROGRAM=

ok() { echo "ok      $1"; PASSED=$((PASSED + 1)); }
bad() { echo "FAILED  $1"; FAILED=$((FAILED + 1)); }

finish() {
    [ -n "$PROGRAM" ] && kill "$PROGRAM" 2>/dev/null
    "$HERE/servers.sh" stop
    echo "$PASSED passed, $FAILED failed"
    [ "$FAILED" = 0 ]
    exit $?
}

skip() {
    if [ "${OBS_REAL:-}" = require ]; then
        bad "$1"
    else
        echo "skipped $1"
    fi
    finish
}

# Runs one test: its name, then a command whose output is shown when it fails.
try() {
    local name=$1 output
    shift
    if output=$("$@" 2>&1); then ok "$name"; else bad "$name"; echo "$output" | head -20; fi
}

# Runs a script that prints a line for each of its checks.
judge() {
    local judged
    judged=$("$OBS_REAL_DIR/venv/bin/python" "$HERE/$1" "${@:2}") || bad "$1 ran to its end"
    echo "$judged"
    PASSED=$((PASSED + $(grep -c '^ok ' <<<"$judged")))
    FAILED=$((FAILED + $(grep -c '^FAILED ' <<<"$judged")))
}

reason=$("$HERE/servers.sh" install) || skip "servers cannot be installed: $reason"

(cd "$ROOT" && cargo build -q --release -p obs-exporters --features json,prometheus --example served) ||
    { bad "the example builds"; finish; }
SERVED=${CARGO_TARGET_DIR:-$ROOT/target}/release/examples/served
OUT=$OBS_REAL_DIR/served
rm -rf "$OUT" && mkdir -p "$OUT"
"$SERVED" 127.0.0.1:0 "$OUT" >"$OUT/stdout" 2>"$OUT/stderr" &
PROGRAM=$!
for _ in $(seq 1 100); do grep -q '^ready' "$OUT/stdout" && break; sleep 0.1; done
TARGET=$(awk '$1 == "ready" { print $2 }' "$OUT/stdout")
[ -n "$TARGET" ] || { bad "the program serves: $(tail -1 "$OUT/stderr")"; finish; }

job() {
    printf -- '- job_name: %s\n  scrape_protocols: [%s]\n  static_configs: [{targets: ["%s"]}]\n' "$1" "$2" "$TARGET"
}
{
    printf 'global: {scrape_interval: 1s}\nscrape_configs:\n'
    job text PrometheusText0.0.4
    job openmetrics OpenMetricsText1.0.0
    job protobuf PrometheusProto
} >"$OBS_REAL_DIR/prometheus.yml"

curl -fs "http://$TARGET/metrics" >"$OUT/page.txt"
try "promtool finds nothing to say about the page" "$OBS_REAL_DIR/root/usr/bin/promtool" check metrics <"$OUT/page.txt"
try "promtool accepts the scrape configuration" \
    "$OBS_REAL_DIR/root/usr/bin/promtool" check config "$OBS_REAL_DIR/prometheus.yml"

judge otlp_json.py "$OUT/traces.jsonl" "$OUT/metrics.jsonl"

reason=$("$HERE/servers.sh" start "$OBS_REAL_DIR/prometheus.yml") || skip "Prometheus cannot be started: $reason"
judge prometheus.py "http://$TARGET" "http://$PROMETHEUS" "$OUT/metrics.jsonl"
finish
