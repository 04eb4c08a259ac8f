#!/usr/bin/env bash
# OTLP traces, by HTTP as protobuf and as JSON and by gRPC: the official messages read every span as it was recorded, sent
# to a sink and through rotel, a collector, which passes on what it understood.
. "$(dirname "$0")/../lib/part.sh"
. "$HERE/servers/sinks.sh"
. "$HERE/servers/rotel.sh"
needs python

SHIPPED=$(shipped) || { bad "the example builds"; exit 1; }

# Sends to a place, and compares what the sink got: ship NAME TARGET HOW SINK
ship() {
    mkdir -p "$OUT/$1"
    try "the spans are sent ($1)" "$SHIPPED" "$OUT/$1" 30 "$2"
    judge otlp_spans.py "$OUT/$1" "$OUT/$4.jsonl" "$3" "$1"
}

otlp_sink sink
ship "HTTP, protobuf" "otlp=$SINK_HTTP" http/protobuf sink
ship "HTTP, JSON" "otlp-json=$SINK_HTTP" http/json sink
ship "gRPC" "otlp-grpc=$SINK_GRPC" grpc sink

otlp_sink sink-gzip
ship "HTTP, gzip" "otlp-gzip=$SINK_HTTP" http/protobuf sink-gzip
ship "gRPC, gzip" "otlp-grpc-gzip=$SINK_GRPC" grpc sink-gzip
try "HTTP was compressed" grep -qi '"content-encoding": "gzip"' "$OUT/sink-gzip.jsonl"

otlp_sink behind-http
rotel "$SINK_HTTP"
ship "rotel, HTTP, protobuf" "otlp=$ROTEL_HTTP" http/protobuf behind-http

otlp_sink behind-json
rotel "$SINK_HTTP"
ship "rotel, HTTP, JSON" "otlp-json=$ROTEL_HTTP" http/protobuf behind-json

otlp_sink behind-grpc
rotel "$SINK_HTTP"
ship "rotel, gRPC" "otlp-grpc=$ROTEL_GRPC" http/protobuf behind-grpc
