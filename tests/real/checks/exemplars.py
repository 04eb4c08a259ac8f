"""Compares the exemplars that Prometheus gives back with the spans that the program recorded.

usage: exemplars.py RECORD_DIRECTORY PROGRAM_URL PROMETHEUS_URL
"""

import json
import sys
import time
import urllib.parse
import urllib.request

import record
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from report import check, eventually

DIRECTORY, PROGRAM, PROMETHEUS = sys.argv[1:4]
FUNCTIONS = {"shipped::request", "shipped::query", "shipped::by_hand", "shipped::slow"}


def stored(job):
    """What Prometheus has: (labels of the series, exemplar) of each."""
    parameters = {
        "query": '{__name__=~"obs_function_duration_seconds.*",job="%s"}' % job,
        "start": time.time() - 600,
        "end": time.time() + 600,
    }
    url = f"{PROMETHEUS}/api/v1/query_exemplars?{urllib.parse.urlencode(parameters)}"
    with urllib.request.urlopen(url, timeout=10) as response:
        answer = json.load(response)
    assert answer["status"] == "success", answer
    return [(series["seriesLabels"], one) for series in answer["data"] for one in series["exemplars"]]


def every_function_has_some():
    seen = {labels["code_function_name"] for labels, _ in stored("openmetrics")}
    assert seen == FUNCTIONS, seen


def native_histograms_have_some():
    """Before 3.0 Prometheus does not begin anew with the next histogram's exemplars (prometheus/prometheus#14810), so
    only the first is sure to keep all of its own."""
    first = [one for labels, one in stored("protobuf") if labels["code_function_name"] == min(FUNCTIONS)]
    assert len(first) > 1 and all("le" not in labels for labels, _ in stored("protobuf")), stored("protobuf")


def their_spans_exist(job):
    spans = record.spans(DIRECTORY)
    found = stored(job)
    assert found
    for labels, exemplar in found:
        assert exemplar["labels"].keys() == {"trace_id", "span_id"}, exemplar
        span = spans[exemplar["labels"]["span_id"]]
        assert (span["trace_id"], span["name"]) == (exemplar["labels"]["trace_id"], labels["code_function_name"])
        assert abs(float(exemplar["value"]) - (span["end"] - span["start"]) / 1e9) < 1e-9, (exemplar, span)
        assert abs(exemplar["timestamp"] - span["end"] / 1e9) < 0.002, (exemplar, span)
        if "le" in labels:
            assert float(exemplar["value"]) <= float(labels["le"]), (labels, exemplar)


def they_are_those_of_the_page():
    """The page as the Python parser reads it, which refuses an exemplar outside of its bucket."""
    request = urllib.request.Request(
        f"{PROGRAM}/metrics", headers={"Accept": "application/openmetrics-text;version=1.0.0"}
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        families = text_string_to_metric_families(response.read().decode())
    page = {
        (sample.labels["code_function_name"], sample.labels["le"], sample.exemplar.labels["span_id"])
        for family in families
        for sample in family.samples
        if sample.exemplar
    }
    seen = {
        (labels["code_function_name"], labels["le"], exemplar["labels"]["span_id"])
        for labels, exemplar in stored("openmetrics")
    }
    assert len(page) > len(FUNCTIONS) and seen == page, (sorted(page - seen)[:2], sorted(seen - page)[:2])


check("Prometheus stores exemplars of every traced and timed function", eventually, every_function_has_some)
check("Prometheus stores exemplars of native histograms", eventually, native_histograms_have_some)
for JOB in ("openmetrics", "protobuf"):
    check(f"the spans of stored exemplars exist ({JOB})", their_spans_exist, JOB)
check("what is stored is what the page says", they_are_those_of_the_page)
