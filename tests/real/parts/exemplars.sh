#!/usr/bin/env bash
# Prometheus stores the exemplars of a page, and gives them back by query: their traces are those that were recorded.
. "$(dirname "$0")/../lib/part.sh"
. "$HERE/servers/prometheus.sh"
needs debian python

SHIPPED=$(shipped) || { bad "the example builds"; exit 1; }
launch shipped "$SHIPPED" "$OUT" 30 prometheus=127.0.0.1:0
TARGET=$(said "$OUT/shipped.txt" ready)
[ -n "$TARGET" ] || { bad "the program serves: $(tail -1 "$OUT/shipped.err.txt")"; exit 1; }

cat >"$OUT/prometheus.yml" <<CONFIG
global: {scrape_interval: 1s}
scrape_configs:
- {job_name: openmetrics, scrape_protocols: [OpenMetricsText1.0.0], static_configs: [{targets: ["$TARGET"]}]}
- {job_name: protobuf, scrape_protocols: [PrometheusProto], static_configs: [{targets: ["$TARGET"]}]}
CONFIG
prometheus
judge exemplars.py "$OUT" "http://$TARGET" "$PROMETHEUS"
