"""Compares the totals that a server answers queries about with those that the program says it has.

usage: totals.py RECORD_DIRECTORY SERVER_URL HOW BUCKETS

SERVER_URL answers Prometheus' query API. BUCKETS says what its histograms are made of: `native` buckets (one metric
without a suffix), or `vmrange`, which are VictoriaMetrics' own; `classic` ones.
"""

import json
import math
import sys
import urllib.parse
import urllib.request

import record
from report import check, eventually

DIRECTORY, SERVER, HOW, BUCKETS = sys.argv[1:5]
DURATION = "obs_function_duration_seconds"
# One bucket is a factor of 2^(1/16), and the server takes a place within it.
FINE = 1 / 16
# The bounds of classic buckets are powers of four.
COARSE = 2


def query(expression):
    url = f"{SERVER}/api/v1/query?{urllib.parse.urlencode({'query': expression})}"
    with urllib.request.urlopen(url, timeout=10) as response:
        answer = json.load(response)
    assert answer["status"] == "success", answer
    return answer["data"]["result"]


def one(expression):
    results = query(expression)
    assert len(results) == 1, (expression, results)
    return float(results[0]["value"][1])


def selector(row):
    """The labels of one series; a label that is not there matches as empty."""
    labels = {"code_function_name": row["name"], "error_type": row["error_type"] or ""} | row["labels"]
    if "path" not in labels and row["name"] == "shipped::look":
        labels["path"] = ""
    return "{%s}" % ",".join(f"{key}={json.dumps(value)}" for key, value in labels.items())


def rows(timed):
    found = [row for row in record.totals(DIRECTORY) if row["calls"] and (row["timed"] is not None) == timed]
    assert len(found) > 3, found
    return found


def part(of, labels):
    """`count` or `sum` of a histogram."""
    return f"histogram_{of}({DURATION}{labels})" if BUCKETS == "native" else f"{DURATION}_{of}{labels}"


def everything_has_arrived():
    assert one(part("count", '{code_function_name="shipped::steady"}')) == 1000


def calls_are_the_recorded_ones():
    for row in rows(timed=False):
        assert one(f"obs_function_calls_total{selector(row)}") == row["calls"], row


def counts_and_sums_are_the_recorded_ones():
    for row in rows(timed=True):
        counted, summed = one(part("count", selector(row))), one(part("sum", selector(row)))
        assert counted == row["timed"]["count"], (row, counted)
        assert math.isclose(summed, row["timed"]["sum"], rel_tol=1e-12), (row, summed)


def quantiles_agree():
    """With those of the snapshot, and with those that are exact: times from 1 ms to 1 s."""
    metric = DURATION if BUCKETS == "native" else f"{DURATION}_bucket"
    slack = COARSE if BUCKETS == "classic" else FINE
    # Of a few calls, which of two neighbours a quantile is is a matter of taste: here are a thousand.
    (steady,) = [row for row in rows(timed=True) if row["name"] == "shipped::steady"]
    for q, wanted in steady["timed"]["quantiles"]:
        seen = one(f"histogram_quantile({q}, {metric}{selector(steady)})")
        assert abs(math.log2(seen / wanted)) <= slack + 0.01, (q, seen, wanted)
        assert abs(math.log2(seen / q)) <= slack + 0.01, (q, seen)


def budgets_are_the_recorded_ones():
    assert one('obs_budget_violations_total{code_function_name="shipped::steady"}') == 500
    assert one('obs_budget_limit_seconds{code_function_name="shipped::steady"}') == 0.5
    slow = sum(row["over_budget"] for row in record.totals(DIRECTORY) if row["name"] == "shipped::slow")
    assert one('obs_budget_violations_total{code_function_name="shipped::slow"}') == slow > 0


if check(f"the totals arrive ({HOW})", eventually, everything_has_arrived):
    check(f"calls are the recorded ones ({HOW})", calls_are_the_recorded_ones)
    check(f"counts and sums are the recorded ones ({HOW})", counts_and_sums_are_the_recorded_ones)
    check(f"quantiles agree with the snapshot ({HOW})", quantiles_agree)
    check(f"budgets are the recorded ones ({HOW})", budgets_are_the_recorded_ones)
