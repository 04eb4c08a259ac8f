"""Compares a Chrome trace with what the program says it did, after a check of its form.

usage: chrome.py RECORD_DIRECTORY TRACE_JSON
"""

import json
import os
import sys

import jsonschema
import record
from report import check

DIRECTORY, TRACE = sys.argv[1:3]
SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "chrome_trace.schema.json")
# A parent is made to cover its children, where two batches read the wall clock a little apart. In microseconds.
JITTER = record.JITTER / 1000


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def items(*phases):
    return [item for item in load(TRACE) if item["ph"] in phases]


def zero():
    """The moment that times count from, in nanoseconds since 1970."""
    (item,) = [item for item in items("M") if item["name"] == "obs_zero"]
    return int(item["args"]["unix_nanos"])


def form_is_that_of_the_schema():
    validator = jsonschema.Draft202012Validator(load(SCHEMA))
    errors = [f"{list(error.path)}: {error.message}" for error in validator.iter_errors(load(TRACE))]
    assert not errors, errors[:3]


def the_schema_refuses_what_is_wrong():
    """A schema that takes everything shows nothing."""
    validator = jsonschema.Draft202012Validator(load(SCHEMA))
    trace = load(TRACE)
    (number,) = [at for at, item in enumerate(trace) if item["ph"] == "X"][:1]
    for key, value in (("dur", "12"), ("dur", -1), ("ts", None), ("ph", "Z"), ("more", 1)):
        assert not validator.is_valid(trace[:number] + [trace[number] | {key: value}]), (key, value)
    assert not validator.is_valid(trace[:number] + [{k: v for k, v in trace[number].items() if k != "ts"}])


def every_span_is_there():
    ends = {item["id"]: item["ts"] for item in items("e")}
    seen = {}
    for item in items("X", "b"):
        end = ends.pop(item["id"]) if item["ph"] == "b" else item["ts"] + item["dur"]
        assert item["args"]["span_id"] not in seen, item
        seen[item["args"]["span_id"]] = (item, item["ts"], end)
    assert not ends, ends
    wanted = {span["span_id"]: span for span in record.lines(DIRECTORY, "spans.jsonl")}
    assert seen.keys() == wanted.keys(), (len(seen), len(wanted))
    begin = zero()
    for span_id, span in wanted.items():
        item, start, end = seen[span_id]
        args = item["args"]
        assert (item["name"], item["tid"]) == (span["name"], span["thread"]), (item, span)
        assert abs(start - (int(span["start"]) - begin) / 1000) <= JITTER, (item, span)
        assert abs(end - (int(span["end"]) - begin) / 1000) <= JITTER, (item, span)
        assert abs((end - start) - (int(span["end"]) - int(span["start"])) / 1000) <= 2 * JITTER, (item, span)
        assert (args["trace_id"], args.get("parent_span_id")) == (span["trace_id"], span["parent_id"]), (item, span)
        assert (args["outcome"], args.get("error_type")) == (span["outcome"], span["error_type"]), (item, span)
        assert args.get("fields", {}) == {key: plain(value) for key, value in span["fields"].items()}, (item, span)


def plain(value):
    """Integers past what a viewer's numbers hold are text."""
    ((kind, inner),) = value.items()
    return int(inner) if kind == "int" and abs(int(inner)) < 2**53 else inner


def every_event_is_there():
    events = record.lines(DIRECTORY, "events.jsonl")
    wanted = {(event["message"], event["span_id"]): event for event in events}
    seen = {(item["name"], item["args"].get("span_id")): item for item in items("i")}
    assert seen.keys() == wanted.keys() and len(seen) == len(items("i")) > 0, (len(seen), len(wanted))
    begin = zero()
    for key, event in wanted.items():
        args = seen[key]["args"]
        assert abs(seen[key]["ts"] - (int(event["time"]) - begin) / 1000) <= JITTER, (seen[key], event)
        assert (args["level"], args["target"]) == (event["level"], event["target"]), (seen[key], event)
        assert args["fields"] == {key: plain(value) for key, value in event["fields"].items()}, (seen[key], event)


def nested_spans_nest():
    """On each thread one span lies within the other or beside it: else a viewer draws them wrong."""
    by_thread = {}
    for item in items("X"):
        by_thread.setdefault(item["tid"], []).append((item["ts"], -item["dur"], item["name"]))
    for spans in by_thread.values():
        open_until = []
        for start, minus, name in sorted(spans):
            # Three digits after the point: what is beyond is the error of the sum.
            while open_until and open_until[-1] <= start + 0.0005:
                open_until.pop()
            assert not open_until or start - minus <= open_until[-1] + 0.0005, (name, start)
            open_until.append(start - minus)


def links_are_arrows():
    begins = {item["id"]: item for item in items("s")}
    ends = {item["id"]: item for item in items("f")}
    assert begins.keys() == ends.keys(), begins.keys() ^ ends.keys()
    links = sum(len(span["links"]) for span in record.lines(DIRECTORY, "spans.jsonl"))
    assert len(begins) >= links > 0, (len(begins), links)


check("a Chrome trace has the form of the schema", form_is_that_of_the_schema)
check("the schema refuses what is wrong", the_schema_refuses_what_is_wrong)
check("every span is in the Chrome trace as it was recorded", every_span_is_there)
check("every event is in the Chrome trace", every_event_is_there)
check("spans nest in the Chrome trace", nested_spans_nest)
check("links are arrows in the Chrome trace", links_are_arrows)
