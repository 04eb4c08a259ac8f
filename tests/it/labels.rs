//! Labels: series by value, bounded, with an overflow series; running calls.

use obs::{Outcome, counted, profiled};

use crate::support::totals;

#[counted(labels(method = method, status))]
#[profiled]
fn served(method: &str, status: u16) -> Result<(), std::fmt::Error> {
    if status < 500 { Ok(()) } else { Err(std::fmt::Error) }
}

#[test]
fn each_set_of_values_is_a_series() {
    for (method, status) in [("GET", 200), ("GET", 200), ("PUT", 200), ("GET", 500), ("", 200)] {
        let _ = served(method, status);
    }
    let function = totals("labels::served");
    let mut series: Vec<_> = function
        .series()
        .iter()
        .filter(|series| series.calls() > 0)
        .map(|series| {
            let values = series.labels().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
            (values.join(" "), series.outcome(), series.calls(), series.duration().expect("profiled").count())
        })
        .collect();
    series.sort_by(|a, b| a.0.cmp(&b.0));
    let expected = [
        ("method= status=200", Outcome::Ok, 1, 1),
        ("method=GET status=200", Outcome::Ok, 2, 2),
        ("method=GET status=500", Outcome::Error, 1, 1),
        ("method=PUT status=200", Outcome::Ok, 1, 1),
    ];
    assert_eq!(series, expected.map(|(labels, outcome, calls, timed)| (labels.to_owned(), outcome, calls, timed)));
}

#[counted(labels(id))]
fn too_many(id: u32) -> Result<(), std::fmt::Error> {
    if id % 2 == 0 { Ok(()) } else { Err(std::fmt::Error) }
}

#[test]
fn past_the_bound_one_series_takes_all_and_nothing_is_lost() {
    let before = obs::snapshot().health().label_overflow;
    for id in 0..1_000 {
        let _ = too_many(id);
    }
    let function = totals("labels::too_many");
    assert_eq!((function.calls(), function.outcomes().error), (1_000, 500));
    let overflow: Vec<_> = function.series().iter().filter(|series| series.overflow()).collect();
    let overflown: u64 = overflow.iter().map(|series| series.calls()).sum();
    assert_eq!(overflown, 1_000 - 256);
    assert!(obs::snapshot().health().label_overflow - before >= overflown);
}

#[counted(in_flight)]
fn nested(depth: u32) -> u64 {
    if depth == 0 { totals("labels::nested").in_flight().expect("counted") } else { nested(depth - 1) }
}

#[test]
fn running_calls_are_counted() {
    assert_eq!(nested(4), 5);
    assert_eq!(totals("labels::nested").in_flight(), Some(0));
}

#[derive(Debug)]
#[expect(dead_code, reason = "only printed")]
enum Wide {
    A0(u8),
}

#[counted]
fn fails_with<const N: usize>() -> Result<(), [Wide; N]> {
    Err(std::array::from_fn(|_| Wide::A0(0)))
}

#[test]
fn an_array_of_errors_is_named_by_its_type() {
    let _ = fails_with::<2>();
    let function = totals("labels::fails_with");
    let failed = function.series().iter().find(|series| series.outcome() == Outcome::Error).expect("a failure");
    assert_eq!(failed.error_type(), Some("[it::labels::Wide; 2]"));
}

#[derive(Debug)]
enum Single {
    Kind,
}

#[counted(labels(id))]
fn fails_under_many_labels(id: u32) -> Result<u32, Single> {
    if id < 1_000 { Err(Single::Kind) } else { Ok(id) }
}

#[test]
fn one_error_type_under_many_labels_keeps_its_name() {
    for id in 0..200 {
        let _ = fails_under_many_labels(id);
    }
    let function = totals("labels::fails_under_many_labels");
    let named = function.series().iter().filter(|series| series.error_type() == Some("it::labels::Single::Kind"));
    assert_eq!(named.map(obs::Series::calls).sum::<u64>(), 200);
}
