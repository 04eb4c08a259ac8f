"""Compares what Prometheus has scraped with what the program recorded.

usage: prometheus.py PROGRAM_URL PROMETHEUS_URL METRICS_JSONL

The program (`obs-exporters/examples/served.rs`) has finished its work, so every number is known: from the program's
text, from its OTLP/JSON file, and from its page. Each check prints one line, `ok` or `FAILED`.
"""

import json
import math
import sys
import time
import urllib.parse
import urllib.request

from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text
from report import check

PROGRAM, PROMETHEUS, JSONL = sys.argv[1:4]
JOBS = ("text", "openmetrics", "protobuf")
OPENMETRICS = "application/openmetrics-text;version=1.0.0"
DURATION = "obs_function_duration_seconds"
# What recording costs is measured anew each second: two readings both have it, each its own.
MOVES = "obs_self_overhead_ratio"


def get(url, accept=""):
    request = urllib.request.Request(url, headers={"Accept": accept} if accept else {})
    with urllib.request.urlopen(request, timeout=10) as response:
        return response.read().decode()


def api(path, **parameters):
    answer = json.loads(get(f"{PROMETHEUS}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"))
    assert answer["status"] == "success", answer
    return answer["data"]


def query(expression):
    return api("query", query=expression)["result"]


def still(name, value):
    """The value, or the same for all readings where it changes while the program sleeps."""
    return 0.0 if name == MOVES else value


def page_samples(families):
    """Name and labels of each sample, and its value; without what is about the process."""
    samples = {}
    for family in families:
        for sample in family.samples:
            if not sample.name.startswith("process_"):
                samples[sample.name, frozenset(sample.labels.items())] = still(sample.name, sample.value)
    return samples


def stored_samples(job):
    """The same from Prometheus, without the labels that it added and without its own series."""
    samples = {}
    for result in query('{job="%s"}' % job):
        labels = {k: v for k, v in result["metric"].items() if k not in ("job", "instance", "__name__")}
        name = result["metric"]["__name__"]
        own = name.startswith(("scrape_", "process_")) or name == "up"
        if not own and "value" in result:
            samples[name, frozenset(labels.items())] = still(name, float(result["value"][1]))
    return samples


def recorded():
    """The exponential histograms of the OTLP/JSON file: native index and count of each bucket, by attributes."""
    with open(JSONL, encoding="utf-8") as lines:
        last = json.loads(lines.readlines()[-1])
    metrics = last["resourceMetrics"][0]["scopeMetrics"][0]["metrics"]
    points = next(m for m in metrics if m["name"] == "obs.function.duration")["exponentialHistogram"]["dataPoints"]
    histograms = {}
    for point in points:
        attributes = {a["key"].replace(".", "_"): a["value"]["stringValue"] for a in point["attributes"]}
        counts = [int(count) for count in point["positive"]["bucketCounts"]]
        first = point["positive"]["offset"] + 1
        buckets = {first + at: count for at, count in enumerate(counts) if count}
        histograms[frozenset(attributes.items())] = (point["scale"], int(point["zeroCount"]), buckets, point["sum"])
    return histograms


def fitted(scale, buckets):
    """Halves the resolution until 160 buckets suffice, as the exporter promises."""
    while buckets and max(buckets) - min(buckets) + 1 > 160:
        scale -= 1
        coarse = {}
        for index, count in buckets.items():
            coarse[(index + 1) >> 1] = coarse.get((index + 1) >> 1, 0) + count
        buckets = coarse
    return scale, buckets


def targets_are_up():
    for target in api("targets", state="active")["activeTargets"]:
        assert target["health"] == "up" and not target["lastError"], target


def openmetrics_parser_accepts_the_page():
    families = list(parse_openmetrics(get(f"{PROGRAM}/metrics", OPENMETRICS)))
    kinds = {family.name: (family.type, family.unit) for family in families}
    assert kinds[DURATION] == ("histogram", "seconds"), kinds
    assert kinds["target"] == ("info", ""), kinds
    assert kinds["obs_function_calls"] == ("counter", ""), kinds


def both_texts_say_the_same():
    text = page_samples(parse_text(get(f"{PROGRAM}/metrics")))
    assert text == page_samples(parse_openmetrics(get(f"{PROGRAM}/metrics", OPENMETRICS)))


def stored_is_what_the_page_says(job):
    page = page_samples(parse_text(get(f"{PROGRAM}/metrics")))
    # An empty label is none, and a native histogram is one sample of another kind.
    page = {(name, frozenset(l for l in labels if l[1])): value for (name, labels), value in page.items()}
    if job == "protobuf":
        page = {key: value for key, value in page.items() if not key[0].startswith(DURATION)}
    stored = stored_samples(job)
    missing, more = page.keys() - stored.keys(), stored.keys() - page.keys()
    assert not missing and not more, f"missing {list(missing)[:3]}, more {list(more)[:3]}"
    wrong = [(key, value, stored[key]) for key, value in page.items() if value != stored[key]]
    assert not wrong, wrong[:3]
    assert len(page) > 30, len(page)


