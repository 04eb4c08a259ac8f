//! What came since totals left last.

use std::borrow::Cow;
use std::collections::HashMap;

use super::family::{Family, Kind, Number, Point};

/// A family's name and a point's attributes.
type Key = (String, Vec<(String, String)>);

/// Totals that left, by family and attributes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Totals(HashMap<Key, Number<'static>>);

impl Totals {
    /// Keeps the totals of counters and histograms.
    pub(crate) fn of(families: &[Family<'_>]) -> Self {
        let pairs = families
            .iter()
            .filter(|family| has_deltas(family.kind))
            .flat_map(|family| family.points.iter().map(|point| (key(family, point), owned(&point.value))));
        Self(pairs.collect())
    }

    /// Turns totals into what came since these; points to which nothing came are left out, and so are empty families.
    pub(crate) fn subtract_from(&self, families: &mut Vec<Family<'_>>) {
        for family in families.iter_mut().filter(|family| has_deltas(family.kind)) {
            let mut points = std::mem::take(&mut family.points);
            points.retain_mut(|point| {
                if let Some(earlier) = self.0.get(&key(family, point)) {
                    subtract(&mut point.value, earlier);
                }
                !is_zero(&point.value)
            });
            family.points = points;
        }
        families.retain(|family| !family.points.is_empty());
    }
}

const fn has_deltas(kind: Kind) -> bool {
    matches!(kind, Kind::Counter | Kind::Histogram)
}

fn key(family: &Family<'_>, point: &Point<'_>) -> Key {
    let attributes = point.attributes.iter().map(|(key, value)| (key.to_string(), value.to_string()));
    (family.name.to_string(), attributes.collect())
}

fn owned(value: &Number<'_>) -> Number<'static> {
    match value {
        Number::Int(value) => Number::Int(*value),
        Number::Float(value) => Number::Float(*value),
        Number::Histogram(histogram) => Number::Histogram(Cow::Owned((**histogram).clone())),
    }
}

fn subtract(value: &mut Number<'_>, earlier: &Number<'_>) {
    match (value, earlier) {
        (Number::Int(value), Number::Int(earlier)) => *value = value.saturating_sub(*earlier),
        (Number::Float(value), Number::Float(earlier)) => *value -= earlier,
        (Number::Histogram(value), Number::Histogram(earlier)) => *value = Cow::Owned(value.since(earlier)),
        // Kinds within a family never differ.
        _ => {}
    }
}

fn is_zero(value: &Number<'_>) -> bool {
    match value {
        Number::Int(value) => *value == 0,
        Number::Float(value) => *value <= 0.0,
        Number::Histogram(histogram) => histogram.count() == 0,
    }
}

#[cfg(test)]
mod tests {
    use obs_runtime::Histogram;

    use super::*;

    fn families(calls: u64, nanos: &[u64]) -> Vec<Family<'static>> {
        let mut histogram = Histogram::default();
        nanos.iter().for_each(|&nanos| histogram.record_nanos(nanos));
        let mut counter = Family::new("calls", "", Kind::Counter, "");
        counter.push(Vec::new(), Number::Int(calls));
        let mut gauge = Family::new("running", "", Kind::UpDown, "");
        gauge.push(Vec::new(), Number::Int(7));
        let mut times = Family::new("times", "s", Kind::Histogram, "");
        times.push(Vec::new(), Number::Histogram(Cow::Owned(histogram)));
        vec![counter, gauge, times]
    }

    #[test]
    fn deltas_add_up_to_the_totals() {
        let first = families(3, &[10, 20]);
        let mut second = families(5, &[10, 20, 30]);
        let whole = Totals::of(&second);
        Totals::of(&first).subtract_from(&mut second);
        let values: Vec<_> = second.iter().map(|family| family.points[0].value.clone()).collect();
        assert_eq!(values[..2], [Number::Int(2), Number::Int(7)]);
        assert!(matches!(&values[2], Number::Histogram(histogram) if histogram.count() == 1));

        let mut again = families(5, &[10, 20, 30]);
        whole.subtract_from(&mut again);
        assert_eq!(again.iter().map(|family| &*family.name).collect::<Vec<_>>(), ["running"], "nothing came");
    }
}
