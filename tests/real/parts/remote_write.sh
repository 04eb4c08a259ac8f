#!/usr/bin/env bash
# Remote write: Prometheus and VictoriaMetrics take the totals and give them back by query.
. "$(dirname "$0")/../lib/part.sh"
. "$HERE/servers/prometheus.sh"
. "$HERE/servers/victoria.sh"
needs debian python

SHIPPED=$(shipped) || { bad "the example builds"; exit 1; }
prometheus
victoria

# Sends to a server, and compares what it answers: ship NAME TARGET SERVER BUCKETS
ship() {
    mkdir -p "$OUT/$1"
    try "the totals are taken ($1)" "$SHIPPED" "$OUT/$1" 30 "$2"
    judge totals.py "$OUT/$1" "$3" "$1" "$4"
}

ship "remote write, VictoriaMetrics" "remote-write=$VICTORIA/api/v1/write" "$VICTORIA" classic
ship "remote write, Prometheus" "remote-write=$PROMETHEUS/api/v1/write" "$PROMETHEUS" classic
# A server of its own: the first has the counters of the program before.
prometheus
ship "remote write, Prometheus, native" "remote-write-native=$PROMETHEUS/api/v1/write" "$PROMETHEUS" native