def known_counts(job):
    def one(expression):
        (result,) = query(expression % {"job": job})
        return float(result["value"][1])

    assert one('obs_function_calls_total{job="%(job)s",path="/"}') == 3
    assert one('obs_function_polls_total{job="%(job)s",code_function_name="served::waits"}') == 7
    assert one('obs_budget_violations_total{job="%(job)s",code_function_name="served::steady"}') == 500
    assert one('obs_budget_limit_seconds{job="%(job)s",code_function_name="served::steady"}') == 0.5
    assert one('obs_build_info{job="%(job)s",version="1.2.3"}') == 1
    assert one('target_info{job="%(job)s",service_name="served"}') == 1
    odd = query('obs_function_calls_total{job="%s",path!="/",path!=""}' % job)
    assert odd[0]["metric"]["path"] == '/a "b" \\ \n c', odd
    info = query('obs_function_info{job="%s",code_function_name="served::look"}' % job)
    assert info[0]["metric"]["description"] == 'Is only counted, with "quotes" and a \\ in its description.', info


def classic_quantiles(job):
    for q, exact in ((0.5, 0.5), (0.9, 0.9), (0.99, 0.99)):
        buckets = '%s_bucket{job="%s",code_function_name="served::steady"}' % (DURATION, job)
        (result,) = query(f"histogram_quantile({q}, {buckets})")
        seen = float(result["value"][1])
        # The bounds are powers of four: both lie in the same bucket.
        low = 4.0 ** math.floor(math.log(exact, 4))
        assert low <= seen <= 4 * low, (q, seen)


def native_quantiles():
    for q, exact in ((0.01, 0.01), (0.5, 0.5), (0.9, 0.9), (0.99, 0.99)):
        (result,) = query(f'histogram_quantile({q}, {DURATION}{{job="protobuf",code_function_name="served::steady"}})')
        seen = float(result["value"][1])
        # One bucket is a factor of 2^(1/16); the server interpolates inside it.
        assert abs(math.log2(seen / exact)) <= 1 / 16, (q, seen)
    for q, exact in ((0.5, 0.5), (0.9, 0.9), (0.99, 0.99)):
        (result,) = query(f'histogram_quantile({q}, {DURATION}{{job="protobuf",code_function_name="served::steady"}})')
        assert abs(float(result["value"][1]) / exact - 1) <= 0.022, (q, result)


def native_buckets_are_the_recorded_ones():
    known = recorded()
    results = query(f'{DURATION}{{job="protobuf"}}')
    assert len(results) == len(known) == 6, (len(results), len(known))
    for result in results:
        labels = {k: v for k, v in result["metric"].items() if k not in ("job", "instance", "__name__")}
        scale, zeros, buckets, total = known[frozenset(labels.items())]
        histogram = result["histogram"][1]
        assert float(histogram["count"]) == zeros + sum(buckets.values()), (labels, histogram)
        assert float(histogram["sum"]) == total, (labels, histogram)
        scale, buckets = fitted(scale, buckets)
        seen_zeros, seen = 0, {}
        for _, low, high, count in histogram.get("buckets", []):
            if float(low) < 0:
                seen_zeros = int(count)
            else:
                seen[round(math.log2(float(high)) * 2**scale)] = int(count)
                assert abs(math.log2(float(high) / float(low)) - 2**-scale) < 1e-9, (labels, low, high)
        assert (seen_zeros, seen) == (zeros, buckets), (labels, seen_zeros, seen, zeros, buckets)


def shares_within_a_budget():
    (result,) = query(f'histogram_fraction(0, 0.5, {DURATION}{{job="protobuf",code_function_name="served::steady"}})')
    assert abs(float(result["value"][1]) - 0.5) < 0.01, result
    le = '%s_bucket{job="text",code_function_name="served::steady",le="0.25"}' % DURATION
    (result,) = query(le)
    # A bound of the ladder is a bound of a recorded bucket: the count is exact.
    assert float(result["value"][1]) == 250, result


def metadata_is_known():
    data = api("metadata", metric=DURATION)[DURATION]
    assert {entry["type"] for entry in data} == {"histogram"}, data
    assert "seconds" in {entry["unit"] for entry in data}, data
    assert {entry["help"] for entry in data} == {"Wall time of calls that were timed."}, data


def wait_for_scrapes():
    """The first scrape comes some seconds after the server is ready, and each job has its own offset."""
    deadline = time.time() + 30
    while time.time() < deadline:
        if {result["metric"]["job"] for result in query("up == 1")} == set(JOBS):
            return
        time.sleep(0.2)
    raise TimeoutError(str(api("targets"))[:800])


check("Prometheus scrapes all three formats", wait_for_scrapes)
check("every target is up and without error", targets_are_up)
check("the Python parser accepts the OpenMetrics page", openmetrics_parser_accepts_the_page)
check("both text formats say the same", both_texts_say_the_same)
for JOB in JOBS:
    check(f"what is stored is what the page says ({JOB})", stored_is_what_the_page_says, JOB)
    check(f"counts are the known ones ({JOB})", known_counts, JOB)
for JOB in JOBS[:2]:
    check(f"classic quantiles lie in the right bucket ({JOB})", classic_quantiles, JOB)
check("native quantiles are within 2.2 %", native_quantiles)
check("native buckets are the recorded ones", native_buckets_are_the_recorded_ones)
check("shares within a budget", shares_within_a_budget)
check("metadata has type, unit and help", metadata_is_known)
