#!/usr/bin/env bash
# Line protocol: InfluxDB 1.6, which refuses what it does not understand, stores the totals and gives them back.
. "$(dirname "$0")/../lib/part.sh"
. "$HERE/servers/influx.sh"
needs influx python

SHIPPED=$(shipped) || { bad "the example builds"; exit 1; }
influx
try "InfluxDB makes a database" curl -fsS "$INFLUX/query" --data-urlencode 'q=CREATE DATABASE obs'
try "InfluxDB takes the totals" "$SHIPPED" "$OUT" 30 "influx=$INFLUX"
judge influx.py "$OUT" "$INFLUX"
