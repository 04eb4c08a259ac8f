# InfluxDB 1.6, which refuses a line of which it does not understand every character. Sets INFLUX.

influx() {
    local port rpc
    port=$(free_port)
    rpc=$(free_port)
    INFLUX=http://127.0.0.1:$port
    cat >"$OUT/influxdb.conf" <<CONFIG
reporting-disabled = true
bind-address = "127.0.0.1:$rpc"
[meta]
dir = "$OUT/influx/meta"
[data]
dir = "$OUT/influx/data"
wal-dir = "$OUT/influx/wal"
[http]
bind-address = "127.0.0.1:$port"
[monitor]
store-enabled = false
CONFIG
    up influx "$INFLUX/ping" "$BIN/influxd" run -config "$OUT/influxdb.conf"
}
