//! Metrics that are not those of an annotated function: they come in through a bridge.

use std::sync::Arc;

use crate::histogram::Histogram;

/// One family of foreign metrics.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// The name its crate gave it; exporters make it fit their format.
    pub name: Arc<str>,
    /// What it says, for HELP; may be empty.
    pub description: Arc<str>,
    /// UCUM unit, `s` or `By`; empty when unknown.
    pub unit: &'static str,
    /// One value for each set of labels.
    pub points: Vec<Point>,
}

/// One set of labels of a [`Metric`] and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Name and value of each label.
    pub labels: Vec<(Arc<str>, Arc<str>)>,
    /// The value.
    pub value: PointValue,
}

/// The value of a [`Point`]. All points of a family are of one kind.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum PointValue {
    /// A count that never goes down.
    Counter(u64),
    /// A value that goes up and down.
    Gauge(f64),
    /// A distribution, in the unit of the family.
    Histogram(Histogram),
}

/// Where foreign metrics come from; asked each time a snapshot is taken.
pub trait MetricSource: Send + Sync {
    /// Adds its metrics to a snapshot.
    fn collect(&self, into: &mut Vec<Metric>);
}
