//! Classic buckets, cut out of exponential ones without moving a count, and at the limits of budgets.
//!
//! A limit on wall time is a bound of its function's histogram, and its count is exact: `le="0.01"` are the calls within
//! `#[budget(ms = 10)]`. Native histograms and OTLP's have no room for such a bound, since theirs are powers of
//! 2^(1/16); there the calls past a limit are in `obs.budget.violations`.

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

/// One bucket of a histogram.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bucket {
    /// The largest value it may hold; infinite in the last one.
    pub(super) bound: f64,
    /// Values up to the bound.
    pub(super) count: u64,
    /// Values above the bound of the bucket before it.
    pub(super) own: u64,
    /// Its place in the ladder, the last one being behind it; `None` at a limit of a budget.
    pub(super) step: Option<usize>,
}

/// All buckets, from the smallest bound to the infinite one: those of the ladder, and between them one for each limit on
/// wall time that the function's budget has.
///
/// # Cost
/// One pass over the recorded buckets, and one more for each limit.
pub(super) fn buckets(histogram: &Histogram, ladder: &'static [i8]) -> impl Iterator<Item = Bucket> {
    let mut steps = steps(histogram, ladder).peekable();
    let mut pins = histogram.pins().peekable();
    let mut below = 0;
    std::iter::from_fn(move || {
        let &(place, bound, up_to_bound) = steps.peek()?;
        let (bound, count, step) = if let Some((limit, count)) = pins.next_if(|(limit, _)| *limit < bound) {
            // Beside running calls it may be off by as many: they are counted in one place and not yet in the other.
            (limit, count.clamp(below, up_to_bound), None)
        } else {
            steps.next();
            // A limit that is a bound of the ladder is there already.
            pins.next_if(|(limit, _)| *limit <= bound);
            (bound, up_to_bound, Some(place))
        };
        let own = count - below;
        below = count;
        Some(Bucket { bound, count, own, step })
    })
}

/// Place, bound and cumulative count of each step of the ladder, and of what is behind it.
fn steps(histogram: &Histogram, ladder: &'static [i8]) -> impl Iterator<Item = (usize, f64, u64)> {
    let scale = histogram.scale();
    let mut recorded = (histogram.offset()..).zip(histogram.counts()).peekable();
    let mut seen = histogram.zero_count();
    let finite = ladder.iter().map(move |&exponent| {
        // A power of two is the upper bound of an exponential bucket at every scale that is not negative; below,
        // the last bucket that is not past it is taken.
        let index = i32::from(exponent);
        let last = if scale >= 0 { index << scale } else { index >> scale.unsigned_abs() };
        while let Some((_, count)) = recorded.next_if(|(index, _)| *index <= last) {
            seen += count;
        }
        (bound(exponent), seen)
    });
    let all = finite.chain([(f64::INFINITY, histogram.count())]);
    all.enumerate().map(|(place, (bound, count))| (place, bound, count))
}

#[cfg(test)]
#[path = "classic_tests.rs"]
mod tests;
