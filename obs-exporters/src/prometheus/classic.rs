//! Classic buckets, cut out of exponential ones without moving a count.

use obs_runtime::Histogram;

/// Exponents of the bounds for durations: powers of four from a microsecond to 16 seconds.
const SECONDS: [i8; 13] = [-20, -18, -16, -14, -12, -10, -8, -6, -4, -2, 0, 2, 4];

/// Exponents of the bounds for everything else: powers of 16 from 2^-20 to 2^40.
const OTHER: [i8; 16] = [-20, -16, -12, -8, -4, 0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40];

/// The finite bounds of a family, as exponents of two.
pub(super) fn ladder(unit: &str) -> &'static [i8] {
    if unit == "seconds" { &SECONDS } else { &OTHER }
}

/// The bound that an exponent stands for.
pub(super) fn bound(exponent: i8) -> f64 {
    f64::from(exponent).exp2()
}

/// Cumulative count of each finite bucket; the bucket `+Inf` holds `histogram.count()`.
///
/// # Cost
/// One pass over the recorded buckets.
pub(super) fn counts(histogram: &Histogram, ladder: &'static [i8]) -> impl Iterator<Item = u64> {
    let scale = histogram.scale();
    let mut recorded = (histogram.offset()..).zip(histogram.counts()).peekable();
    let mut seen = histogram.zero_count();
    ladder.iter().map(move |&exponent| {
        // A power of two is the upper bound of an exponential bucket at every scale that is not negative; below,
        // the last bucket that is not past it is taken.
        let exponent = i32::from(exponent);
        let last = if scale >= 0 { exponent << scale } else { exponent >> scale.unsigned_abs() };
        while let Some((_, count)) = recorded.next_if(|(index, _)| *index <= last) {
            seen += count;
        }
        seen
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_exact_at_every_bound() {
        let mut histogram = Histogram::default();
        // One value at each bound (they belong to the bucket) and one just above it.
        for exponent in SECONDS {
            let nanos = (f64::from(exponent).exp2() * 1e9).floor();
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few seconds at most")]
            let nanos = nanos as u64;
            histogram.record_nanos(nanos);
            histogram.record_nanos(nanos + 1);
        }
        let cumulative: Vec<_> = counts(&histogram, ladder("seconds")).collect();
        let want: Vec<_> = (0..13).map(|at| 2 * at + 1).collect();
        assert_eq!(cumulative, want);
        assert_eq!(histogram.count(), 26);
    }

    #[test]
    fn coarse_histograms_never_count_too_much() {
        let mut histogram = Histogram::default();
        histogram.record_nanos(1_000_000_000);
        let coarse = histogram.downscale(6);
        assert_eq!(coarse.scale(), -2);
        for (exponent, count) in SECONDS.iter().zip(counts(&coarse, &SECONDS)) {
            assert!(count == 0 || *exponent >= 0);
        }
    }
}
