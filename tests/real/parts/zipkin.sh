#!/usr/bin/env bash
# Zipkin: what is sent is what the official encoder writes for the same spans. There is no server to be had.
. "$(dirname "$0")/../lib/part.sh"
. "$HERE/servers/sinks.sh"
needs python

SHIPPED=$(shipped) || { bad "the example builds"; exit 1; }
http_sink zipkin 202
try "the spans are sent" "$SHIPPED" "$OUT" 30 "zipkin=$SINK/api/v2/spans"
judge zipkin.py "$OUT" "$OUT/zipkin.jsonl"
