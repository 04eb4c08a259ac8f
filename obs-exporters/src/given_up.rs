//! What exporters gave up because their memory has bounds: counted, and shown with every snapshot.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Once};

use obs_runtime::{Metric, MetricSource, Point, PointValue, register_source};

/// Arrows of `Chrome` whose other end did not come in time.
pub(crate) static CHROME_ARROWS: GivenUp = GivenUp::new("chrome", "arrow");
/// Calls of `Flamegraph` whose callers are not known, or that had no room for a path of their own.
pub(crate) static FLAMEGRAPH_PATHS: GivenUp = GivenUp::new("flamegraph", "path");

/// One count.
#[derive(Debug)]
pub(crate) struct GivenUp {
    exporter: &'static str,
    what: &'static str,
    count: AtomicU64,
}

impl GivenUp {
    const fn new(exporter: &'static str, what: &'static str) -> Self {
        Self { exporter, what, count: AtomicU64::new(0) }
    }

    pub(crate) fn add(&self, count: u64) {
        self.count.fetch_add(count, Ordering::Relaxed);
    }

    fn point(&self) -> Point {
        let labels = vec![("exporter".into(), self.exporter.into()), ("what".into(), self.what.into())];
        Point { labels, value: PointValue::Counter(self.count.load(Ordering::Relaxed)) }
    }
}

/// Shows the counts from now on, as `obs.exporter.given_up`.
pub(crate) fn show() {
    static SHOWN: Once = Once::new();
    SHOWN.call_once(|| register_source(Arc::new(Source)));
}

struct Source;

impl MetricSource for Source {
    fn collect(&self, into: &mut Vec<Metric>) {
        into.push(Metric {
            name: "obs.exporter.given_up".into(),
            description: "What exporters left out because their memory has bounds.".into(),
            unit: "",
            points: [&CHROME_ARROWS, &FLAMEGRAPH_PATHS].into_iter().map(GivenUp::point).collect(),
        });
    }
}
