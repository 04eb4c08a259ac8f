"""Compares the spans that Phoenix gives back with what the program says it did.

usage: phoenix.py RECORD_DIRECTORY PHOENIX_URL PROJECT HOW

Phoenix keeps microseconds, and neither kinds (it has kinds of its own), links, flags nor the state of a trace.
"""

import json
import sys
import urllib.parse
import urllib.request
from datetime import datetime, timezone

import record
from report import check, eventually, same

DIRECTORY, PHOENIX, PROJECT, HOW = sys.argv[1:5]
STATUS = {"UNSET": 0, "OK": 1, "ERROR": 2}
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def micros(text):
    since = datetime.fromisoformat(text) - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def stored():
    """Every span of the project, page by page."""
    found, cursor = [], None
    while True:
        parameters = {"limit": 500} | ({"cursor": cursor} if cursor else {})
        url = f"{PHOENIX}/v1/projects/{PROJECT}/spans?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=10) as response:
            page = json.load(response)
        found += page["data"]
        cursor = page["next_cursor"]
        if not cursor:
            break
    ids = [span["context"]["span_id"] for span in found]
    assert len(set(ids)) == len(ids), "a span came twice"
    return dict(zip(ids, found))


def untyped(attributes):
    return {key: inner for key, (_, inner) in attributes.items()}


def all_are_there():
    assert len(stored()) == len(record.spans(DIRECTORY))


def every_span_is_the_one_that_was_recorded():
    wanted, seen = record.spans(DIRECTORY), stored()
    assert seen.keys() == wanted.keys(), (len(seen), len(wanted))
    for span_id, span in wanted.items():
        found = seen[span_id]
        for key, value in (("start_time", span["start"]), ("end_time", span["end"])):
            assert abs(micros(found[key]) - value / 1000) <= 1, (key, found[key], value)
        assert (found["name"], found["context"]["trace_id"]) == (span["name"], span["trace_id"]), (found, span)
        assert found["parent_id"] == span["parent_id"], (found, span)
        assert (STATUS[found["status_code"]], found["status_message"]) == span["status"], (found, span)
        same(found["attributes"], untyped(span["attributes"]), span["name"])
        for key, value in untyped(span["attributes"]).items():
            assert type(found["attributes"][key]) is type(value), (key, value)
        assert len(found["events"]) == len(span["events"]), found
        for event, (time, name, attributes) in zip(found["events"], span["events"]):
            assert event["name"] == name and abs(micros(event["timestamp"]) - time / 1000) <= 1, (event, time)
            same(event["attributes"], untyped(attributes), name)


check(f"Phoenix has every span ({HOW})", eventually, all_are_there)
check(f"every span of Phoenix is the one that was recorded ({HOW})", every_span_is_the_one_that_was_recorded)
