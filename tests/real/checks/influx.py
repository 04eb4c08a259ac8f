"""Compares the points that InfluxDB gives back with the totals that the program says it has.

usage: influx.py RECORD_DIRECTORY INFLUX_URL
"""

import json
import math
import sys
import urllib.parse
import urllib.request

import record
from report import check, eventually

DIRECTORY, INFLUX = sys.argv[1:3]
QUANTILES = {0.5: "p50_seconds", 0.9: "p90_seconds", 0.99: "p99_seconds"}


def query(statement):
    """The rows of an answer, as dictionaries."""
    parameters = urllib.parse.urlencode({"db": "obs", "epoch": "ns", "q": statement})
    with urllib.request.urlopen(f"{INFLUX}/query?{parameters}", timeout=10) as response:
        answer = json.load(response)
    (result,) = answer["results"]
    assert "error" not in result, result
    return [dict(zip(one["columns"], row)) for one in result.get("series", []) for row in one["values"]]


def text(value):
    """A line break cannot stand in a tag: it is shown by a character of its own."""
    return value.replace("\n", "␤")


def functions():
    """What the program did, by function and labels: outcomes are fields of one point."""
    found = {}
    for row in record.totals(DIRECTORY):
        if row["calls"] or not row["labels"] and row["name"] != "shipped::look":
            found.setdefault((row["name"], text(row["labels"].get("path", ""))), []).append(row)
    return found


def points(measurement):
    """The last points of a measurement, by function and label."""
    found = {}
    for row in query(f'select * from "{measurement}"'):
        key = (row["code_function_name"], row.get("path") or "")
        if key not in found or found[key]["time"] < row["time"]:
            found[key] = row
    return found


def the_totals_arrive():
    assert points("obs_function")["shipped::steady", ""]["calls"] == 1000


def calls_are_the_recorded_ones():
    seen, wanted = points("obs_function"), functions()
    assert seen.keys() == wanted.keys(), (sorted(seen.keys() ^ wanted.keys()))
    for key, rows in wanted.items():
        assert seen[key]["calls"] == sum(row["calls"] for row in rows), (key, seen[key])
        assert type(seen[key]["calls"]) is int
        failed = {"panic": 0, "cancelled": 0, "error": 0}
        for row in rows:
            if row["error_type"]:
                kind = row["error_type"] if row["error_type"] in failed else "error"
                failed[kind] += row["calls"]
        assert {kind: seen[key][kind] for kind in failed} == failed, (key, seen[key])
        assert seen[key]["ok"] == seen[key]["calls"] - sum(failed.values()), (key, seen[key])


def times_are_the_recorded_ones():
    seen, timed = points("obs_function"), 0
    for key, rows in functions().items():
        rows = [row for row in rows if row["timed"]]
        if not rows:
            assert seen[key]["sum_seconds"] is None, (key, seen[key])
            continue
        timed += 1
        total = sum(row["timed"]["sum"] for row in rows)
        assert math.isclose(seen[key]["sum_seconds"], total, rel_tol=1e-12), (key, seen[key])
        assert seen[key]["max_seconds"] == max(row["timed"]["max"] for row in rows), (key, seen[key])
        if len(rows) == 1:
            for q, wanted in rows[0]["timed"]["quantiles"]:
                assert math.isclose(seen[key][QUANTILES[q]], wanted, rel_tol=1e-12), (key, q, seen[key], wanted)
    assert timed > 4, timed


def budgets_are_the_recorded_ones():
    steady = points("obs_budget")["shipped::steady", ""]
    assert (steady["budget"], steady["limit_seconds"], steady["violations"]) == ("wall", 0.5, 500), steady


def tags_can_be_selected_by():
    (row,) = query("select last(calls) from obs_function where path = '/a \"b\" \\\\ ␤ c'")
    assert row["last"] == 1, row
    (row,) = query("select last(calls) from obs_function where service_name = 'Shipped' and path = '/'")
    assert row["last"] == 3, row


if check("InfluxDB gives the totals back", eventually, the_totals_arrive):
    check("calls by outcome are the recorded ones (InfluxDB)", calls_are_the_recorded_ones)
    check("times and quantiles are the recorded ones (InfluxDB)", times_are_the_recorded_ones)
    check("budgets are the recorded ones (InfluxDB)", budgets_are_the_recorded_ones)
    check("odd tags can be selected by (InfluxDB)", tags_can_be_selected_by)
