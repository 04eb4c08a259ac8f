//! A family of metrics: one name, one kind, one point for each set of attributes.

use std::borrow::Cow;

use obs_runtime::{Exemplar, Histogram};

/// One name and all its points.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Family<'a> {
    /// The OpenTelemetry name, `obs.function.duration`.
    pub(crate) name: Cow<'a, str>,
    pub(crate) help: Cow<'a, str>,
    /// UCUM: `s`, `By`, `{call}`, or nothing.
    pub(crate) unit: &'a str,
    pub(crate) kind: Kind,
    pub(crate) points: Vec<Point<'a>>,
}

/// What a family counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A sum that never goes down.
    Counter,
    /// A sum that goes up and down.
    UpDown,
    /// A value that goes up and down.
    Gauge,
    /// A distribution.
    Histogram,
    /// Attributes worth knowing; the value is 1.
    Info,
}

/// A name and a value.
pub(crate) type Attribute<'a> = (Cow<'a, str>, Cow<'a, str>);

/// The value of one set of attributes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Point<'a> {
    pub(crate) attributes: Vec<Attribute<'a>>,
    pub(crate) value: Number<'a>,
    /// Recorded calls beside a histogram's buckets, shortest first.
    pub(crate) exemplars: Cow<'a, [Exemplar]>,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Number<'a> {
    Int(u64),
    Float(f64),
    Histogram(Cow<'a, Histogram>),
}

impl<'a> Family<'a> {
    pub(crate) fn new(name: &'a str, unit: &'a str, kind: Kind, help: &'a str) -> Self {
        Self { name: Cow::Borrowed(name), help: Cow::Borrowed(help), unit, kind, points: Vec::new() }
    }

    pub(crate) fn push(&mut self, attributes: Vec<Attribute<'a>>, value: Number<'a>) {
        self.points.push(Point { attributes, value, exemplars: Cow::Borrowed(&[]) });
    }

    /// The same for a histogram with recorded calls beside its buckets.
    pub(crate) fn push_histogram(
        &mut self,
        attributes: Vec<Attribute<'a>>,
        histogram: &'a Histogram,
        exemplars: &'a [Exemplar],
    ) {
        let value = Number::Histogram(Cow::Borrowed(histogram));
        self.points.push(Point { attributes, value, exemplars: Cow::Borrowed(exemplars) });
    }

    /// Sorts the points and makes one of those with the same attributes, as two callsites of one name have them.
    pub(crate) fn settle(mut self) -> Self {
        self.points.sort_by(|a, b| a.attributes.cmp(&b.attributes));
        let kind = self.kind;
        self.points.dedup_by(|next, kept| {
            let same = next.attributes == kept.attributes;
            if same {
                kept.absorb(next, kind);
            }
            same
        });
        self
    }
}

impl Point<'_> {
    fn absorb(&mut self, other: &Self, kind: Kind) {
        self.value.absorb(&other.value, kind);
        if !other.exemplars.is_empty() {
            let exemplars = self.exemplars.to_mut();
            exemplars.extend_from_slice(&other.exemplars);
            exemplars.sort_by_key(|exemplar| exemplar.duration);
        }
    }
}

impl Number<'_> {
    pub(crate) const fn as_f64(&self) -> f64 {
        match self {
            Self::Int(value) => *value as f64,
            Self::Float(value) => *value,
            Self::Histogram(_) => f64::NAN,
        }
    }

    fn absorb(&mut self, other: &Self, kind: Kind) {
        match (self, other) {
            (_, _) if kind == Kind::Info => {}
            // A sum of limits or of longest polls says nothing; the larger one does.
            (Self::Int(kept), Self::Int(more)) if kind == Kind::Gauge => *kept = (*kept).max(*more),
            (Self::Int(sum), Self::Int(more)) => *sum = sum.saturating_add(*more),
            (Self::Float(kept), Self::Float(more)) if kind == Kind::Gauge => *kept = kept.max(*more),
            (Self::Float(sum), Self::Float(more)) => *sum += more,
            (Self::Histogram(all), Self::Histogram(more)) => merge(all.to_mut(), more),
            // Kinds within a family never differ.
            _ => {}
        }
    }
}

/// Adds a histogram to another, at the coarser scale of the two.
pub(crate) fn merge(all: &mut Histogram, more: &Histogram) {
    let finer_by = all.scale() - more.scale();
    match finer_by {
        0 => all.merge(more),
        1.. => {
            *all = all.downscale(finer_by.unsigned_abs());
            all.merge(more);
        }
        _ => all.merge(&more.downscale(finer_by.unsigned_abs())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes(value: &str) -> Vec<Attribute<'_>> {
        vec![(Cow::Borrowed("a"), Cow::Borrowed(value))]
    }

    #[test]
    fn points_with_the_same_attributes_become_one() {
        let mut family = Family::new("calls", "", Kind::Counter, "");
        family.push(attributes("2"), Number::Int(1));
        family.push(attributes("1"), Number::Int(2));
        family.push(attributes("2"), Number::Int(4));
        let family = family.settle();
        let values: Vec<_> = family.points.iter().map(|point| point.value.as_f64()).collect();
        assert_eq!(values, [2.0, 5.0]);
    }

    #[test]
    fn of_two_limits_the_larger_is_kept() {
        for (first, second) in [(Number::Int(3), Number::Int(2)), (Number::Float(2.0), Number::Float(3.0))] {
            let mut family = Family::new("limit", "", Kind::Gauge, "");
            family.push(attributes("1"), first);
            family.push(attributes("1"), second);
            let [point] = &family.settle().points[..] else { panic!("one point") };
            assert_eq!(point.value.as_f64().to_bits(), 3.0_f64.to_bits());
        }
    }

    #[test]
    fn histograms_of_different_scales_meet_at_the_coarser() {
        let mut fine = Histogram::default();
        fine.record_nanos(1_000);
        fine.record_nanos(5_000);
        let mut coarse = fine.downscale(2);
        merge(&mut coarse, &fine);
        assert_eq!((coarse.scale(), coarse.count()), (2, 4));
        merge(&mut fine, &coarse);
        assert_eq!((fine.scale(), fine.count()), (2, 6));
    }
}
