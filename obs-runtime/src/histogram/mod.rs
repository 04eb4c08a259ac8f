//! Base-2 exponential histograms whose buckets are those of the wire.
//!
//! [`index`] finds a duration's bucket, [`cells`] counts in it on the hot path, [`buckets`] is the owned form.

pub(crate) mod cells;
mod index;

mod buckets;

pub use buckets::Histogram;
