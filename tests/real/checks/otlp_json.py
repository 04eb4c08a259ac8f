"""Reads the files of OTLP/JSON with the official messages, refusing every field that these do not know.

usage: otlp_json.py TRACES_JSONL METRICS_JSONL
"""

import sys

from official import attributes, from_file
from opentelemetry.proto.metrics.v1.metrics_pb2 import MetricsData
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status, TracesData
from report import check

TRACES, METRICS = sys.argv[1:3]


def spans_are_whole():
    spans = [s for m in from_file(TRACES, TracesData) for r in m.resource_spans for c in r.scope_spans for s in c.spans]
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
        assert seen["id"] == ("int", -7), seen
        assert seen["large"] == ("string", str(2**64 - 1)), seen
        assert seen["share"] == ("double", 0.25), seen
        assert seen["yes"] == ("bool", True), seen
        assert seen["text"] == ("string", 'a "b" \\ \x01 \u00fc'), seen
        assert seen["error.type"] == ("string", "&str"), seen
        assert seen["code.function.name"] == ("string", "served::asks"), seen


def resource_is_known():
    for message in from_file(TRACES, TracesData):
        for resource in message.resource_spans:
            seen = attributes(resource.resource)
            assert seen["service.name"] == ("string", "served"), seen
            assert seen["telemetry.sdk.name"] == ("string", "obs"), seen


def metrics_are_whole():
    (scope,) = from_file(METRICS, MetricsData)[-1].resource_metrics[0].scope_metrics
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


check("the official messages take every span", spans_are_whole)
check("the official messages take the resource", resource_is_known)
check("the official messages take every metric", metrics_are_whole)
