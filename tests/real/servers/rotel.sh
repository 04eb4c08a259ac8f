# rotel, a collector: takes OTLP by HTTP and gRPC, and passes it on: rotel TO. Sets ROTEL_HTTP and ROTEL_GRPC.

rotel() {
    local http grpc agent
    http=$(free_port)
    grpc=$(free_port)
    ROTEL_HTTP=http://127.0.0.1:$http
    ROTEL_GRPC=http://127.0.0.1:$grpc
    agent=$("$PYTHON" -c 'import os, rotel; print(os.path.dirname(rotel.__file__))')/rotel-agent
    up rotel "$http" "$agent" start --otlp-http-endpoint "127.0.0.1:$http" --otlp-grpc-endpoint "127.0.0.1:$grpc" \
        --exporter otlp --otlp-exporter-protocol http --otlp-exporter-endpoint "$1" --disable-batching
}
