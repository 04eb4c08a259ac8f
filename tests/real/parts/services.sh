#!/usr/bin/env bash
# One trace through two services: ours calls one in Python with the official SDK, which calls ours.
. "$(dirname "$0")/../lib/part.sh"
. "$HERE/servers/sinks.sh"
needs python

RELAY=$(example obs relay otlp,tower,reqwest) || { bad "the example builds"; exit 1; }
otlp_sink sink
port=$(free_port)
up orders "$port" "$PYTHON" "$HERE/services/orders.py" "$port" "$SINK_HTTP"

run_relay() { "$RELAY" "http://127.0.0.1:$port" "$SINK_HTTP" >"$OUT/relay.txt"; }
try "our service calls one in Python, which calls ours" run_relay
judge services.py "$OUT/sink.jsonl" "$OUT/relay.txt"
