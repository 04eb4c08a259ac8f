//! Recorded calls as exemplars of buckets: which one stands beside which bucket.

use obs_runtime::Exemplar;

/// The value that an exemplar shows, in the unit of the buckets' bounds: rounded once, as these are, so that a call that
/// took exactly as long as its limit allows lies within it.
pub(super) fn seconds(exemplar: &Exemplar) -> f64 {
    exemplar.duration.as_nanos() as f64 / 1e9
}

/// Goes through a histogram's exemplars bucket by bucket, from the first bound to the last.
pub(super) struct Exemplars<'a> {
    /// Shortest first.
    rest: &'a [Exemplar],
}

impl<'a> Exemplars<'a> {
    pub(super) const fn new(shortest_first: &'a [Exemplar]) -> Self {
        Self { rest: shortest_first }
    }

    /// The latest call in the bucket that ends at a bound; each bucket must be asked for, in order.
    ///
    /// A bucket that counts nothing yet has none: the call was recorded after the snapshot read its cells.
    pub(super) fn of_bucket(&mut self, bound: f64, count: u64) -> Option<&'a Exemplar> {
        let end = self.rest.partition_point(|exemplar| seconds(exemplar) <= bound);
        let (bucket, rest) = self.rest.split_at(end);
        self.rest = rest;
        if count == 0 { None } else { bucket.iter().max_by_key(|exemplar| exemplar.time) }
    }
}
