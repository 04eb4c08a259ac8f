//! The page says what the functions did.

use std::collections::HashSet;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use obs_exporters::prometheus::{Format, render};
use obs_runtime::{ManualClock, snapshot};

use crate::functions::{
    Reply, at_bounds, bounded, bounded_exactly, counted_by_method, fetch, limited, limited_twice_a, limited_twice_b,
    pay, running, twice_a, twice_b, waits, worked,
};

const OPEN: Format = Format::OpenMetrics { escaping: false };

fn page(format: Format) -> String {
    String::from_utf8(render(&snapshot(), format)).unwrap()
}

/// The samples about one function, without those of classic buckets.
fn samples(function: &str) -> Vec<String> {
    let label = format!("{function}\"");
    let page = page(Format::Text);
    let lines = page.lines().filter(|line| line.contains(&label) && !line.contains("_bucket{"));
    lines.map(|line| line.replace("it::functions::", "").replace("code_function_name", "f")).collect()
}

#[test]
fn durations_are_split_by_error_type() {
    let clock = ManualClock::new();
    clock.run(|| {
        for millis in [1, 2, 4] {
            pay(&clock, millis, false).unwrap();
        }
        pay(&clock, 8, true).unwrap_err();
    });
    let samples = samples("functions::pay");
    let duration: Vec<_> = samples.iter().filter(|line| line.starts_with("obs_function_duration")).collect();
    let error =
        snapshot().callsite("functions::pay").unwrap().series().iter().find_map(obs_runtime::Series::error_type);
    let error = error.unwrap();
    let short = error.replace("it::functions::", "");
    let want = [
        "obs_function_duration_seconds_sum{f=\"pay\"} 0.007".to_owned(),
        "obs_function_duration_seconds_count{f=\"pay\"} 3".to_owned(),
        format!("obs_function_duration_seconds_sum{{f=\"pay\",error_type=\"{short}\"}} 0.008"),
        format!("obs_function_duration_seconds_count{{f=\"pay\",error_type=\"{short}\"}} 1"),
    ];
    assert_eq!(duration, want.iter().collect::<Vec<_>>());
    assert!(error.contains("PayError"), "{error}");
}

#[test]
fn errors_are_split_by_class_and_not_by_label() {
    for (host, reply) in [("a", Reply::Busy), ("b", Reply::Busy), ("b", Reply::Gone)] {
        fetch(host, reply).unwrap_err();
    }
    let samples = samples("functions::fetch");
    let errors: Vec<_> = samples.iter().filter(|line| line.starts_with("obs_errors")).collect();
    let want = [("gone", 1), ("transient", 2)].map(|(class, count)| {
        format!("obs_errors_total{{f=\"fetch\",error_type=\"FetchError::Reply\",error_class=\"{class}\"}} {count}")
    });
    assert_eq!(errors, want.iter().collect::<Vec<_>>());
    let calls = |host: &str| {
        format!("obs_function_calls_total{{f=\"fetch\",error_type=\"FetchError::Reply\",host=\"{host}\"}} ")
    };
    for (host, count) in [("a", 1), ("b", 2)] {
        assert!(samples.contains(&format!("{}{count}", calls(host))), "{samples:?}");
    }
}

#[test]
fn classic_buckets_count_exactly_at_their_bounds() {
    let clock = ManualClock::new();
    clock.run(|| {
        // 2^-8 s is a bound; a nanosecond more is past it.
        for nanos in [3_906_250, 3_906_251] {
            at_bounds(&clock, nanos);
        }
    });
    let page = page(Format::Text);
    let count = |le: &str| {
        let label = format!("functions::at_bounds\",le=\"{le}\"}} ");
        page.lines().find_map(|line| line.split_once(&label)).unwrap().1.to_owned()
    };
    assert_eq!(["0.0009765625", "0.00390625", "0.015625", "+Inf"].map(count), ["0", "1", "2", "2"]);
}

#[test]
fn callsites_of_one_name_are_one_series() {
    (0..3).for_each(|_| twice_a());
    (0..4).for_each(|_| twice_b());
    let samples = samples("page::twice");
    let count: Vec<_> = samples.iter().filter(|line| line.contains("_count")).collect();
    assert_eq!(count, ["obs_function_duration_seconds_count{f=\"page::twice\"} 7"]);
}

