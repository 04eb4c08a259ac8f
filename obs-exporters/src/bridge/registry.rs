//! All values that crates record through `metrics`, bounded.
//!
//! Written by the recorder when a crate asks for a handle, read by snapshots. Recording itself goes to the handle
//! and takes no lock of the registry.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use metrics::{Key, Unit};
use obs_runtime::{Metric, MetricSource, Point, PointValue};

use super::instrument::{Instrument, InstrumentKind};

/// Series of one metric; more go into one that carries `otel.metric.overflow`.
const SERIES: usize = 2000;

/// Metrics; more are refused and counted.
const METRICS: usize = 2000;

#[derive(Debug, Default)]
pub(super) struct Registry {
    families: Mutex<BTreeMap<(InstrumentKind, Arc<str>), Family>>,
    refused: AtomicU64,
}

#[derive(Debug, Default)]
struct Family {
    description: Arc<str>,
    unit: &'static str,
    series: HashMap<Key, Instrument>,
    overflow: Option<Instrument>,
}

impl Registry {
    /// The instrument of a key; `None` when there are too many metrics.
    pub(super) fn instrument(&self, kind: InstrumentKind, key: &Key) -> Option<Instrument> {
        let mut families = self.families();
        let family = self.family(&mut families, kind, key.name())?;
        if let Some(known) = family.series.get(key) {
            return Some(known.clone());
        }
        if family.series.len() >= SERIES {
            return Some(family.overflow.get_or_insert_with(|| Instrument::new(kind)).clone());
        }
        let instrument = Instrument::new(kind);
        family.series.insert(key.clone(), instrument.clone());
        Some(instrument)
    }

    pub(super) fn describe(&self, kind: InstrumentKind, name: &str, unit: Option<Unit>, description: &str) {
        let mut families = self.families();
        if let Some(family) = self.family(&mut families, kind, name) {
            family.description = description.into();
            family.unit = unit.map_or("", ucum);
        }
    }

    fn family<'a>(&self, families: &'a mut Families, kind: InstrumentKind, name: &str) -> Option<&'a mut Family> {
        let full = families.len() >= METRICS;
        let key = (kind, Arc::from(name));
        if full && !families.contains_key(&key) {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        Some(families.entry(key).or_default())
    }

    fn families(&self) -> MutexGuard<'_, Families> {
        self.families.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type Families = BTreeMap<(InstrumentKind, Arc<str>), Family>;

impl MetricSource for Registry {
    fn collect(&self, into: &mut Vec<Metric>) {
        let families = self.families();
        // A metric that was only described has no value yet.
        let used = families.iter().filter(|(_, family)| !family.series.is_empty());
        into.extend(used.map(|((_, name), family)| family.read(name)));
        drop(families);
        let refused = self.refused.load(Ordering::Relaxed);
        if refused > 0 {
            into.push(refusals(refused));
        }
    }
}

impl Family {
    fn read(&self, name: &Arc<str>) -> Metric {
        let overflow = self.overflow.iter().map(|instrument| Point {
            labels: vec![("otel.metric.overflow".into(), "true".into())],
            value: instrument.read(),
        });
        let mut points: Vec<Point> = self.series.iter().map(|(key, instrument)| point(key, instrument)).collect();
        points.sort_by(|a, b| a.labels.cmp(&b.labels));
        points.extend(overflow);
        Metric { name: Arc::clone(name), description: Arc::clone(&self.description), unit: self.unit, points }
    }
}

fn point(key: &Key, instrument: &Instrument) -> Point {
    let labels = key.labels().map(|label| (label.key().into(), label.value().into())).collect();
    Point { labels, value: instrument.read() }
}

fn refusals(count: u64) -> Metric {
    Metric {
        name: "obs.bridge.refused".into(),
        description: "Handles refused because there were too many metrics.".into(),
        unit: "{handle}",
        points: vec![Point { labels: Vec::new(), value: PointValue::Counter(count) }],
    }
}

fn ucum(unit: Unit) -> &'static str {
    match unit {
        Unit::Percent => "%",
        Unit::Seconds => "s",
        Unit::Milliseconds => "ms",
        Unit::Microseconds => "us",
        Unit::Nanoseconds => "ns",
        Unit::Tebibytes => "TiBy",
        Unit::Gibibytes => "GiBy",
        Unit::Mebibytes => "MiBy",
        Unit::Kibibytes => "KiBy",
        Unit::Bytes => "By",
        Unit::TerabitsPerSecond => "Tbit/s",
        Unit::GigabitsPerSecond => "Gbit/s",
        Unit::MegabitsPerSecond => "Mbit/s",
        Unit::KilobitsPerSecond => "kbit/s",
        Unit::BitsPerSecond => "bit/s",
        Unit::Count | Unit::CountPerSecond => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use metrics::{CounterFn, Label};

    fn add(registry: &Registry, value: usize) {
        let key = Key::from_parts("hits", vec![Label::new("n", value.to_string())]);
        let Some(Instrument::Counter(count)) = registry.instrument(InstrumentKind::Counter, &key) else { return };
        count.increment(1);
    }

    fn collected(registry: &Registry) -> Vec<Metric> {
        let mut metrics = Vec::new();
        registry.collect(&mut metrics);
        metrics
    }

    #[test]
    fn series_past_the_bound_share_one_and_lose_nothing() {
        let registry = Registry::default();
        (0..SERIES + 500).for_each(|value| add(&registry, value));
        let metrics = collected(&registry);
        let counts = metrics[0].points.iter().map(|point| match point.value {
            PointValue::Counter(count) => count,
            _ => 0,
        });
        assert_eq!((metrics[0].points.len(), counts.sum::<u64>()), (SERIES + 1, (SERIES + 500) as u64));
        assert_eq!(metrics[0].points[SERIES].labels, [("otel.metric.overflow".into(), "true".into())]);
        assert_eq!(metrics[0].points[SERIES].value, PointValue::Counter(500));
    }

    #[test]
    fn metrics_past_the_bound_are_refused_and_counted() {
        let registry = Registry::default();
        for name in 0..METRICS + 3 {
            let _ = registry.instrument(InstrumentKind::Gauge, &Key::from_name(format!("m{name}")));
        }
        let metrics = collected(&registry);
        assert_eq!(metrics.len(), METRICS + 1);
        assert_eq!(metrics[METRICS].points[0].value, PointValue::Counter(3));
    }

    #[test]
    fn one_name_can_be_a_counter_and_a_gauge() {
        let registry = Registry::default();
        let key = Key::from_name("x");
        let _ = registry.instrument(InstrumentKind::Counter, &key);
        let _ = registry.instrument(InstrumentKind::Gauge, &key);
        registry.describe(InstrumentKind::Histogram, "only_described", Some(Unit::Seconds), "");
        assert_eq!(collected(&registry).len(), 2);
    }
}
