"""Compares folded stacks with what the program says it did.

usage: folded.py RECORD_DIRECTORY FOLDED
"""

import sys

import record
from report import check

DIRECTORY, FOLDED = sys.argv[1:3]
PATHS = {
    "shipped::request",
    "shipped::request;shipped::query",
    "shipped::request;shipped::publish",
    "shipped::request;shipped::receive",
    "shipped::request;shipped::answer",
    "shipped::request;shipped::answer;shipped::encode",
    "shipped::request;shipped::by_hand",
    "shipped::request;shipped::breaks",
    "shipped::request;shipped::slow",
}


def stacks():
    with open(FOLDED, encoding="utf-8") as lines:
        pairs = [line.rstrip("\n").rsplit(" ", 1) for line in lines]
    found = {path: int(micros) for path, micros in pairs}
    assert len(found) == len(pairs), "a path stands twice"
    return found


def paths_are_the_known_ones():
    seen = stacks()
    assert seen.keys() <= PATHS, seen.keys() - PATHS
    # What took less than a microsecond in all may be left out.
    assert {"shipped::request", "shipped::request;shipped::slow", "shipped::request;shipped::query"} <= seen.keys()


def time_is_the_recorded_one():
    """The self times of all paths are the time of the roots."""
    spans = record.spans(DIRECTORY).values()
    roots = sum(span["end"] - span["start"] for span in spans if span["name"] == "shipped::request")
    slow = sum(span["end"] - span["start"] for span in spans if span["name"] == "shipped::slow")
    seen = stacks()
    assert abs(seen["shipped::request;shipped::slow"] - slow / 1000) <= 2, (seen, slow)
    assert abs(sum(seen.values()) - roots / 1000) <= len(PATHS) + 0.02 * roots / 1000, (sum(seen.values()), roots)


check("call paths are the known ones (folded stacks)", paths_are_the_known_ones)
check("self times are the recorded ones (folded stacks)", time_is_the_recorded_one)