#[test]
fn labels_are_escaped_and_overflow_says_so() {
    counted_by_method("G\"E\\T\n");
    for n in 0..2_100 {
        counted_by_method(&n.to_string());
    }
    let samples = samples("counted_by_method");
    let escaped = r#"obs_function_calls_total{f="counted_by_method",method="G\"E\\T\n"} 1"#;
    assert!(samples.iter().any(|line| line == escaped), "{:?}", &samples[..3]);
    let calls = samples.iter().filter(|line| line.starts_with("obs_function_calls_total"));
    let count = |line: &String| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap();
    assert_eq!(
        calls.clone().map(count).sum::<u64>(),
        snapshot().callsite("counted_by_method").unwrap().calls(),
        "nothing is lost in the overflow"
    );
    let overflow = calls.clone().filter(|line| line.contains("otel_metric_overflow=\"true\"")).map(count).sum::<u64>();
    let seen = snapshot();
    let series = seen.callsite("counted_by_method").unwrap().series().iter();
    let expected: u64 = series.filter(|series| series.overflow()).map(obs_runtime::Series::calls).sum();
    assert_eq!(overflow, expected);
}

#[test]
fn budgets_tell_limit_and_violations() {
    let clock = ManualClock::new();
    clock.run(|| [5, 10, 11, 20].into_iter().for_each(|millis| bounded(&clock, millis)));
    let samples = samples("functions::bounded");
    let budget: Vec<_> = samples.iter().filter(|line| line.starts_with("obs_budget")).collect();
    let want = [
        "obs_budget_limit_seconds{f=\"bounded\",budget=\"wall\"} 0.01",
        "obs_budget_violations_total{f=\"bounded\",budget=\"wall\"} 2",
    ];
    assert_eq!(budget, want);
}

#[test]
fn limits_of_every_kind_tell_their_unit_and_what_did_not_keep_them() {
    let clock = ManualClock::new();
    clock.run(|| {
        limited(&clock, 5, 3, 2);
        limited(&clock, 15, 1, 0);
        limited(&clock, 25, 0, 1);
    });
    let samples = samples("functions::limited");
    let of = |family: &str| -> Vec<_> {
        let cut = |line: &String| {
            line.strip_prefix(family).and_then(|rest| rest.strip_prefix("{f=\"limited\"")).map(str::to_owned)
        };
        samples.iter().filter_map(cut).collect()
    };
    assert_eq!(of("obs_budget_limit_seconds"), [",budget=\"p90\"} 0.02", ",budget=\"wall\"} 0.01"]);
    assert_eq!(of("obs_budget_limit_bytes"), [",budget=\"bytes\"} 250"]);
    assert_eq!(of("obs_budget_limit_amount"), [",budget=\"allocs\"} 2", ",budget=\"calls\",callee=\"looked_at\"} 1"]);
    assert_eq!(of("obs_budget_objective_ratio"), [",budget=\"p90\"} 0.9", ",budget=\"wall\"} 0.5"]);
    let violations = [
        ",budget=\"allocs\"} 1",
        ",budget=\"bytes\"} 1",
        ",budget=\"calls\",callee=\"looked_at\"} 1",
        ",budget=\"p90\"} 1",
        ",budget=\"wall\"} 2",
    ];
    assert_eq!(of("obs_budget_violations_total"), violations);
    let costs = ["allocations_total", "allocated_bytes_total", "self_allocations_total", "self_allocated_bytes_total"];
    assert_eq!(costs.map(|cost| of(&format!("obs_function_{cost}"))), [["} 4"], ["} 400"], ["} 4"], ["} 400"]]);
    assert_eq!(of("obs_function_max_held_bytes"), ["} 100"]);
    assert_eq!(of("obs_function_cpu_seconds_total"), [""; 0], "nobody asked for it");
}

#[test]
fn functions_without_a_budget_and_without_costs_have_no_points_of_them() {
    pay(&ManualClock::new(), 0, false).unwrap();
    let samples = samples("functions::pay");
    let parts = ["obs_budget", "_alloc", "_held", "_cpu"];
    assert!(!samples.iter().any(|line| parts.iter().any(|part| line.contains(part))), "{samples:#?}");
}

#[test]
fn cpu_time_is_told_where_it_is_measured() {
    let mut sum = 0_u64;
    // Not with the first call where the system's clock is coarse.
    assert!((0..10_000).any(|_| {
        worked(|| (0..100_000).for_each(|n| sum = std::hint::black_box(sum + n)));
        samples("functions::worked").iter().any(|line| line.starts_with("obs_function_cpu_seconds_total"))
    }));
}

