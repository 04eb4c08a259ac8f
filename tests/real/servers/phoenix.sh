# Arize Phoenix, a trace store with a page and an API. Sets PHOENIX_HTTP and PHOENIX_GRPC.

phoenix() {
    local http grpc
    http=$(free_port)
    grpc=$(free_port)
    PHOENIX_HTTP=http://127.0.0.1:$http
    PHOENIX_GRPC=http://127.0.0.1:$grpc
    # What reaches out of the machine, and what runs commands, is off.
    up phoenix "$PHOENIX_HTTP/healthz" env PHOENIX_WORKING_DIR="$OUT/phoenix" PHOENIX_HOST=127.0.0.1 \
        PHOENIX_PORT="$http" PHOENIX_GRPC_PORT="$grpc" PHOENIX_SQL_DATABASE_URL=sqlite:///:memory: \
        PHOENIX_TELEMETRY_ENABLED=false PHOENIX_ALLOW_EXTERNAL_RESOURCES=false PHOENIX_ENABLE_MCP_SERVER=false \
        PHOENIX_DISABLE_AGENT_ASSISTANT=true PHOENIX_AGENTS_DISABLE_BASH=true \
        PHOENIX_AGENTS_DISABLE_WEB_ACCESS=true PHOENIX_AGENTS_DISABLE_GITHUB=true \
        "$OBS_REAL_DIR/phoenix/bin/python" "$HERE/servers/phoenix_on_loopback.py"
}
