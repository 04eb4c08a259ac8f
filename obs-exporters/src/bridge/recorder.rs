//! The recorder that crates record into: it hands out instruments of the registry.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use obs_runtime::MetricSource;

use super::instrument::{Instrument, InstrumentKind};
use super::registry::Registry;

/// Whether the program's recorder is ours.
static INSTALLED: AtomicBool = AtomicBool::new(false);

/// Brings what crates record through `metrics` into our snapshots, and so to our exporters.
///
/// # Shape
/// Counters and gauges keep their values; histograms become base-2 exponential ones of scale 4, within 2.2 %. Each
/// metric has at most 2000 series, then one with `otel.metric.overflow`; there are at most 2000 metrics.
/// # Cost
/// A kept handle costs one atomic instruction, a histogram's an uncontended lock; looking one up takes a lock.
/// # Examples
/// ```
/// # fn main() -> Result<(), obs_exporters::InstallError> {
/// obs_exporters::MetricsRecorder::install()?;
/// metrics::counter!("cache.hits").increment(1); // shows up in obs::snapshot().metrics()
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct MetricsRecorder {
    registry: Arc<Registry>,
}

impl MetricsRecorder {
    /// A recorder that is not installed: for `metrics::with_local_recorder`, or as a layer's inner recorder.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes it the recorder of the program, and its metrics part of every snapshot.
    ///
    /// # Errors
    /// The program has a recorder already.
    pub fn install() -> Result<(), InstallError> {
        let recorder = Self::new();
        let source = recorder.source();
        metrics::set_global_recorder(recorder).map_err(|_| InstallError(()))?;
        INSTALLED.store(true, Ordering::Relaxed);
        obs_runtime::register_source(source);
        Ok(())
    }

    /// Its metrics, for `obs_runtime::register_source`; done by [`Self::install`].
    pub fn source(&self) -> Arc<dyn MetricSource> {
        Arc::<Registry>::clone(&self.registry)
    }

    pub(super) fn is_installed() -> bool {
        INSTALLED.load(Ordering::Relaxed)
    }
}

impl Recorder for MetricsRecorder {
    fn describe_counter(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.registry.describe(InstrumentKind::Counter, key.as_str(), unit, &description);
    }

    fn describe_gauge(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.registry.describe(InstrumentKind::Gauge, key.as_str(), unit, &description);
    }

    fn describe_histogram(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.registry.describe(InstrumentKind::Histogram, key.as_str(), unit, &description);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        match self.registry.instrument(InstrumentKind::Counter, key) {
            Some(Instrument::Counter(count)) => Counter::from_arc(count),
            _ => Counter::noop(),
        }
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        match self.registry.instrument(InstrumentKind::Gauge, key) {
            Some(Instrument::Gauge(level)) => Gauge::from_arc(level),
            _ => Gauge::noop(),
        }
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        match self.registry.instrument(InstrumentKind::Histogram, key) {
            Some(Instrument::Histogram(values)) => Histogram::from_arc(values),
            _ => Histogram::noop(),
        }
    }
}

/// The program has a recorder of the `metrics` crate already.
#[derive(Debug)]
pub struct InstallError(());

impl fmt::Display for InstallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a recorder of the `metrics` crate is installed already; remove it, or keep it and let `MetricsOut` \
             bring our functions to it",
        )
    }
}

impl Error for InstallError {}
