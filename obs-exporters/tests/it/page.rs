//! The page says what the functions did.

use std::collections::HashSet;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use obs_exporters::prometheus::{Format, render};
use obs_runtime::{ManualClock, snapshot};

use crate::functions::{Reply, at_bounds, bounded, counted_by_method, fetch, pay, running, twice_a, twice_b, waits};

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
