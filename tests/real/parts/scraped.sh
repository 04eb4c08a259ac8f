#!/usr/bin/env bash
# Prometheus scrapes a program in all three formats and gives back what the program recorded; promtool and the Python
# client read the page too, and the official OTLP messages the files.
. "$(dirname "$0")/../lib/part.sh"
. "$HERE/servers/prometheus.sh"
needs debian python

SERVED=$(example obs-exporters served json,prometheus) || { bad "the example builds"; exit 1; }
launch served "$SERVED" 127.0.0.1:0 "$OUT"
TARGET=$(said "$OUT/served.txt" ready)
[ -n "$TARGET" ] || { bad "the program serves: $(tail -1 "$OUT/served.err.txt")"; exit 1; }

job() {
    printf -- '- job_name: %s\n  scrape_protocols: [%s]\n  static_configs: [{targets: ["%s"]}]\n' "$1" "$2" "$TARGET"
}
{
    printf 'global: {scrape_interval: 1s}\nscrape_configs:\n'
    job text PrometheusText0.0.4
    job openmetrics OpenMetricsText1.0.0
    job protobuf PrometheusProto
} >"$OUT/prometheus.yml"
prometheus

curl -fs "http://$TARGET/metrics" >"$OUT/page.txt"
try "promtool finds nothing to say about the page" "$BIN/promtool" check metrics <"$OUT/page.txt"
try "promtool accepts the scrape configuration" "$BIN/promtool" check config "$OUT/prometheus.yml"
judge otlp_json.py "$OUT/traces.jsonl" "$OUT/metrics.jsonl"
judge prometheus.py "http://$TARGET" "$PROMETHEUS" "$OUT/metrics.jsonl"
