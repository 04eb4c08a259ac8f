//! The families that came in through a bridge.

use std::borrow::Cow;

use obs_runtime::{Metric, PointValue, Snapshot};

use super::family::{Family, Kind, Number};

pub(super) fn families(snapshot: &Snapshot) -> Vec<Family<'_>> {
    snapshot.metrics().iter().filter_map(family).collect()
}

fn family(metric: &Metric) -> Option<Family<'_>> {
    let kind = match metric.points.first()?.value {
        PointValue::Counter(_) => Kind::Counter,
        PointValue::Histogram(_) => Kind::Histogram,
        _ => Kind::Gauge,
    };
    let help = if metric.description.is_empty() { "Recorded by a crate of the program." } else { &metric.description };
    let mut family = Family::new(&metric.name, metric.unit, kind, help);
    for point in &metric.points {
        let value = match &point.value {
            PointValue::Counter(count) => Number::Int(*count),
            PointValue::Gauge(value) => Number::Float(*value),
            PointValue::Histogram(histogram) => Number::Histogram(Cow::Borrowed(histogram)),
            _ => continue,
        };
        let labels = point.labels.iter();
        let attributes = labels.map(|(name, value)| (Cow::Borrowed(&**name), Cow::Borrowed(&**value))).collect();
        family.push(attributes, value);
    }
    Some(family.settle())
}
