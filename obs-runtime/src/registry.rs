//! All callsites and all series of the program.
//!
//! Behind one lock, which is taken when something is new: a callsite, a set of labels, a kind of failure. Guards
//! find what is known in their callsite's control word and in their thread's [`crate::cache`].

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use crate::cache::{KnownSeries, SeriesKey};
use crate::callsite::{Callsite, Control};
use crate::outcome::Outcome;
use crate::policy::Policy;
use crate::shard::{MAX_SERIES, attached};
use crate::sync::{add, lock};

/// Label sets of one callsite, at most; later ones share the overflow series.
const MAX_LABEL_SETS: usize = 256;
/// Kinds of failure of one callsite, at most; later ones are `_OTHER`.
const MAX_ERROR_TYPES: usize = 64;
/// Series kept free of label sets and error types, so that callsites still find room.
const RESERVED: usize = 12_000;
/// `error.type` of failures past the bound, as OpenTelemetry names it.
const OTHER: &str = "_OTHER";
/// Where calls go that found no room at all. They are counted in `Health::series_full`.
const NOWHERE: u32 = 0;

static REGISTRY: Mutex<Option<Registry>> = Mutex::new(None);

/// What a series number stands for.
#[derive(Clone, Debug)]
pub(crate) struct SeriesMeta {
    pub(crate) callsite: &'static Callsite,
    pub(crate) labels: Arc<[(&'static str, Box<str>)]>,
    pub(crate) overflow: bool,
    pub(crate) outcome: Outcome,
    pub(crate) error_type: Option<&'static str>,
}

#[derive(Default)]
struct Registry {
    callsites: Vec<&'static Callsite>,
    /// By series number; the first stands for nothing.
    series: Vec<Option<SeriesMeta>>,
    known: HashMap<SeriesKey<'static>, &'static KnownSeries>,
    /// Label sets and error types of each callsite, by its series.
    used: HashMap<u32, Used>,
    policy: Policy,
    listed: bool,
}

#[derive(Default)]
struct Used {
    label_sets: usize,
    error_types: usize,
}

/// Runs with the registry, after what the linker listed was entered.
fn with<R>(body: impl FnOnce(&mut Registry) -> R) -> R {
    let mut registry = lock(&REGISTRY);
    let registry = registry.get_or_insert_with(|| Registry { series: vec![None], ..Registry::default() });
    if !registry.listed {
        registry.listed = true;
        crate::section::callsites().for_each(|callsite| registry.enter(callsite));
    }
    body(registry)
}

/// A callsite's control word; one that is not known yet is entered first.
///
/// # Cost
/// One load and one branch, once it is known.
#[inline(always)]
pub(crate) fn control_of(callsite: &'static Callsite) -> Control {
    let control = callsite.control();
    if control.is_known_and_on() || control == Control::OFF { control } else { enter(callsite) }
}

#[cold]
#[inline(never)]
fn enter(callsite: &'static Callsite) -> Control {
    with(|registry| registry.enter(callsite));
    callsite.control()
}

/// Every callsite that is known.
pub(crate) fn callsites() -> Vec<&'static Callsite> {
    with(|registry| registry.callsites.clone())
}

/// Every series, by number.
pub(crate) fn series() -> Vec<Option<SeriesMeta>> {
    with(|registry| registry.series.clone())
}

/// Changes what is on, and tells every callsite.
pub(crate) fn change_policy<R>(change: impl FnOnce(&mut Policy) -> R) -> R {
    with(|registry| {
        let result = change(&mut registry.policy);
        for callsite in &registry.callsites {
            callsite.set_control(registry.policy.control(callsite));
        }
        result
    })
}

/// The series of a key: from the thread's cache, or from the registry.
#[inline]
pub(crate) fn find(callsite: &'static Callsite, key: &SeriesKey<'_>) -> u32 {
    let hash = key.hash();
    if let Some(series) = attached().and_then(|shard| shard.cache().get(key, hash)) {
        return series;
    }
    find_cold(callsite, key, hash)
}

#[cold]
fn find_cold(callsite: &'static Callsite, key: &SeriesKey<'_>, hash: u64) -> u32 {
    let found = with(|registry| registry.find_or_enter(callsite, key));
    crate::shard::with_shard(|shard| match found {
        Found::Known(known) => {
            // The late shard is shared, but locked while this runs.
            shard.cache().put(known, hash);
            known.series
        }
        Found::Overflow(series) => {
            add(&shard.faults.label_overflow, 1);
            series
        }
        Found::Nowhere => {
            add(&shard.faults.series_full, 1);
            NOWHERE
        }
    })
}

enum Found {
    Known(&'static KnownSeries),
    Overflow(u32),
    Nowhere,
}

impl Registry {
    fn enter(&mut self, callsite: &'static Callsite) {
        if callsite.series() != 0 {
            return;
        }
        let meta = SeriesMeta {
            callsite,
            labels: Arc::new([]),
            overflow: false,
            outcome: Outcome::Ok,
            error_type: None,
        };
        // Without room the callsite is off: nothing of it is counted, and `Health::series_full` says so.
        let Some(series) = self.add_series(meta, 0) else {
            crate::health_counters::SERIES_FULL.add(1);
            return callsite.set_control(Control::OFF);
        };
        callsite.set_series(series);
        self.callsites.push(callsite);
        callsite.set_control(self.policy.control(callsite));
    }

