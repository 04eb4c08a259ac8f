"""A service with the official OpenTelemetry SDK: takes an order, asks back where its caller says, and answers.

usage: orders.py PORT SINK

Its context comes from the headers of the request, and goes on in those of the request that it makes.
"""

import sys
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from opentelemetry import baggage, propagate
from opentelemetry.context import attach, detach
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import SpanKind

PORT, SINK = int(sys.argv[1]), sys.argv[2]
PROVIDER = TracerProvider(resource=Resource({"service.name": "orders"}))
PROVIDER.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(endpoint=f"{SINK}/v1/traces")))
TRACER = PROVIDER.get_tracer("orders")


class Orders(BaseHTTPRequestHandler):
    def do_GET(self):
        address = urlsplit(self.path)
        product = address.path.rsplit("/", 1)[-1]
        token = attach(propagate.extract(self.headers))
        try:
            with TRACER.start_as_current_span("order", kind=SpanKind.SERVER) as span:
                span.set_attribute("tenant", str(baggage.get_baggage("tenant")))
                answer = self.ask(f"{parse_qs(address.query)['back'][0]}/stock/{product}").encode()
                trace_id = format(span.get_span_context().trace_id, "032x").encode()
        finally:
            detach(token)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(trace_id + b" " + answer)

    def ask(self, url):
        with TRACER.start_as_current_span("ask back", kind=SpanKind.CLIENT):
            headers = {}
            propagate.inject(headers)
            with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as response:
                return response.read().decode()

    def log_message(self, *arguments):
        pass


ThreadingHTTPServer(("127.0.0.1", PORT), Orders).serve_forever()
