"""Compares the spans that a sink was sent with what the program says it did.

usage: otlp_spans.py RECORD_DIRECTORY SINK_JSONL HOW NAME

HOW says how they came to the sink: `http/protobuf`, `http/json`, `grpc`. NAME stands in the names of the checks.
"""

import sys

import record
from official import attributes, requests, spans
from report import check, eventually, same

DIRECTORY, SINK, HOW, NAME = sys.argv[1:5]


def all_have_arrived():
    assert len(spans(messages())) == len(record.spans(DIRECTORY))


def messages():
    return [request for request, _ in requests(SINK, "traces", HOW)]


def every_span_is_the_one_that_was_recorded():
    same(spans(messages()), record.spans(DIRECTORY), "spans")


def every_message_says_who_speaks():
    for request in messages():
        assert len(request.resource_spans) > 0, "an envelope without spans"
        for resource in request.resource_spans:
            seen = attributes(resource.resource)
            assert seen["service.name"] == ("string", "Shipped"), seen
            assert seen["service.version"] == ("string", "1.2.3"), seen
            assert seen["telemetry.sdk.name"] == ("string", "obs"), seen
            assert seen["telemetry.sdk.language"] == ("string", "rust"), seen
            for scope in resource.scope_spans:
                assert scope.scope.name == "obs" and len(scope.spans) > 0, scope.scope


check(f"the record is the known work ({NAME})", record.is_the_known_work, DIRECTORY)
if check(f"every span arrives ({NAME})", eventually, all_have_arrived):
    check(f"every span is as it was recorded ({NAME})", every_span_is_the_one_that_was_recorded)
    check(f"every message says who speaks ({NAME})", every_message_says_who_speaks)
