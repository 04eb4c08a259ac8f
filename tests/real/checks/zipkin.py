"""Compares the Zipkin spans that a sink was sent with what the official encoder makes of the same spans.

usage: zipkin.py RECORD_DIRECTORY SINK_JSONL
"""

import base64
import json
import sys

import record
from opentelemetry.exporter.zipkin.json.v2 import JsonV2Encoder
from opentelemetry.exporter.zipkin.node_endpoint import NodeEndpoint
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags
from report import check, same

DIRECTORY, SINK = sys.argv[1:3]
KINDS = {1: SpanKind.INTERNAL, 2: SpanKind.SERVER, 3: SpanKind.CLIENT, 4: SpanKind.PRODUCER, 5: SpanKind.CONSUMER}


def requests():
    with open(SINK, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def sent():
    spans = [span for request in requests() for span in json.loads(base64.b64decode(request["body"]))]
    found = {span["id"]: span for span in spans}
    assert len(found) == len(spans), "a span came twice"
    return found


def place(trace_id, span_id):
    return SpanContext(int(trace_id, 16), int(span_id, 16), is_remote=False, trace_flags=TraceFlags(1))


def untyped(attributes):
    return {key: inner for key, (_, inner) in attributes.items()}


def official(span, version):
    """The span as the official SDK has it."""
    code, message = span["status"]
    return ReadableSpan(
        name=span["name"],
        context=place(span["trace_id"], span["span_id"]),
        parent=place(span["trace_id"], span["parent_id"]) if span["parent_id"] else None,
        resource=Resource({}),
        attributes=untyped(span["attributes"]),
        events=[Event(name, untyped(attributes), time) for time, name, attributes in span["events"]],
        kind=KINDS[span["kind"]],
        instrumentation_scope=InstrumentationScope("obs", version),
        status=Status(StatusCode.ERROR, message) if code == 2 else Status(StatusCode.UNSET),
        start_time=span["start"],
        end_time=span["end"],
    )


def golden(version):
    """What the official encoder writes, where it keeps to Zipkin's own rules.

    It writes `"kind": null` for what Zipkin has no kind for, `"debug": true` for every span that is sampled, and the
    scope a second time under names that are no longer in use; and it leaves names as they are, which Zipkin wants in
    lower case.
    """
    encoder = JsonV2Encoder(max_tag_value_length=0)
    spans = [official(span, version) for span in record.spans(DIRECTORY).values()]
    found = json.loads(encoder.serialize(spans, NodeEndpoint()))
    for span in found:
        span["name"] = span["name"].lower()
        span["localEndpoint"] = {"serviceName": "shipped"}
        del span["debug"], span["tags"]["otel.library.name"], span["tags"]["otel.library.version"]
        if span["kind"] is None:
            del span["kind"]
    return {span["id"]: span for span in found}


def comparable(span):
    """Without times, which are compared with a tolerance, and with annotations read as JSON."""
    span = dict(span)
    annotations = [annotation["value"] for annotation in span.pop("annotations", [])]
    # OpenTelemetry's mapping has no braces around an annotation; its encoder has.
    span["events"] = [json.loads(value if value.startswith("{") else f"{{{value}}}") for value in annotations]
    times = [span.pop("timestamp"), span.pop("duration")]
    return span, times


def requests_are_well_formed():
    assert requests()
    for request in requests():
        headers = {key.lower(): value for key, value in request["headers"].items()}
        assert request["path"] == "/api/v2/spans", request["path"]
        assert headers["content-type"] == "application/json", headers


def every_span_is_what_the_official_encoder_writes():
    seen = sent()
    version = next(iter(seen.values()))["tags"]["otel.scope.version"]
    wanted = golden(version)
    assert seen.keys() == wanted.keys(), (len(seen), len(wanted))
    for span_id, span in wanted.items():
        (ours, our_times), (theirs, their_times) = comparable(seen[span_id]), comparable(span)
        same(ours, theirs, span["name"])
        # It rounds to microseconds, we cut; and a duration of nothing would mean that the span has not ended.
        assert all(type(time) is int for time in our_times) and our_times[1] >= 1, our_times
        assert abs(our_times[0] - their_times[0]) <= 1 and abs(our_times[1] - their_times[1]) <= 1, (ours, theirs)
        for annotation, other in zip(seen[span_id].get("annotations", []), span.get("annotations", [])):
            assert abs(annotation["timestamp"] - other["timestamp"]) <= 1, (annotation, other)


check("the record is the known work", record.is_the_known_work, DIRECTORY)
check("requests to Zipkin are as its API wants them", requests_are_well_formed)
check("every span is what the official Zipkin encoder writes", every_span_is_what_the_official_encoder_writes)
