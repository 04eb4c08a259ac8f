//! Owned histograms: the buckets of a snapshot.

use super::index::SCALE;

/// An owned base-2 exponential histogram, ready for the wire.
///
/// # Shape
/// Bucket `i` (Prometheus' native index) holds `(2^((i-1)/2^scale), 2^(i/2^scale)]`; OTLP's index is
/// `i - 1`. The buckets recorded on the hot path are these buckets: nothing was moved or interpolated.
/// # Units
/// Bounds, sum and max are in the exported unit: seconds for durations.
///
/// # Examples
/// ```
/// let mut histogram = obs_runtime::Histogram::default();
/// histogram.record_nanos(1_000_000);
/// histogram.record_nanos(4_000_000);
/// assert_eq!(histogram.count(), 2);
/// assert!((histogram.sum() - 0.005).abs() < 1e-12);
/// let p100 = histogram.quantile(1.0).unwrap();
/// assert!((p100 / 0.004 - 1.0).abs() < 0.022);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    scale: i8,
    zero_count: u64,
    /// Native index of `counts[0]`.
    offset: i32,
    counts: Vec<u64>,
    sum: f64,
    max: f64,
    pins: Vec<Pin>,
}

/// A bound that was counted beside the buckets.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Pin {
    bound: f64,
    /// Values above it.
    above: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { scale: SCALE, zero_count: 0, offset: 0, counts: Vec::new(), sum: 0.0, max: 0.0, pins: Vec::new() }
    }
}

impl Histogram {
    /// Buckets per power of two, as a power of two: 4 means 16 buckets and 2.2 % of error at most.
    pub const fn scale(&self) -> i8 {
        self.scale
    }

    /// Values that were exactly zero.
    pub const fn zero_count(&self) -> u64 {
        self.zero_count
    }

    /// Native index of the first bucket of [`Self::counts`].
    pub const fn offset(&self) -> i32 {
        self.offset
    }

    /// Bucket counts, without gaps, from [`Self::offset`] upward. Empty, or neither end is zero.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// The number of values: always the sum of all buckets and the zero count.
    pub fn count(&self) -> u64 {
        self.zero_count + self.counts.iter().sum::<u64>()
    }

    /// The sum of the values. It may lag behind the count by calls that are being recorded right now.
    pub const fn sum(&self) -> f64 {
        self.sum
    }

    /// The largest value, exactly; zero when there is none.
    pub const fn max(&self) -> f64 {
        self.max
    }

    /// The largest value a bucket holds.
    pub fn upper_bound(&self, index: i32) -> f64 {
        (f64::from(index) / f64::from(self.scale).exp2()).exp2()
    }

    /// The value below which a share `q` of the values lie, or `None` when there are none.
    ///
    /// # Shape
    /// The geometric middle of the bucket that holds it, never above [`Self::max`]: within 2.2 % at scale 4.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let count = self.count();
        if count == 0 {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank in 1..=count")]
        let rank = ((q.clamp(0.0, 1.0) * count as f64).ceil() as u64).max(1);
        let mut seen = self.zero_count;
        if seen >= rank {
            return Some(0.0);
        }
        for (index, n) in (self.offset..).zip(&self.counts) {
            seen += n;
            if seen >= rank {
                let middle = (self.upper_bound(index) * self.upper_bound(index - 1)).sqrt();
                return Some(if self.max > 0.0 { middle.min(self.max) } else { middle });
            }
        }
        Some(self.max)
    }

    /// Bounds that were counted exactly, though they are none of a bucket: the limits of the function's budget. Each with
    /// the number of values that are at most so large, from the smallest bound on.
    pub fn pins(&self) -> impl Iterator<Item = (f64, u64)> {
        // Values that are being recorded right now may be missing in one of the two.
        self.pins.iter().map(|pin| (pin.bound, self.count().saturating_sub(pin.above)))
    }

    /// Counts a bound beside the buckets: so many values are above it. Of two limits that are the same, either will do.
    pub(crate) fn pin_nanos(&mut self, bound: u64, above: u64) {
        let bound = bound as f64 / 1e9;
        if let Err(at) = self.place_of_pin(bound) {
            self.pins.insert(at, Pin { bound, above });
        }
    }

    /// Where a bound is among the pins, or where it would be.
    fn place_of_pin(&self, bound: f64) -> Result<usize, usize> {
        self.pins.binary_search_by(|pin| pin.bound.total_cmp(&bound))
    }

