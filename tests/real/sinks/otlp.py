"""Takes OTLP over HTTP and gRPC with the official messages, and keeps every request as it came.

usage: otlp.py HTTP_PORT GRPC_PORT FILE

A request becomes a line of JSON: how it came, its signal, its headers, and its body in base64. What the official
messages cannot read is refused, as any server would.
"""

import base64
import gzip
import json
import sys
import threading
from concurrent import futures
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import grpc
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2 as logs
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2 as metrics
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as trace

HTTP_PORT, GRPC_PORT, FILE = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
SIGNALS = {
    "traces": (trace.ExportTraceServiceRequest, trace.ExportTraceServiceResponse),
    "metrics": (metrics.ExportMetricsServiceRequest, metrics.ExportMetricsServiceResponse),
    "logs": (logs.ExportLogsServiceRequest, logs.ExportLogsServiceResponse),
}
METHODS = {
    "/opentelemetry.proto.collector.trace.v1.TraceService/Export": "traces",
    "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export": "metrics",
    "/opentelemetry.proto.collector.logs.v1.LogsService/Export": "logs",
}
KEPT = open(FILE, "a", encoding="utf-8")  # for as long as the process lives
LOCK = threading.Lock()


def keep(how, signal, headers, body):
    line = {"how": how, "signal": signal, "headers": headers, "body": base64.b64encode(body).decode()}
    with LOCK:
        KEPT.write(json.dumps(line) + "\n")
        KEPT.flush()


class Http(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.read_body()
        signal = self.path.removeprefix("/v1/")
        kind = self.headers["Content-Type"]
        if signal not in SIGNALS:
            return self.answer(404, b"", kind)
        request, response = SIGNALS[signal]
        try:
            if kind == "application/json":
                json.loads(body)
                answer = b"{}"
            else:
                assert kind == "application/x-protobuf", kind
                request.FromString(body)
                answer = response().SerializeToString()
        except Exception as error:
            return self.answer(400, str(error).encode(), "text/plain")
        keep("http/json" if kind == "application/json" else "http/protobuf", signal, dict(self.headers), body)
        return self.answer(200, answer, kind)

    def read_body(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers["Content-Length"]))
        return gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body

    def answer(self, status, body, kind):
        self.send_response(status)
        self.send_header("Content-Type", kind or "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


class Grpc(grpc.GenericRpcHandler):
    def service(self, details):
        signal = METHODS.get(details.method)
        if signal is None:
            return None
        request, response = SIGNALS[signal]
        headers = {key: value if isinstance(value, str) else value.hex() for key, value in details.invocation_metadata}

        def export(body, context):
            try:
                request.FromString(body)
            except Exception as error:
                context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
            keep("grpc", signal, headers, body)
            return response()

        return grpc.unary_unary_rpc_method_handler(export, None, response.SerializeToString)


SERVER = grpc.server(futures.ThreadPoolExecutor(4))
SERVER.add_generic_rpc_handlers((Grpc(),))
assert SERVER.add_insecure_port(f"127.0.0.1:{GRPC_PORT}")
SERVER.start()
ThreadingHTTPServer(("127.0.0.1", HTTP_PORT), Http).serve_forever()
