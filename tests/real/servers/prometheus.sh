# Prometheus, with exemplars, native histograms and remote write on: prometheus [CONFIG]. Sets PROMETHEUS.

prometheus() {
    local port config=${1:-$OUT/prometheus.yml}
    port=$(free_port)
    PROMETHEUS=http://127.0.0.1:$port
    [ -f "$config" ] || printf 'global: {scrape_interval: 1s}\n' >"$config"
    up prometheus "$PROMETHEUS/-/ready" "$BIN/prometheus" --config.file="$config" --storage.tsdb.path="$OUT/prometheus-$port" \
        --web.listen-address="127.0.0.1:$port" --web.enable-remote-write-receiver \
        --enable-feature=exemplar-storage,native-histograms
}
