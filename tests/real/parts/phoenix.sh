#!/usr/bin/env bash
# OTLP traces to a real store, Arize Phoenix, by HTTP and gRPC: read back over its API, they are what was recorded.
. "$(dirname "$0")/../lib/part.sh"
. "$HERE/servers/phoenix.sh"
needs phoenix python

SHIPPED=$(shipped) || { bad "the example builds"; exit 1; }
phoenix

# Sends to a project of its own, and compares what comes back: ship NAME TARGET
ship() {
    mkdir -p "$OUT/$1"
    try "Phoenix takes the spans ($1)" "$SHIPPED" "$OUT/$1" 100 "project=$1" "$2"
    judge phoenix.py "$OUT/$1" "$PHOENIX_HTTP" "$1" "$1"
}

ship HTTP "otlp=$PHOENIX_HTTP"
ship gRPC "otlp-grpc=$PHOENIX_GRPC"
