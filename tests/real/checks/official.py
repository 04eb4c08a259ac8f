"""Reads OTLP with the official messages, refusing every field that these do not know.

OTLP/JSON differs from protobuf's JSON in two ways, both checked here: ids are hex, and enums are numbers.
"""

import base64
import json

from google.protobuf.json_format import ParseDict
from google.protobuf.unknown_fields import UnknownFieldSet
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

REQUESTS = {
    "traces": ExportTraceServiceRequest,
    "metrics": ExportMetricsServiceRequest,
    "logs": ExportLogsServiceRequest,
}
IDS = {"traceId": 32, "spanId": 16, "parentSpanId": 16}
ENUMS = ("kind", "code", "aggregationTemporality", "severityNumber")
LONGS = ("intValue", "asInt", "count", "zeroCount")


def protobuf_json(value):
    """The same value with ids as protobuf's JSON has them."""
    if isinstance(value, list):
        return [protobuf_json(element) for element in value]
    if not isinstance(value, dict):
        return value
    converted = {}
    for key, field in value.items():
        if key in IDS:
            assert len(field) == IDS[key] and field == field.lower(), (key, field)
            field = base64.b64encode(bytes.fromhex(field)).decode()
        elif key in ENUMS:
            assert isinstance(field, int), (key, field)
        elif key.endswith("UnixNano") or key in LONGS:
            assert isinstance(field, str) and int(field) >= -(2**63), (key, field)
        converted[key] = protobuf_json(field)
    return converted


def from_json(text, message):
    return ParseDict(protobuf_json(json.loads(text)), message())


def from_file(path, message):
    """The messages of a file of JSON lines."""
    with open(path, encoding="utf-8") as lines:
        return [from_json(line, message) for line in lines]


def nothing_is_unknown(message):
    """Protobuf keeps what it does not know: here that is an error."""
    assert len(UnknownFieldSet(message)) == 0, message
    for field, value in message.ListFields():
        if field.message_type is not None:
            for part in [value] if hasattr(value, "ListFields") else value:
                nothing_is_unknown(part)


def requests(path, signal, how=None):
    """What the sink kept: (request, headers) of each."""
    found = []
    with open(path, encoding="utf-8") as lines:
        for line in map(json.loads, lines):
            if line["signal"] != signal or how not in (None, line["how"]):
                continue
            body = base64.b64decode(line["body"])
            if line["how"] == "http/json":
                request = from_json(body, REQUESTS[signal])
            else:
                request = REQUESTS[signal].FromString(body)
                nothing_is_unknown(request)
            found.append((request, line["headers"]))
    return found


def plain(value):
    """An attribute's value, with its type."""
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return "array", [plain(element) for element in value.array_value.values]
    return (kind or "none").removesuffix("_value"), getattr(value, kind) if kind else None


def attributes(of):
    values = {attribute.key: plain(attribute.value) for attribute in of.attributes}
    assert len(values) == len(of.attributes), f"a key stands twice: {of.attributes}"
    return values


def span(of):
    """A span in the form that `record.py` has, too."""
    return {
        "trace_id": of.trace_id.hex(),
        "span_id": of.span_id.hex(),
        "parent_id": of.parent_span_id.hex() or None,
        "trace_state": of.trace_state,
        "flags": of.flags,
        "name": of.name,
        "kind": of.kind,
        "start": of.start_time_unix_nano,
        "end": of.end_time_unix_nano,
        "attributes": attributes(of),
        "dropped": (of.dropped_attributes_count, of.dropped_events_count, of.dropped_links_count),
        "status": (of.status.code, of.status.message),
        "events": [(event.time_unix_nano, event.name, attributes(event)) for event in of.events],
        "links": [(link.trace_id.hex(), link.span_id.hex()) for link in of.links],
    }


def spans(requests):
    """Every span, by its id."""
    found = {}
    for request in requests:
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                for one in map(span, scope.spans):
                    assert one["span_id"] not in found, f"{one['name']} came twice: {one['span_id']}"
                    found[one["span_id"]] = one
    return found
