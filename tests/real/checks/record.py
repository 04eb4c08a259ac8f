"""What the program `shipped` says it did, in the form that OTLP has for it."""

import json
import os

KINDS = {"internal": 1, "server": 2, "client": 3, "producer": 4, "consumer": 5}
SPANS_OF_A_ROUND = {
    "shipped::request": 1,
    "shipped::query": 1,
    "shipped::publish": 1,
    "shipped::receive": 1,
    "shipped::answer": 2,
    "shipped::encode": 1,
    "shipped::by_hand": 1,
    "shipped::breaks": 1,
    "shipped::slow": 1,
}
PARENTS = {name: "shipped::request" for name in SPANS_OF_A_ROUND} | {"shipped::encode": "shipped::answer"}
# Two batches may read the wall clock a little apart, in nanoseconds.
JITTER = 1_000_000
REMOTE_SPAN = "b7ad6b7169203331"


def lines(directory, name):
    with open(os.path.join(directory, name), encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def value(of):
    """A value of the record, as OTLP carries it."""
    ((kind, inner),) = of.items()
    if kind == "int":
        # OTLP has no larger integer; text keeps every digit.
        return ("int", int(inner)) if int(inner) < 2**63 else ("string", inner)
    if kind == "array":
        return kind, [value(element) for element in inner]
    return kind, inner


def fields(of):
    return {key: value(field) for key, field in of.items()}


def attributes(span):
    ours = {
        "code.function.name": ("string", span["name"]),
        "code.file.path": ("string", span["file"]),
        "code.line.number": ("int", span["line"]),
        "thread.id": ("int", span["thread"]),
    }
    if span["error_type"] is not None:
        ours["error.type"] = ("string", span["error_type"])
    if span["is_over_budget"]:
        ours["obs.over_budget"] = ("bool", True)
    if span["polls"] is not None:
        count, busy, longest = span["polls"]
        ours |= {"obs.polls": ("int", count), "obs.busy_ns": ("int", busy), "obs.longest_poll_ns": ("int", longest)}
    return ours | fields(span["fields"])


def status(span):
    """Error only on failure, and never Ok."""
    if span["outcome"] == "ok":
        return 0, ""
    return 2, span["message"] or span["error_type"] or span["outcome"]


def span(of):
    """A span in the form that `official.py` has, too."""
    return {
        "trace_id": of["trace_id"],
        "span_id": of["span_id"],
        "parent_id": of["parent_id"],
        "trace_state": of["trace_state"],
        "flags": of["trace_flags"] | 0x100 | (0x200 if of["has_remote_parent"] else 0),
        "name": of["name"],
        "kind": KINDS[of["kind"]],
        "start": int(of["start"]),
        "end": int(of["end"]),
        "attributes": attributes(of),
        "dropped": (0, 0, 0),
        "status": status(of),
        "events": [
            (int(event["time"]), event["message"], {"level": ("string", event["level"])} | fields(event["fields"]))
            for event in of["events"]
        ],
        "links": [tuple(link) for link in of["links"]],
    }


def spans(directory):
    return {one["span_id"]: span(one) for one in lines(directory, "spans.jsonl")}


def totals(directory):
    return lines(directory, "totals.jsonl")


def is_the_known_work(directory):
    """The record itself is what `work.rs` does: so many spans of each name, and every parent right."""
    known = spans(directory)
    names = [span["name"] for span in known.values()]
    rounds = names.count("shipped::request")
    assert rounds > 0
    counts = {name: names.count(name) for name in set(names)}
    assert counts == {name: rounds * times for name, times in SPANS_OF_A_ROUND.items()}, counts
    remote = []
    for span in known.values():
        if span["name"] == "shipped::request":
            assert len(span["events"]) == 2, span
            assert (span["parent_id"] == REMOTE_SPAN) == (span["flags"] & 0x200 != 0), span
            if span["parent_id"] is not None:
                assert "other=1" in span["trace_state"], span
                remote.append(span["trace_id"])
        else:
            parent = known[span["parent_id"]]
            assert (parent["name"], parent["trace_id"]) == (PARENTS[span["name"]], span["trace_id"]), span
            early, late = parent["start"] - JITTER, parent["end"] + JITTER
            assert early <= span["start"] <= span["end"] <= late, (parent, span)
        if span["name"] == "shipped::receive":
            ((trace, linked),) = span["links"]
            assert known[linked]["name"] == "shipped::publish" and trace == span["trace_id"], span
    assert len(remote) == -(-rounds // 3) and len(set(remote)) == 1, remote
    failed = [span["name"] for span in known.values() if span["status"][0] == 2]
    assert failed.count("shipped::query") == -(-rounds // 3), failed.count("shipped::query")
    assert failed.count("shipped::breaks") == failed.count("shipped::answer") == rounds, failed
    assert len(failed) == 2 * rounds - (-rounds // 3), len(failed)
