//! What is not about annotated functions, as points: what the runtime says of itself, and what came in through a bridge.

use std::borrow::Cow;
use std::collections::HashSet;

use obs_runtime::{Histogram, Snapshot};

use super::line::Field;
use super::tags::{Tags, own_name};
use crate::families::{self, Family, Kind, Number};
use crate::name::{MetricKind, prom_name};

/// The quantiles of a distribution, in the unit of its measurement.
const QUANTILES: [(&str, f64); 5] = [("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99), ("p999", 0.999)];

/// Measurement, tags, fields.
pub(super) type Point<'a> = (String, Tags<'a>, Vec<(&'static str, Field)>);

/// All other points. Measurements that would be one are numbered; those of `taken` are not free.
pub(super) fn points<'a>(snapshot: &'a Snapshot, common: &Tags<'a>, taken: &[&str]) -> Vec<Point<'a>> {
    let mut known: HashSet<String> = taken.iter().map(|&name| name.to_owned()).collect();
    let mut points = Vec::new();
    for family in families::of_others(snapshot) {
        let measurement = unique(&measurement(&family), &mut known);
        for point in family.points {
            let mut tags = common.clone();
            for (name, value) in point.attributes {
                tags.add(name, value);
            }
            points.push((measurement.clone(), tags, fields(&point.value)));
        }
    }
    points
}

fn measurement(family: &Family<'_>) -> String {
    let kind = match family.kind {
        Kind::Counter => MetricKind::Counter,
        Kind::Histogram => MetricKind::Histogram,
        Kind::UpDown | Kind::Gauge | Kind::Info => MetricKind::Gauge,
    };
    own_name(Cow::Owned(prom_name(&family.name, family.unit, kind))).into_owned()
}

fn unique(name: &str, known: &mut HashSet<String>) -> String {
    let mut free = name.to_owned();
    let mut number = 2;
    while !known.insert(free.clone()) {
        free = format!("{name}_{number}");
        number += 1;
    }
    free
}

fn fields(value: &Number<'_>) -> Vec<(&'static str, Field)> {
    match value {
        Number::Int(count) => vec![("value", Field::Int(*count))],
        Number::Float(value) => vec![("value", Field::Float(*value))],
        Number::Histogram(histogram) => distribution(histogram),
    }
}

fn distribution(histogram: &Histogram) -> Vec<(&'static str, Field)> {
    let mut fields = vec![
        ("count", Field::Int(histogram.count())),
        ("sum", Field::Float(histogram.sum())),
        ("max", Field::Float(histogram.max())),
    ];
    fields.extend(QUANTILES.iter().filter_map(|(name, q)| Some((*name, Field::Float(histogram.quantile(*q)?)))));
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_be_one_are_numbered() {
        let mut known = HashSet::from(["obs_function".to_owned()]);
        let names = ["a", "a", "obs_function", "a"].map(|name| unique(name, &mut known));
        assert_eq!(names, ["a", "a_2", "obs_function_2", "a_3"]);
    }

    #[test]
    fn a_distribution_without_values_has_no_quantiles() {
        let names = |histogram: &Histogram| distribution(histogram).iter().map(|(name, _)| *name).collect::<Vec<_>>();
        let mut histogram = Histogram::default();
        assert_eq!(names(&histogram), ["count", "sum", "max"]);
        histogram.record_nanos(1_000_000_000);
        assert_eq!(names(&histogram), ["count", "sum", "max", "p50", "p90", "p95", "p99", "p999"]);
        assert_eq!(distribution(&histogram)[7].1, Field::Float(histogram.quantile(0.999).unwrap()));
    }
}