    fn add_series(&mut self, meta: SeriesMeta, reserve: usize) -> Option<u32> {
        let number = self.series.len();
        if number + reserve >= MAX_SERIES as usize {
            return None;
        }
        self.series.push(Some(meta));
        u32::try_from(number).ok()
    }

    fn find_or_enter(&mut self, callsite: &'static Callsite, key: &SeriesKey<'_>) -> Found {
        if let Some(known) = self.known.get(key) {
            return Found::Known(known);
        }
        let used = self.used.entry(callsite.series()).or_default();
        let failure = key.outcome != Outcome::Ok as u8;
        let (count, limit) = match failure {
            true => (&mut used.error_types, MAX_ERROR_TYPES),
            false => (&mut used.label_sets, MAX_LABEL_SETS),
        };
        if *count >= limit {
            return self.find_overflow(callsite, key);
        }
        *count += 1;
        let meta = self.describe(callsite, key);
        match self.add_series(meta, if failure { RESERVED / 2 } else { RESERVED }) {
            Some(series) => Found::Known(self.remember(key, series)),
            None => self.find_overflow(callsite, key),
        }
    }

    /// The series that stands for all that have none of their own.
    fn find_overflow(&mut self, callsite: &'static Callsite, key: &SeriesKey<'_>) -> Found {
        let overflow = SeriesKey { bytes: b"\xff overflow", ..*key };
        if let Some(known) = self.known.get(&overflow) {
            return Found::Overflow(known.series);
        }
        let mut meta = self.describe(callsite, key);
        if meta.outcome == Outcome::Ok {
            (meta.overflow, meta.labels) = (true, Arc::new([]));
        } else {
            meta.error_type = Some(OTHER);
        }
        match self.add_series(meta, 0) {
            Some(series) => Found::Overflow(self.remember(&overflow, series).series),
            None => Found::Nowhere,
        }
    }

    fn describe(&self, callsite: &'static Callsite, key: &SeriesKey<'_>) -> SeriesMeta {
        let outcome = Outcome::from_bits(key.outcome);
        if outcome == Outcome::Ok {
            let names = callsite.meta().labels.iter().copied();
            let labels = names.zip(key.values().map(Box::from)).collect();
            return SeriesMeta { callsite, labels, overflow: false, outcome, error_type: None };
        }
        let parent = self.series.get(key.parent as usize).and_then(Option::as_ref);
        let labels = parent.map_or_else(|| Arc::new([]) as Arc<[_]>, |parent| Arc::clone(&parent.labels));
        let overflow = parent.is_some_and(|parent| parent.overflow);
        let error_type = String::from_utf8_lossy(key.bytes).into_owned();
        SeriesMeta { callsite, labels, overflow, outcome, error_type: Some(error_type.leak()) }
    }

    fn remember(&mut self, key: &SeriesKey<'_>, series: u32) -> &'static KnownSeries {
        let known: &'static KnownSeries = Box::leak(Box::new(KnownSeries {
            parent: key.parent,
            outcome: key.outcome,
            bytes: key.bytes.into(),
            series,
        }));
        let key = SeriesKey { parent: key.parent, outcome: key.outcome, bytes: &known.bytes };
        self.known.insert(key, known);
        known
    }
}
