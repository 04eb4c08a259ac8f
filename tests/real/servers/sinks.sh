# Sinks of our own: they keep what they are sent, decoded with the official messages.

# OTLP over HTTP and gRPC; each request becomes a line of $OUT/NAME.jsonl: otlp_sink NAME. Sets SINK_HTTP and SINK_GRPC.
otlp_sink() {
    local http grpc
    http=$(free_port)
    grpc=$(free_port)
    SINK_HTTP=http://127.0.0.1:$http
    SINK_GRPC=http://127.0.0.1:$grpc
    up "$1" "$grpc" "$PYTHON" "$HERE/sinks/otlp.py" "$http" "$grpc" "$OUT/$1.jsonl"
    for _ in $(seq 1 100); do answers "$http" && break; sleep 0.05; done
}

# Whatever comes by HTTP, as it came; each request becomes a line of $OUT/NAME.jsonl: http_sink NAME STATUS. Sets SINK.
http_sink() {
    local port
    port=$(free_port)
    SINK=http://127.0.0.1:$port
    up "$1" "$port" "$PYTHON" "$HERE/sinks/http_any.py" "$port" "$2" "$OUT/$1.jsonl"
}
