"""Reads the OTLP/JSON files with the official messages, refusing every field that these do not know.

usage: otlp_json.py TRACES_JSONL METRICS_JSONL

OTLP/JSON differs from protobuf's JSON in two ways, both checked here: ids are hex, and enums are numbers.
"""

import base64
import json
import sys

from google.protobuf.json_format import ParseDict
from opentelemetry.proto.metrics.v1.metrics_pb2 import MetricsData
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status, TracesData

TRACES, METRICS = sys.argv[1:3]
IDS = {"traceId": 32, "spanId": 16, "parentSpanId": 16}
ENUMS = ("kind", "code", "aggregationTemporality")


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
        elif key.endswith("UnixNano") or key in ("intValue", "asInt", "count", "zeroCount"):
            assert isinstance(field, str) and int(field) >= -(2**63), (key, field)
        converted[key] = protobuf_json(field)
    return converted


def messages(path, message):
    with open(path, encoding="utf-8") as lines:
        return [ParseDict(protobuf_json(json.loads(line)), message()) for line in lines]


def attributes(of):
    values = {}
    for attribute in of.attributes:
        kind = attribute.value.WhichOneof("value")
        values[attribute.key] = (kind, getattr(attribute.value, kind))
    return values


def spans_are_whole():
    spans = [s for m in messages(TRACES, TracesData) for r in m.resource_spans for c in r.scope_spans for s in c.spans]
    asks = [span for span in spans if span.name == "served::asks"]
    answers = [span for span in spans if span.name == "served::answers"]
    assert (len(spans), len(asks), len(answers)) == (10, 5, 5), (len(spans), len(asks), len(answers))
    parents = {span.span_id: span for span in asks}
    for span in answers:
        parent = parents[span.parent_span_id]
        assert span.trace_id == parent.trace_id
        assert parent.start_time_unix_nano <= span.start_time_unix_nano <= span.end_time_unix_nano
        assert span.end_time_unix_nano <= parent.end_time_unix_nano
        assert (span.kind, span.status.code) == (Span.SPAN_KIND_INTERNAL, Status.STATUS_CODE_UNSET)
    assert len({span.trace_id for span in asks}) == 5
    for span in asks:
        assert (span.kind, span.status.code) == (Span.SPAN_KIND_SERVER, Status.STATUS_CODE_ERROR)
        seen = attributes(span)
        assert seen["id"] == ("int_value", -7), seen
        assert seen["large"] == ("string_value", str(2**64 - 1)), seen
        assert seen["share"] == ("double_value", 0.25), seen
        assert seen["yes"] == ("bool_value", True), seen
        assert seen["text"] == ("string_value", 'a "b" \\ \x01 \u00fc'), seen
        assert seen["error.type"] == ("string_value", "&str"), seen
        assert seen["code.function.name"] == ("string_value", "served::asks"), seen


def resource_is_known():
    for message in messages(TRACES, TracesData):
        for resource in message.resource_spans:
            seen = attributes(resource.resource)
            assert seen["service.name"] == ("string_value", "served"), seen
            assert seen["telemetry.sdk.name"] == ("string_value", "obs"), seen


def metrics_are_whole():
    (scope,) = messages(METRICS, MetricsData)[-1].resource_metrics[0].scope_metrics
    metrics = {metric.name: metric for metric in scope.metrics}
    duration = metrics["obs.function.duration"]
    assert duration.unit == "s" and duration.exponential_histogram.aggregation_temporality == 2
    for point in duration.exponential_histogram.data_points:
        assert point.count == point.zero_count + sum(point.positive.bucket_counts), point
        assert 0 < point.start_time_unix_nano <= point.time_unix_nano
    steady = next(
        point
        for point in duration.exponential_histogram.data_points
        if attributes(point)["code.function.name"][1] == "served::steady"
    )
    assert (steady.count, round(steady.sum, 9), steady.max, steady.scale) == (1000, 500.5, 1.0, 4), steady
    calls = metrics["obs.function.calls"].sum
    assert calls.is_monotonic and calls.aggregation_temporality == 2
    counts = {attributes(point)["code.function.name"][1]: point.as_int for point in calls.data_points}
    assert counts["served::answers"] == 5, counts


def check(name, test):
    try:
        test()
    except Exception as error:  # each check reports for itself
        print(f"FAILED  {name}: {type(error).__name__} {str(error)[:800]}")
        return
    print(f"ok      {name}")


check("the official messages take every span", spans_are_whole)
check("the official messages take the resource", resource_is_known)
check("the official messages take every metric", metrics_are_whole)
