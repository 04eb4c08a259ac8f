#!/usr/bin/env bash
# OTLP metrics and logs: VictoriaMetrics stores the totals and answers queries with them as they were recorded, and the
# official messages read both signals.
. "$(dirname "$0")/../lib/part.sh"
. "$HERE/servers/sinks.sh"
. "$HERE/servers/victoria.sh"
needs debian python

SHIPPED=$(shipped) || { bad "the example builds"; exit 1; }
victoria
try "VictoriaMetrics takes the totals" "$SHIPPED" "$OUT" 30 "otlp-metrics=$VICTORIA/opentelemetry/v1/metrics"
judge totals.py "$OUT" "$VICTORIA" "OTLP, VictoriaMetrics" vmrange

otlp_sink sink
for way in otlp-all otlp-all-json otlp-all-grpc; do
    case $way in *grpc) at=$SINK_GRPC how=grpc ;; *json) at=$SINK_HTTP how=http/json ;; *) at=$SINK_HTTP how=http/protobuf ;; esac
    mkdir -p "$OUT/$way"
    try "all three signals are sent ($how)" "$SHIPPED" "$OUT/$way" 30 "$way=$at"
    judge otlp_totals.py "$OUT/$way" "$OUT/sink.jsonl" "$how"
done
