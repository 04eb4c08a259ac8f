//! Whole pages compared as strings.

use std::borrow::Cow;

use obs_runtime::Histogram;

use super::{Dialect, encode};
use crate::families::{Family, Kind, Number};
use crate::prometheus::page::{PageFamily, convert};

/// Three calls: 1 ms, 4 ms, and one that took no time at all.
fn histogram() -> Histogram {
    let mut histogram = Histogram::default();
    for nanos in [0, 1_000_000, 4_000_000] {
        histogram.record_nanos(nanos);
    }
    histogram
}

fn page() -> Vec<PageFamily<'static>> {
    let mut info = Family::new("obs.build.info", "", Kind::Info, "What was built.");
    info.push(vec![("version".into(), "1.2.3".into())], Number::Int(1));
    let mut calls = Family::new("obs.function.calls", "{call}", Kind::Counter, "Calls \"so far\",\nby \\ outcome.");
    calls.push(vec![("code.function.name".into(), "a::b".into())], Number::Int(7));
    let odd = vec![("code.function.name".into(), "a::b".into()), ("k".into(), "q\"uo\\te\nline".into())];
    calls.push(odd, Number::Int(u64::MAX));
    let mut time = Family::new("obs.function.duration", "s", Kind::Histogram, "Wall time.");
    time.push(vec![("code.function.name".into(), "a::b".into())], Number::Histogram(Cow::Owned(histogram())));
    let mut gauge = Family::new("queue.depth", "", Kind::Gauge, "Depth.");
    gauge.push(Vec::new(), Number::Float(-0.5));
    [info, calls, time, gauge].map(convert).into()
}

const BUCKETS: &str = "\
obs_function_duration_seconds_bucket{code_function_name=\"a::b\",le=\"9.5367431640625e-07\"} 1
obs_function_duration_seconds_bucket{code_function_name=\"a::b\",le=\"3.814697265625e-06\"} 1
obs_function_duration_seconds_bucket{code_function_name=\"a::b\",le=\"1.52587890625e-05\"} 1
obs_function_duration_seconds_bucket{code_function_name=\"a::b\",le=\"6.103515625e-05\"} 1
obs_function_duration_seconds_bucket{code_function_name=\"a::b\",le=\"0.000244140625\"} 1
obs_function_duration_seconds_bucket{code_function_name=\"a::b\",le=\"0.0009765625\"} 1
obs_function_duration_seconds_bucket{code_function_name=\"a::b\",le=\"0.00390625\"} 2
obs_function_duration_seconds_bucket{code_function_name=\"a::b\",le=\"0.015625\"} 3
obs_function_duration_seconds_bucket{code_function_name=\"a::b\",le=\"0.0625\"} 3
obs_function_duration_seconds_bucket{code_function_name=\"a::b\",le=\"0.25\"} 3
obs_function_duration_seconds_bucket{code_function_name=\"a::b\",le=\"1.0\"} 3
obs_function_duration_seconds_bucket{code_function_name=\"a::b\",le=\"4.0\"} 3
obs_function_duration_seconds_bucket{code_function_name=\"a::b\",le=\"16.0\"} 3
obs_function_duration_seconds_bucket{code_function_name=\"a::b\",le=\"+Inf\"} 3
obs_function_duration_seconds_sum{code_function_name=\"a::b\"} 0.005
obs_function_duration_seconds_count{code_function_name=\"a::b\"} 3
";

#[test]
fn text_is_exactly_this() {
    let want = format!(
        "\
# HELP obs_build_info What was built.
# TYPE obs_build_info gauge
obs_build_info{{version=\"1.2.3\"}} 1
# HELP obs_function_calls_total Calls \"so far\",\\nby \\\\ outcome.
# TYPE obs_function_calls_total counter
obs_function_calls_total{{code_function_name=\"a::b\"}} 7
obs_function_calls_total{{code_function_name=\"a::b\",k=\"q\\\"uo\\\\te\\nline\"}} 18446744073709551615
# HELP obs_function_duration_seconds Wall time.
# TYPE obs_function_duration_seconds histogram
{BUCKETS}# HELP queue_depth Depth.
# TYPE queue_depth gauge
queue_depth -0.5
"
    );
    assert_eq!(encode(&page(), Dialect::Prometheus), want);
}

#[test]
fn open_metrics_is_exactly_this() {
    let want = format!(
        "\
# TYPE obs_build info
# HELP obs_build What was built.
obs_build_info{{version=\"1.2.3\"}} 1
# TYPE obs_function_calls counter
# HELP obs_function_calls Calls \\\"so far\\\",\\nby \\\\ outcome.
obs_function_calls_total{{code_function_name=\"a::b\"}} 7
obs_function_calls_total{{code_function_name=\"a::b\",k=\"q\\\"uo\\\\te\\nline\"}} 18446744073709551615
# TYPE obs_function_duration_seconds histogram
# UNIT obs_function_duration_seconds seconds
# HELP obs_function_duration_seconds Wall time.
{BUCKETS}# TYPE queue_depth gauge
# HELP queue_depth Depth.
queue_depth -0.5
# EOF
"
    );
    assert_eq!(encode(&page(), Dialect::OpenMetrics), want);
}
