# VictoriaMetrics, which takes OTLP metrics, remote write and line protocol. Sets VICTORIA.

victoria() {
    local port
    port=$(free_port)
    VICTORIA=http://127.0.0.1:$port
    # Latency offset: by default the last half minute is not shown.
    up victoria "$VICTORIA/health" "$BIN/victoria-metrics" -httpListenAddr="127.0.0.1:$port" \
        -storageDataPath="$OUT/victoria" -retentionPeriod=100y -search.latencyOffset=0s -opentelemetry.usePrometheusNaming
}
