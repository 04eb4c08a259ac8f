//! Traces that stand as examples beside the buckets of histograms.
//!
//! The collector sees every recorded span with its series and its duration, so it keeps the last one of each power of two:
//! nothing of it costs the calls anything.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use crate::ids::{SpanId, TraceId};
use crate::sync::lock;

/// A recorded call that stands as an example beside the bucket its duration fell into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exemplar {
    /// How long the call took.
    pub duration: Duration,
    /// When it ended.
    pub time: SystemTime,
    /// Its trace.
    pub trace_id: TraceId,
    /// Its span.
    pub span_id: SpanId,
}

/// Whether any exporter shows them.
static WANTED: AtomicBool = AtomicBool::new(false);

/// By series: shortest first, at most one for each power of two of nanoseconds.
static KEPT: Mutex<Option<HashMap<u32, Vec<Exemplar>>>> = Mutex::new(None);

/// Whether exemplars are kept from now on.
pub(crate) fn want(wanted: bool) {
    WANTED.store(wanted, Ordering::Relaxed);
}

pub(crate) fn are_wanted() -> bool {
    WANTED.load(Ordering::Relaxed)
}

/// Keeps new examples, each in the place of the last one of its power of two.
pub(crate) fn keep(examples: impl IntoIterator<Item = (u32, Exemplar)>) {
    let mut kept = lock(&KEPT);
    let kept = kept.get_or_insert_with(HashMap::new);
    for (series, example) in examples {
        let old = kept.entry(series).or_default();
        match old.binary_search_by_key(&power(&example), power) {
            Ok(place) => old[place] = example,
            Err(place) => old.insert(place, example),
        }
    }
}

fn power(example: &Exemplar) -> u32 {
    example.duration.as_nanos().max(1).ilog2()
}

/// The examples of a series.
pub(crate) fn of(series: u32) -> Vec<Exemplar> {
    lock(&KEPT).as_ref().and_then(|kept| kept.get(&series).cloned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(nanos: u64, id: u64) -> Exemplar {
        let trace_id = TraceId::new(id.into()).expect("not zero");
        let span_id = SpanId::new(id).expect("not zero");
        Exemplar { duration: Duration::from_nanos(nanos), time: SystemTime::UNIX_EPOCH, trace_id, span_id }
    }

    #[test]
    fn the_last_of_each_power_of_two_is_kept_shortest_first() {
        const SERIES: u32 = u32::MAX;
        keep([(SERIES, example(1000, 1)), (SERIES, example(10, 2)), (SERIES, example(0, 3))]);
        let before = of(SERIES);
        keep([(SERIES, example(1023, 4)), (SERIES, example(1024, 5))]);
        let ids = |kept: &[Exemplar]| kept.iter().map(|kept| kept.span_id.get()).collect::<Vec<_>>();
        assert_eq!(ids(&before), [3, 2, 1], "what was handed out stays as it was");
        assert_eq!(ids(&of(SERIES)), [3, 2, 4, 5]);
    }
}
