"""Compares the totals and the events that a sink was sent with what the program says it did.

usage: otlp_totals.py RECORD_DIRECTORY SINK_JSONL HOW
"""

import math
import sys

import record
from official import attributes, requests
from report import check

DIRECTORY, SINK, HOW = sys.argv[1:4]
SEVERITIES = {"trace": 1, "debug": 5, "info": 9, "warn": 13, "error": 17}


def metrics():
    """The metrics of the last message, by name: it was sent when everything had been done."""
    request, _ = requests(SINK, "metrics", HOW)[-1]
    (resource,) = request.resource_metrics
    assert attributes(resource.resource)["service.name"] == ("string", "Shipped"), resource.resource
    found = [metric for scope in resource.scope_metrics for metric in scope.metrics]
    assert len({metric.name for metric in found}) == len(found), "a metric stands twice"
    return {metric.name: metric for metric in found}


def key(labels):
    return frozenset(labels.items())


def labels(row):
    error = {"error.type": row["error_type"]} if row["error_type"] else {}
    return key({"code.function.name": row["name"]} | error | row["labels"])


def points(of):
    found = {key({name: inner for name, (_, inner) in attributes(point).items()}): point for point in of}
    assert len(found) == len(of), "a series stands twice"
    return found


def rows(timed):
    return [row for row in record.totals(DIRECTORY) if row["calls"] and (row["timed"] is not None) == timed]


def histograms_are_the_recorded_ones():
    duration = metrics()["obs.function.duration"]
    assert duration.unit == "s" and duration.exponential_histogram.aggregation_temporality == 2
    seen = points(duration.exponential_histogram.data_points)
    for row in rows(timed=True):
        point, timed = seen[labels(row)], row["timed"]
        assert point.count == timed["count"] == point.zero_count + sum(point.positive.bucket_counts), (point, row)
        assert math.isclose(point.sum, timed["sum"], rel_tol=1e-12), (point.sum, row)
        assert math.isclose(point.max, timed["max"], rel_tol=1e-12), (point.max, row)
        assert 0 < point.start_time_unix_nano <= point.time_unix_nano, point
        for q, wanted in timed["quantiles"]:
            assert abs(math.log2(quantile(point, q) / wanted)) <= 1 / 16 + 0.01, (q, wanted, row)


def quantile(point, q):
    """The middle of the bucket that holds it, as anyone would reckon from the message alone."""
    base, rank = 2 ** (2**-point.scale), max(1, math.ceil(q * point.count)) - point.zero_count
    for at, count in enumerate(point.positive.bucket_counts):
        rank -= count
        if rank <= 0:
            return min(base ** (point.positive.offset + at + 0.5), point.max)
    raise AssertionError(f"there is no quantile {q}: {point}")


def exemplars_exist():
    spans, found = record.spans(DIRECTORY), 0
    for labels, point in points(metrics()["obs.function.duration"].exponential_histogram.data_points).items():
        for exemplar in point.exemplars:
            span = spans[exemplar.span_id.hex()]
            assert span["trace_id"] == exemplar.trace_id.hex() and ("code.function.name", span["name"]) in labels
            assert abs(exemplar.as_double - (span["end"] - span["start"]) / 1e9) < 1e-9, (exemplar, span)
            found += 1
    assert found > 4, found


def calls_are_the_recorded_ones():
    calls = metrics()["obs.function.calls"].sum
    assert calls.is_monotonic and calls.aggregation_temporality == 2
    seen = points(calls.data_points)
    for row in rows(timed=False):
        assert seen[labels(row)].as_int == row["calls"], row


def events_are_the_recorded_ones():
    wanted = {}
    for event in record.lines(DIRECTORY, "events.jsonl"):
        wanted[int(event["time"]), event["message"], event["span_id"] or ""] = event
    seen = {}
    for request, _ in requests(SINK, "logs", HOW):
        for resource in request.resource_logs:
            for log in (log for scope in resource.scope_logs for log in scope.log_records):
                place = (log.time_unix_nano, log.body.string_value, log.span_id.hex())
                assert place not in seen, log
                seen[place] = log
    assert seen.keys() == wanted.keys() and len(seen) > 0, (len(seen), len(wanted))
    for place, log in seen.items():
        event = wanted[place]
        # A broken budget may be told where no span runs.
        assert log.trace_id.hex() == (event["trace_id"] or ""), log
        assert event["trace_id"] is None or log.flags & 1 == 1, log
        assert (log.severity_number, log.severity_text) == (SEVERITIES[event["level"]], event["level"].upper()), log
        found = attributes(log)
        assert found["obs.target"] == ("string", event["target"]), log
        for name, value in record.fields(event["fields"]).items():
            assert found[name] == value, (name, value, log)


check(f"histograms are the recorded ones ({HOW})", histograms_are_the_recorded_ones)
check(f"the spans of exemplars exist ({HOW})", exemplars_exist)
check(f"calls are the recorded ones ({HOW})", calls_are_the_recorded_ones)
check(f"log records are the recorded events ({HOW})", events_are_the_recorded_ones)
