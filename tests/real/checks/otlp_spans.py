"""Compares the spans that a sink was sent with what the program says it did.

usage: otlp_spans.py RECORD_DIRECTORY SINK_JSONL HOW...

HOW says how they came: `http/protobuf`, `http/json`, `grpc`; or `any`.
"""

import sys

import record
from official import attributes, requests, spans
from report import check, same

DIRECTORY, SINK = sys.argv[1:3]


def every_span_is_the_one_that_was_recorded(how):
    sent = [request for request, _ in requests(SINK, "traces", None if how == "any" else how)]
    same(spans(sent), record.spans(DIRECTORY), "spans")


def every_message_says_who_speaks(how):
    sent = requests(SINK, "traces", None if how == "any" else how)
    for request, _ in sent:
        assert len(request.resource_spans) > 0, "an envelope without spans"
        for resource in request.resource_spans:
            seen = attributes(resource.resource)
            assert seen["service.name"] == ("string", "Shipped"), seen
            assert seen["service.version"] == ("string", "1.2.3"), seen
            assert seen["telemetry.sdk.name"] == ("string", "obs"), seen
            assert seen["telemetry.sdk.language"] == ("string", "rust"), seen
            for scope in resource.scope_spans:
                assert scope.scope.name == "obs" and len(scope.spans) > 0, scope.scope


check("the record is the known work", record.is_the_known_work, DIRECTORY)
for HOW in sys.argv[3:]:
    check(f"every span came as it was recorded ({HOW})", every_span_is_the_one_that_was_recorded, HOW)
    check(f"every message says who speaks ({HOW})", every_message_says_who_speaks, HOW)