    /// Keeps the bounds that both counted. How many values are above one that the other did not count is not known, unless
    /// that has none.
    fn merge_pins(&mut self, other: &Self) {
        self.pins.retain(|pin| other.place_of_pin(pin.bound).is_ok() || other.count() == 0);
        for pin in &other.pins {
            match self.place_of_pin(pin.bound) {
                Ok(at) => self.pins[at].above += pin.above,
                Err(at) if self.count() == 0 => self.pins.insert(at, *pin),
                Err(_) => {}
            }
        }
    }

    /// How many values are at most the upper bound of `index`.
    pub fn cumulative(&self, index: i32) -> u64 {
        let buckets = i64::from(index) - i64::from(self.offset) + 1;
        let buckets = usize::try_from(buckets).unwrap_or(0).min(self.counts.len());
        self.zero_count + self.counts[..buckets].iter().sum::<u64>()
    }

    /// The same values with `2^by` old buckets in each new one; exact, as OTLP and Prometheus do it.
    pub fn downscale(&self, by: u8) -> Self {
        let mut coarse = Self { scale: self.scale - by.cast_signed(), counts: Vec::new(), ..self.clone() };
        for (index, &n) in (self.offset..).zip(&self.counts) {
            // Native bucket i holds (b^(i-1), b^i]; of 2^by neighbours the last keeps the upper bound.
            coarse.add_bucket(((index - 1) >> by) + 1, n);
        }
        coarse
    }

    /// Adds another histogram's values.
    ///
    /// # Panics
    /// When the scales differ; bring both to the smaller one with [`Self::downscale`] first.
    pub fn merge(&mut self, other: &Self) {
        assert_eq!(self.scale, other.scale, "histograms of different scales");
        self.merge_pins(other);
        self.zero_count += other.zero_count;
        self.sum += other.sum;
        self.max = self.max.max(other.max);
        for (index, &n) in (other.offset..).zip(&other.counts) {
            self.add_bucket(index, n);
        }
    }

    /// What came since an earlier reading of the same histogram; everything, when the earlier one is of another scale.
    ///
    /// The largest value since is not known: [`Self::max`] stays the largest ever.
    pub fn since(&self, earlier: &Self) -> Self {
        if self.scale != earlier.scale {
            return self.clone();
        }
        let mut since = Self { counts: Vec::new(), offset: 0, ..self.clone() };
        since.zero_count = self.zero_count.saturating_sub(earlier.zero_count);
        since.sum -= earlier.sum;
        for pin in &mut since.pins {
            let before = earlier.place_of_pin(pin.bound).map_or(0, |at| earlier.pins[at].above);
            pin.above = pin.above.saturating_sub(before);
        }
        for (index, &n) in (self.offset..).zip(&self.counts) {
            since.add_bucket(index, n.saturating_sub(earlier.bucket(index)));
        }
        since
    }

    /// How many values the bucket with a native index holds.
    fn bucket(&self, index: i32) -> u64 {
        let at = usize::try_from(i64::from(index) - i64::from(self.offset));
        at.ok().and_then(|at| self.counts.get(at)).copied().unwrap_or(0)
    }

    /// Adds another histogram's values, taking over its memory where this one has none.
    pub(crate) fn absorb(&mut self, other: Self) {
        if self.counts.is_empty() {
            (self.offset, self.counts) = (other.offset, other.counts);
            self.zero_count += other.zero_count;
            self.sum += other.sum;
            self.max = self.max.max(other.max);
        } else {
            self.merge(&other);
        }
    }

    /// Adds sixteen neighbouring buckets, the first with a native index.
    pub(crate) fn add_page(&mut self, first: i32, page: [u64; 16]) {
        let end = self.offset + i32::try_from(self.counts.len()).unwrap_or(i32::MAX);
        if !self.counts.is_empty() && end == first {
            // The usual case: pages come in order, one after the other.
            let used = page.iter().rposition(|&n| n > 0).map_or(0, |last| last + 1);
            self.counts.extend_from_slice(&page[..used]);
            return;
        }
        for (index, n) in (first..).zip(page) {
            self.add_bucket(index, n);
        }
    }

    /// Adds `n` values to the bucket with a native index.
    pub fn add_bucket(&mut self, index: i32, n: u64) {
        if n == 0 {
            return;
        }
        if self.counts.is_empty() {
            self.offset = index;
        }
        if index < self.offset {
            let missing = usize::try_from(self.offset - index).unwrap_or(0);
            self.counts.splice(0..0, std::iter::repeat_n(0, missing));
            self.offset = index;
        }
        let at = usize::try_from(index - self.offset).unwrap_or(0);
        if at >= self.counts.len() {
            self.counts.resize(at + 1, 0);
        }
        self.counts[at] += n;
    }

