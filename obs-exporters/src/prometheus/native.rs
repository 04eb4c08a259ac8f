//! Native histograms: the recorded buckets as spans and deltas, in every protocol that carries them.

use std::borrow::Cow;

use obs_runtime::Histogram;

use crate::wire::Writer;

/// Native buckets of one histogram; above, resolution is halved until they fit.
const MAX_BUCKETS: usize = 160;

/// Values up to here count as zero: 2^-128, the default of the client libraries. Ours are exactly zero.
pub(crate) const ZERO_THRESHOLD: f64 = 2.938_735_877_055_719e-39;

/// Empty buckets between two spans; fewer are cheaper inside a span.
const GAP: usize = 2;

/// The same counts at a resolution that Prometheus takes.
pub(crate) fn fitted(histogram: &Histogram) -> Cow<'_, Histogram> {
    let mut fitted = Cow::Borrowed(histogram);
    while fitted.counts().len() > MAX_BUCKETS {
        fitted = Cow::Owned(fitted.downscale(1));
    }
    fitted
}

/// The buckets of a histogram, as differences from one to the next.
pub(crate) struct Buckets {
    /// Of each stretch: how far it begins behind the one before, and its length. Never empty, since a histogram without
    /// a span would pass for a classic one.
    pub(crate) spans: Vec<(i64, usize)>,
    pub(crate) deltas: Vec<i64>,
}

impl Buckets {
    pub(crate) fn of(histogram: &Histogram) -> Self {
        let mut buckets = Self { spans: Vec::new(), deltas: Vec::new() };
        let (mut end, mut offset, mut previous) = (0, i64::from(histogram.offset()), 0);
        for (start, length) in stretches(histogram.counts()) {
            buckets.spans.push((offset + signed(start - end), length));
            for &count in &histogram.counts()[start..start + length] {
                let count = count.cast_signed();
                buckets.deltas.push(count - previous);
                previous = count;
            }
            (end, offset) = (start + length, 0);
        }
        if buckets.spans.is_empty() {
            buckets.spans.push((0, 0));
        }
        buckets
    }

    /// Writes them under the numbers that spans and deltas have in the message at hand.
    pub(crate) fn write(self, out: &mut Writer, spans: u32, deltas: u32) {
        for (offset, length) in self.spans {
            out.message(spans, |span| {
                span.sint(1, offset);
                span.uint(2, length as u64);
            });
        }
        for delta in self.deltas {
            out.sint(deltas, delta);
        }
    }
}

fn signed(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// Start and length of each stretch of buckets, without gaps longer than [`GAP`].
fn stretches(counts: &[u64]) -> Vec<(usize, usize)> {
    let mut spans: Vec<(usize, usize)> = Vec::new();
    for (at, _) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        match spans.last_mut() {
            Some((start, length)) if at - (*start + *length) <= GAP => *length = at + 1 - *start,
            _ => spans.push((at, 1)),
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_gaps_stay_inside_a_span() {
        assert_eq!(stretches(&[1, 0, 0, 2, 0, 0, 0, 3]), [(0, 4), (7, 1)]);
        assert_eq!(stretches(&[]), []);
    }

    #[test]
    fn the_first_span_begins_at_the_first_bucket_and_the_next_behind_it() {
        let mut histogram = Histogram::default();
        // One second is bucket 0, two seconds bucket 16.
        for seconds in [1, 1, 1, 2] {
            histogram.record_nanos(seconds * 1_000_000_000);
        }
        let buckets = Buckets::of(&histogram);
        assert_eq!((buckets.spans, buckets.deltas), (vec![(0, 1), (15, 1)], vec![3, -2]));
        let empty = Buckets::of(&Histogram::default());
        assert_eq!((empty.spans, empty.deltas), (vec![(0, 0)], vec![]));
    }

    #[test]
    fn wide_histograms_lose_resolution_but_no_count() {
        let mut histogram = Histogram::default();
        (0..60).for_each(|shift| histogram.record_nanos(1 << shift));
        let fitted = fitted(&histogram);
        assert!(histogram.counts().len() > MAX_BUCKETS && fitted.counts().len() <= MAX_BUCKETS);
        assert_eq!((fitted.count(), fitted.scale()), (60, 1));
    }
}