#[test]
fn the_process_tells_what_it_asked_of_its_allocator() {
    let page = page(Format::Text);
    let value = |name: &str| page.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<u64>().ok()).unwrap();
    assert!(value("obs_memory_allocated_bytes_total ") >= value("obs_memory_allocations_total "));
    assert!(value("obs_memory_peak_bytes ") >= value("obs_memory_live_bytes "));
    assert!(value("obs_memory_live_bytes ") > 0);
}

/// Bound and cumulative count of a function's buckets.
fn buckets(page: &str, function: &str) -> Vec<(String, u64)> {
    let label = format!("{function}\",le=\"");
    let parts = page.lines().filter_map(|line| line.split_once(&label)?.1.split_once("\"} "));
    parts.map(|(bound, count)| (bound.to_owned(), count.parse().unwrap())).collect()
}

#[test]
fn the_limit_of_a_budget_is_a_bucket_that_counts_exactly() {
    let clock = ManualClock::new();
    clock.run(|| [9_999_999, 10_000_000, 10_000_001].into_iter().for_each(|nanos| bounded_exactly(&clock, nanos)));
    let buckets = buckets(&page(Format::Text), "functions::bounded_exactly");
    let near: Vec<_> = buckets.iter().map(|(bound, count)| (bound.as_str(), *count)).skip(6).take(3).collect();
    assert_eq!(near, [("0.00390625", 0), ("0.01", 2), ("0.015625", 3)]);
    assert_eq!(buckets.len(), 15, "13 for all functions, one for the limit, one without a bound");
}

#[test]
fn of_two_functions_with_one_name_the_limit_is_a_bucket_that_both_have() {
    let clock = ManualClock::new();
    clock.run(|| {
        limited_twice_a(&clock, 15);
        limited_twice_b(&clock, 15);
    });
    let buckets = buckets(&page(Format::Text), "page::limited_twice");
    let bounds: Vec<_> = buckets.iter().map(|(bound, _)| bound.as_str()).collect();
    assert!(!bounds.contains(&"0.01") && !bounds.contains(&"0.02"), "each is known of one function only: {bounds:?}");
    let limit = samples("page::limited_twice").into_iter().find(|line| line.starts_with("obs_budget_limit")).unwrap();
    assert!(limit.ends_with(" 0.02"), "the larger one: {limit}");
}

#[test]
fn async_functions_tell_how_they_were_polled() {
    let mut context = Context::from_waker(Waker::noop());
    let mut future = pin!(waits());
    assert_eq!(future.as_mut().poll(&mut context), Poll::Pending);
    assert_eq!(future.as_mut().poll(&mut context), Poll::Ready(()));
    let samples = samples("functions::waits");
    assert!(samples.contains(&"obs_function_polls_total{f=\"waits\"} 2".to_owned()), "{samples:#?}");
    assert!(samples.iter().any(|line| line.starts_with("obs_function_busy_seconds_total")));
    assert!(samples.iter().any(|line| line.starts_with("obs_function_longest_poll_seconds")));
}

#[test]
fn running_calls_are_counted() {
    running(|| assert!(samples("functions::running").contains(&"obs_function_active{f=\"running\"} 1".to_owned())));
    assert!(samples("functions::running").contains(&"obs_function_active{f=\"running\"} 0".to_owned()));
}

#[test]
fn functions_are_known_with_file_line_and_description() {
    let samples = samples("functions::pay");
    let info = samples.iter().find(|line| line.starts_with("obs_function_info")).unwrap();
    assert!(info.contains("code_file_path=\"obs-exporters/tests/it/functions.rs\""), "{info}");
    assert!(info.contains("description=\"Pays for a cart.\"} 1"), "{info}");
}

#[test]
fn no_series_is_there_twice_and_nothing_is_nan() {
    let page = page(Format::Text);
    let mut seen = HashSet::new();
    for line in page.lines().filter(|line| !line.starts_with('#')) {
        let (series, value) = line.rsplit_once(' ').unwrap();
        assert!(seen.insert(series), "{series}");
        assert!(!value.parse::<f64>().unwrap().is_nan(), "{line}");
    }
    let types = page.lines().filter(|line| line.starts_with("# TYPE")).collect::<Vec<_>>();
    assert_eq!(types.len(), types.iter().collect::<HashSet<_>>().len());
}

#[test]
fn open_metrics_ends_and_holds_no_blank_line() {
    let page = page(OPEN);
    assert!(page.ends_with("# EOF\n") && page.matches("# EOF").count() == 1);
    assert!(!page.contains("\n\n") && !page.contains('\r'));
}