    /// Adds one duration in nanoseconds. For histograms built off the hot path.
    pub fn record_nanos(&mut self, nanos: u64) {
        self.add_nanos(nanos);
        let seconds = nanos as f64 / 1e9;
        self.sum += seconds;
        self.max = self.max.max(seconds);
    }

    /// Adds `n` times one value, in the unit of the histogram. For values that are not durations.
    ///
    /// # Shape
    /// Zero and less count as zero; a value outside of `2^-64..2^64` is put into the outermost bucket.
    /// # Errors
    /// `false` for what has no place in a sum, infinities and NaN; nothing is added then.
    pub fn record_many(&mut self, value: f64, n: u64) -> bool {
        if !value.is_finite() {
            return false;
        }
        if value <= 0.0 {
            self.zero_count += n;
        } else {
            self.add_bucket(self.index_of(value), n);
        }
        self.sum += value * n as f64;
        self.max = if n == 0 { self.max } else { self.max.max(value) };
        true
    }

    /// Native index of a positive value: the smallest whose upper bound is not below it.
    fn index_of(&self, value: f64) -> i32 {
        const EXPONENT: f64 = 64.0;
        let outermost = EXPONENT * f64::from(self.scale).exp2();
        let position = (value.log2() * f64::from(self.scale).exp2()).clamp(-outermost, outermost);
        #[expect(clippy::cast_possible_truncation, reason = "clamped above")]
        let index = position.ceil() as i32;
        // The logarithm may be off by one unit in its last place; the bounds decide.
        let up = i32::from(value > self.upper_bound(index) && position < outermost);
        let down = i32::from(value <= self.upper_bound(index - 1) && position > -outermost);
        index + up - down
    }

    /// Adds one duration to its bucket, and not to the sum.
    pub(crate) fn add_nanos(&mut self, nanos: u64) {
        match super::index::native_index(nanos) {
            None => self.zero_count += 1,
            Some(index) => self.add_bucket(index, 1),
        }
    }

    pub(crate) fn add_zero(&mut self, n: u64) {
        self.zero_count += n;
    }

    pub(crate) fn add_sum_nanos(&mut self, sum: u64, max: u64) {
        self.sum += sum as f64 / 1e9;
        self.max = self.max.max(max as f64 / 1e9);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_earlier_reading_and_what_came_since_are_the_whole() {
        let mut all = Histogram::default();
        [0, 5, 700, 1_000_000].into_iter().for_each(|nanos| all.record_nanos(nanos));
        let mut parts = all.clone();
        [0, 3, 700, 90_000_000].into_iter().for_each(|nanos| all.record_nanos(nanos));
        let since = all.since(&parts);
        assert_eq!((since.count(), since.zero_count()), (4, 1));
        assert_eq!(all.since(&all).count(), 0);
        parts.merge(&since);
        assert_eq!(
            (parts.offset(), parts.counts(), parts.zero_count()),
            (all.offset(), all.counts(), all.zero_count())
        );
        assert!((parts.sum() - all.sum()).abs() < 1e-15);
    }

    /// One call within each bound and one past it.
    fn pinned<const N: usize>(bounds: [u64; N]) -> Histogram {
        let mut histogram = Histogram::default();
        for bound in bounds {
            histogram.record_nanos(bound);
            histogram.record_nanos(bound + 1);
        }
        for bound in bounds {
            let above = bounds.iter().flat_map(|&nanos| [nanos, nanos + 1]).filter(|&nanos| nanos > bound).count();
            histogram.pin_nanos(bound, above as u64);
        }
        histogram
    }

    fn pins(histogram: &Histogram) -> Vec<(f64, u64)> {
        histogram.pins().collect()
    }

    #[test]
    fn bounds_are_counted_exactly_from_the_smallest_on() {
        assert_eq!(pins(&pinned([3_000, 2_000])), [(2e-6, 1), (3e-6, 3)]);
        let mut twice = pinned([2_000]);
        twice.pin_nanos(2_000, 1);
        assert_eq!(pins(&twice), [(2e-6, 1)], "two limits that are the same are one bound");
    }

    #[test]
    fn of_two_histograms_the_bounds_stay_that_both_counted() {
        let mut all = pinned([2_000, 3_000]);
        all.merge(&pinned([3_000]));
        assert_eq!(pins(&all), [(3e-6, 4)]);
        let mut all = Histogram::default();
        all.merge(&pinned([2_000]));
        all.merge(&Histogram::default());
        assert_eq!(pins(&all), [(2e-6, 1)], "one without values takes nothing away");
        assert_eq!(pins(&all.since(&pinned([2_000]))), [(2e-6, 0)]);
    }
}
