//! The other way round: our functions in the recorder that the program has.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use metrics::{Key, Label, Level, Metadata, Recorder};
use obs_runtime::{Batch, Exporter, Histogram, Reader, Snapshot, Wants};

use super::recorder::MetricsRecorder;
use crate::families::{self, Family, Kind, Number, Point};
use crate::name::{MetricKind, label_name, prom_name};

/// Series whose histograms are remembered; those past the bound are refused and counted.
const SERIES: usize = 100_000;

/// Shows our functions, and what our runtime lost, to the installed recorder of the `metrics` crate, under the names of Prometheus.
///
/// # Shape
/// `obs_function_calls_total` and the other counters are set to our totals. `obs_function_duration_seconds` gets what
/// is new in each bucket, at the bucket's geometric middle: counts are exact, values within 2.2 %. Times that add up
/// (`obs_function_busy_seconds`) are gauges, since counters of `metrics` are whole numbers.
/// # Errors
/// [`LoopError`] when the telemetry starts and the installed recorder is [`MetricsRecorder`], whose metrics are in
/// our snapshots already.
/// # Examples
/// ```
/// use std::time::Duration;
/// use obs_exporters::MetricsOut;
///
/// // Install the recorder first, then start the telemetry with this.
/// let out = MetricsOut::every(Duration::from_secs(5));
/// ```
pub struct MetricsOut {
    every: Duration,
    recorder: Option<Arc<dyn Recorder + Send + Sync>>,
    seen: HashMap<Key, Histogram>,
    refused: u64,
}

impl MetricsOut {
    /// Brings the totals over this often, and at each flush and at shutdown.
    pub fn every(interval: Duration) -> Self {
        Self { every: interval, recorder: None, seen: HashMap::new(), refused: 0 }
    }

    /// Uses this recorder instead of the installed one.
    pub fn recorder(mut self, recorder: Arc<dyn Recorder + Send + Sync>) -> Self {
        self.recorder = Some(recorder);
        self
    }

    /// Histograms that were left out because there were more than 100,000.
    pub const fn refused(&self) -> u64 {
        self.refused
    }

    fn push(&mut self, recorder: &dyn Recorder, snapshot: &Snapshot) {
        for family in families::of_ours(snapshot) {
            let name = metric_name(&family);
            for point in &family.points {
                self.push_point(recorder, &name, family.kind, point);
            }
        }
    }

    fn push_point(&mut self, recorder: &dyn Recorder, name: &str, kind: Kind, point: &Point<'_>) {
        let attributes = point.attributes.iter();
        let labels: Vec<Label> =
            attributes.map(|(name, value)| Label::new(label_name(name).into_owned(), value.to_string())).collect();
        let key = Key::from_parts(name.to_owned(), labels);
        let metadata = Metadata::new("obs", Level::INFO, None);
        match &point.value {
            Number::Int(count) if kind == Kind::Counter => recorder.register_counter(&key, &metadata).absolute(*count),
            Number::Histogram(histogram) => {
                self.push_new(&recorder.register_histogram(&key, &metadata), key, histogram);
            }
            value => recorder.register_gauge(&key, &metadata).set(value.as_f64()),
        }
    }

    fn push_new(&mut self, out: &metrics::Histogram, key: Key, now: &Histogram) {
        let full = self.seen.len() >= SERIES;
        let before = match self.seen.get(&key) {
            Some(before) => before,
            None if full => {
                self.refused += 1;
                return;
            }
            None => &Histogram::default(),
        };
        for (value, count) in new_values(before, now) {
            out.record_many(value, usize::try_from(count).unwrap_or(usize::MAX));
        }
        self.seen.insert(key, now.clone());
    }
}

/// Sums of seconds are gauges here, and a gauge's name does not end in `_total`.
fn metric_name(family: &Family<'_>) -> String {
    let whole = family.points.iter().all(|point| matches!(point.value, Number::Int(_)));
    let kind = match family.kind {
        Kind::Counter if whole => MetricKind::Counter,
        Kind::Histogram => MetricKind::Histogram,
        _ => MetricKind::Gauge,
    };
    prom_name(&family.name, family.unit, kind)
}

/// A value of each bucket that has grown, and by how much.
fn new_values(before: &Histogram, now: &Histogram) -> Vec<(f64, u64)> {
    let zeros = now.zero_count().saturating_sub(before.zero_count());
    let mut values = vec![(0.0, zeros)];
    let in_bucket = |index: i32| before.cumulative(index) - before.cumulative(index - 1);
    for (index, &count) in (now.offset()..).zip(now.counts()) {
        let middle = (now.upper_bound(index) * now.upper_bound(index - 1)).sqrt();
        values.push((middle.min(now.max()), count.saturating_sub(in_bucket(index))));
    }
    values.retain(|(_, count)| *count > 0);
    values
}

impl fmt::Debug for MetricsOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetricsOut").field("every", &self.every).finish_non_exhaustive()
    }
}

impl Exporter for MetricsOut {
    type Error = LoopError;

    fn name(&self) -> &'static str {
        "metrics"
    }

    fn wants(&self) -> Wants {
        Wants { snapshots: Some(self.every), ..Wants::NOTHING }
    }

    fn start(&mut self, _: Reader) -> Result<(), LoopError> {
        if self.recorder.is_none() && MetricsRecorder::is_installed() { Err(LoopError(())) } else { Ok(()) }
    }

    fn export(&mut self, _: &Batch) -> Result<(), LoopError> {
        Ok(())
    }

    fn report(&mut self, snapshot: &Snapshot) -> Result<(), LoopError> {
        match self.recorder.clone() {
            Some(recorder) => self.push(&*recorder, snapshot),
            None => metrics::with_recorder(|recorder| self.push(recorder, snapshot)),
        }
        Ok(())
    }
}

/// The installed recorder is ours: what went out would come in again.
#[derive(Debug)]
pub struct LoopError(());

impl fmt::Display for LoopError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the installed recorder is `MetricsRecorder`, so metrics would go in a circle; use one of the two")
    }
}

impl Error for LoopError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_new_goes_out() {
        let mut histogram = Histogram::default();
        histogram.record_nanos(1_000_000);
        let before = histogram.clone();
        assert_eq!(new_values(&Histogram::default(), &before).len(), 1);
        histogram.record_nanos(0);
        histogram.record_nanos(1_000_000);
        histogram.record_nanos(9_000_000);
        let new = new_values(&before, &histogram);
        assert_eq!(new.iter().map(|(_, count)| count).sum::<u64>(), 3);
        let sum: f64 = new.iter().map(|(value, count)| value * *count as f64).sum();
        assert!((sum / 0.010 - 1.0).abs() < 0.022);
        assert_eq!(new_values(&histogram, &histogram), []);
    }
}
