"""Looks at the trace that goes from our program to one in Python, and back.

usage: services.py SINK_JSONL PROGRAM_OUTPUT
"""

import sys

from official import attributes, requests, span
from report import check, eventually

SINK, OUTPUT = sys.argv[1:3]
UNRECORDED = "4bf92f3577b34da6a3ce929d0e0e4736"
# Who calls whom: service, name, kind (1 internal, 2 server, 3 client).
CHAIN = [
    ("relay", "relay::ask", 1),
    ("relay", "GET", 3),
    ("orders", "order", 2),
    ("orders", "ask back", 3),
    ("relay", "GET /stock/{product}", 2),
    ("relay", "relay::count", 1),
]


def spans():
    """Every span of both services, each with its service's name."""
    found = []
    for request, _ in requests(SINK, "traces"):
        for resource in request.resource_spans:
            _, service = attributes(resource.resource)["service.name"]
            found += [(service, span(one)) for scope in resource.scope_spans for one in scope.spans]
    return found


def said(word):
    with open(OUTPUT, encoding="utf-8") as lines:
        (line,) = [line.split() for line in lines if line.startswith(f"{word} ")]
    return line[1:]


def all_have_arrived():
    assert len(spans()) == len(CHAIN), [(service, one["name"]) for service, one in spans()]


def there_is_one_trace():
    traces = {one["trace_id"] for _, one in spans()}
    assert len(traces) == 1, traces
    # What the service in Python says, and what it got back from ours.
    assert said("recorded") == [traces.pop(), "21"], said("recorded")


def every_parent_is_right():
    by_parent = {one["parent_id"]: (service, one) for service, one in spans()}
    assert len(by_parent) == len(CHAIN), by_parent.keys()
    parent = None
    for wanted in CHAIN:
        service, one = by_parent[parent]
        assert (service, one["name"], one["kind"]) == wanted, (wanted, service, one)
        parent = one["span_id"]


def each_lies_within_its_parent():
    by_id = {one["span_id"]: one for _, one in spans()}
    for one in by_id.values():
        if one["parent_id"]:
            parent = by_id[one["parent_id"]]
            # Two processes, one machine: their clocks are the same but for how they are read.
            assert parent["start"] - 1_000_000 <= one["start"] <= one["end"] <= parent["end"] + 1_000_000, (parent, one)


def a_parent_elsewhere_is_marked():
    remote = {one["name"]: one["flags"] & 0x300 for service, one in spans() if service == "relay"}
    assert remote["GET /stock/{product}"] == 0x300, remote
    assert {flags for name, flags in remote.items() if name != "GET /stock/{product}"} == {0x100}, remote


def baggage_goes_all_the_way():
    # Without a space: the official SDK for Python writes that as `+`, which W3C's baggage does not know.
    tenants = {one["name"]: one["attributes"].get("tenant") for _, one in spans()}
    assert tenants["order"] == tenants["GET /stock/{product}"] == ("string", "grün&gelb"), tenants


def what_is_not_recorded_stays_so():
    assert said("unrecorded") == [UNRECORDED, "21"], said("unrecorded")
    assert not [one for _, one in spans() if one["trace_id"] == UNRECORDED]


if check("the spans of both services arrive", eventually, all_have_arrived):
    check("two services, one of them in Python, make one trace", there_is_one_trace)
    check("every parent is right across the services", every_parent_is_right)
    check("every span lies within its parent", each_lies_within_its_parent)
    check("a parent in another service is marked as remote", a_parent_elsewhere_is_marked)
    check("baggage goes all the way", baggage_goes_all_the_way)
    check("a trace that is not recorded goes on, and is recorded nowhere", what_is_not_recorded_stays_so)
