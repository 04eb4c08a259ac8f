//! One value that a crate records: the handle it keeps, and what a snapshot reads.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use metrics::{CounterFn, GaugeFn, HistogramFn};
use obs_runtime::{Histogram, PointValue};

/// What an instrument is, before there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum InstrumentKind {
    Counter,
    Gauge,
    Histogram,
}

/// One value; clones share it.
#[derive(Clone, Debug)]
pub(super) enum Instrument {
    Counter(Arc<Count>),
    Gauge(Arc<Level>),
    Histogram(Arc<Distribution>),
}

impl Instrument {
    pub(super) fn new(kind: InstrumentKind) -> Self {
        match kind {
            InstrumentKind::Counter => Self::Counter(Arc::default()),
            InstrumentKind::Gauge => Self::Gauge(Arc::default()),
            InstrumentKind::Histogram => Self::Histogram(Arc::default()),
        }
    }

    pub(super) fn read(&self) -> PointValue {
        match self {
            Self::Counter(count) => PointValue::Counter(count.0.load(Ordering::Relaxed)),
            Self::Gauge(level) => PointValue::Gauge(f64::from_bits(level.0.load(Ordering::Relaxed))),
            Self::Histogram(values) => PointValue::Histogram(values.lock().clone()),
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Count(AtomicU64);

impl CounterFn for Count {
    fn increment(&self, value: u64) {
        self.0.fetch_add(value, Ordering::Relaxed);
    }

    fn absolute(&self, value: u64) {
        self.0.fetch_max(value, Ordering::Relaxed);
    }
}

/// The bits of a float; all zero is 0.0.
#[derive(Debug, Default)]
pub(super) struct Level(AtomicU64);

impl Level {
    fn change(&self, by: f64) {
        let add = |bits| Some((f64::from_bits(bits) + by).to_bits());
        // The closure always has an answer, so this never fails.
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }
}

impl GaugeFn for Level {
    fn increment(&self, value: f64) {
        self.change(value);
    }

    fn decrement(&self, value: f64) {
        self.change(-value);
    }

    fn set(&self, value: f64) {
        self.0.store(value.to_bits(), Ordering::Relaxed);
    }
}

/// Base-2 exponential buckets at scale 4. The lock is held for one bucket, or for one copy by a snapshot.
#[derive(Debug, Default)]
pub(super) struct Distribution(Mutex<Histogram>);

impl Distribution {
    fn lock(&self) -> std::sync::MutexGuard<'_, Histogram> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HistogramFn for Distribution {
    fn record(&self, value: f64) {
        self.lock().record_many(value, 1);
    }

    fn record_many(&self, value: f64, count: usize) {
        self.lock().record_many(value, count as u64);
    }
}
