//! Callsites and series by number, behind one lock.
//!
//! Bounded: label sets and kinds of failure for each callsite, series for the whole program. What finds no room
//! shares an overflow series. Asked by [`super::program`].

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::cache::{KnownSeries, SeriesKey};
use crate::callsite::Callsite;
use crate::control_word::Control;
use crate::error_class::ErrorClass;
use crate::failure_key;
use crate::outcome::Outcome;
use crate::policy::Policy;
use crate::shard::MAX_SERIES;
use crate::sync::{Mutex, lock};

/// Label sets of one callsite, at most; later ones share the overflow series.
const MAX_LABEL_SETS: usize = if cfg!(loom) { 1 } else { 256 };
/// Kinds of failure of one callsite, at most; later ones are `_OTHER`.
const MAX_ERROR_TYPES: usize = 64;
/// Series kept free of label sets and error types, so that callsites still find room.
const RESERVED: usize = if cfg!(loom) { 0 } else { 12_000 };
/// `error.type` of failures past the bound, as OpenTelemetry names it.
const OTHER: &str = "_OTHER";
/// The bytes of an overflow series' key: no label values, and no type's name.
const OVERFLOW: &[u8] = b"\xff overflow";

/// What a series number stands for.
#[derive(Clone, Debug)]
pub(crate) struct SeriesMeta {
    pub(crate) callsite: &'static Callsite,
    pub(crate) labels: Arc<[(&'static str, Box<str>)]>,
    pub(crate) overflow: bool,
    pub(crate) outcome: Outcome,
    pub(crate) error_type: Option<&'static str>,
    pub(crate) error_class: Option<ErrorClass>,
}

/// All callsites and all series.
pub(super) struct Registry {
    /// Nothing until somebody asks: a map cannot be made when the program is compiled.
    inner: Mutex<Option<Inner>>,
}

#[derive(Default)]
pub(super) struct Inner {
    pub(super) callsites: Vec<&'static Callsite>,
    /// By series number; the first stands for nothing.
    pub(super) series: Vec<Option<SeriesMeta>>,
    known: HashMap<SeriesKey<'static>, &'static KnownSeries>,
    /// Label sets and error types of each callsite, by its series.
    used: HashMap<u32, Used>,
    /// Shared by all series without labels.
    no_labels: Arc<[(&'static str, Box<str>)]>,
    pub(super) policy: Policy,
    /// What the linker listed was entered.
    pub(super) listed: bool,
}

#[derive(Default)]
struct Used {
    label_sets: usize,
    /// By name and class: under many label sets one error type is still one.
    error_types: HashSet<Box<[u8]>>,
}

impl Used {
    /// Whether there is room for what a key names; takes it then.
    fn takes(&mut self, key: &SeriesKey<'_>) -> bool {
        if key.outcome == Outcome::Ok as u8 {
            self.label_sets += 1;
            return self.label_sets <= MAX_LABEL_SETS;
        }
        let room = key.outcome != Outcome::Error as u8 || self.error_types.len() < MAX_ERROR_TYPES;
        if room && key.outcome == Outcome::Error as u8 {
            self.error_types.insert(key.bytes.into());
        }
        room || self.error_types.contains(key.bytes)
    }

    /// Whether an error of this class has a series of its own.
    fn has_class(&self, class: &[u8]) -> bool {
        self.error_types.iter().any(|known| failure_key::class_of(known) == class)
    }
}

/// What a key's calls are counted in.
pub(super) enum Found {
    Known(&'static KnownSeries),
    Overflow(u32),
    Nowhere,
}

impl Registry {
    #[cfg(not(loom))]
    pub(super) const fn new() -> Self {
        Self { inner: Mutex::new(None) }
    }

    #[cfg(loom)]
    pub(super) fn new() -> Self {
        Self { inner: Mutex::new(None) }
    }

    /// Runs with the lock held.
    pub(super) fn with<R>(&self, body: impl FnOnce(&mut Inner) -> R) -> R {
        let mut inner = lock(&self.inner);
        body(inner.get_or_insert_with(|| Inner { series: vec![None], ..Inner::default() }))
    }
}

impl Inner {
    /// Gives a callsite a series and a control word, unless it has them.
    pub(super) fn enter(&mut self, callsite: &'static Callsite) {
        if callsite.series() != 0 {
            return;
        }
        let labels = Arc::clone(&self.no_labels);
        let meta =
            SeriesMeta { callsite, labels, overflow: false, outcome: Outcome::Ok, error_type: None, error_class: None };
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

    /// The series of a key, made if there is room.
    pub(super) fn find_or_enter(&mut self, callsite: &'static Callsite, key: &SeriesKey<'_>) -> Found {
        if let Some(known) = self.known.get(key) {
            return Found::Known(known);
        }
        let failure = key.outcome != Outcome::Ok as u8;
        let reserve = if failure { RESERVED / 2 } else { RESERVED };
        let used = self.used.entry(callsite.series()).or_default();
        if self.series.len() + reserve >= MAX_SERIES as usize || !used.takes(key) {
            return self.find_overflow(callsite, key);
        }
        // Only now: what a series is called lives as long as the program.
        let name: &[u8] = if failure { key.bytes.to_vec().leak() } else { &[] };
        let meta = self.describe(callsite, key, name);
        match self.add_series(meta, reserve) {
            Some(series) => Found::Known(self.remember(key, series)),
            None => self.find_overflow(callsite, key),
        }
    }

    /// The series that stands for all that have none of their own; for failures, for all of one class.
    fn find_overflow(&mut self, callsite: &'static Callsite, key: &SeriesKey<'_>) -> Found {
        let class = self.overflow_class(callsite, key);
        let overflow = SeriesKey { bytes: &[OVERFLOW, class].concat(), ..*key };
        if let Some(known) = self.known.get(&overflow) {
            return Found::Overflow(known.series);
        }
        let mut meta = self.describe(callsite, key, [OTHER.as_bytes(), class].concat().leak());
        if meta.outcome == Outcome::Ok {
            (meta.overflow, meta.labels) = (true, Arc::clone(&self.no_labels));
        }
        match self.add_series(meta, 0) {
            Some(series) => Found::Overflow(self.remember(&overflow, series).series),
            None => Found::Nowhere,
        }
    }

    /// The class that an error keeps past the bound: one that the callsite has met before, so that there are not more of them
    /// than error types. Nothing where the program is nearly full.
    fn overflow_class<'a>(&self, callsite: &'static Callsite, key: &SeriesKey<'a>) -> &'a [u8] {
        let is_error = key.outcome == Outcome::Error as u8;
        let has_room = self.series.len() + RESERVED / 2 < MAX_SERIES as usize;
        let class = if is_error && has_room { failure_key::class_of(key.bytes) } else { &[] };
        let is_known = self.used.get(&callsite.series()).is_some_and(|used| used.has_class(class));
        if is_known { class } else { &[] }
    }

    /// What a key's series stands for; `failure` is the name of a failure, read only for one.
    fn describe(&self, callsite: &'static Callsite, key: &SeriesKey<'_>, failure: &'static [u8]) -> SeriesMeta {
        let outcome = Outcome::from_bits(key.outcome);
        if outcome == Outcome::Ok {
            let names = callsite.meta().labels.iter().copied();
            let labels = names.zip(key.values().map(Box::from)).collect();
            return SeriesMeta { callsite, labels, overflow: false, outcome, error_type: None, error_class: None };
        }
        let parent = self.series.get(key.parent as usize).and_then(Option::as_ref);
        let labels = Arc::clone(parent.map_or(&self.no_labels, |parent| &parent.labels));
        let overflow = parent.is_some_and(|parent| parent.overflow);
        let (error_type, error_class) = failure_key::decode(failure);
        SeriesMeta { callsite, labels, overflow, outcome, error_type: Some(error_type), error_class }
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

#[cfg(all(test, loom))]
mod models {
    use loom::sync::Arc as Shared;
    use loom::thread;

    use super::*;
    use crate::cache::SeriesCache;
    use crate::callsite::Meta;

    fn callsite() -> &'static Callsite {
        Box::leak(Box::new(Callsite::new(Meta { labels: &["k"], ..Meta::EMPTY })))
    }

    /// What [`crate::registry`] does for a thread that owns `cache`.
    fn find(registry: &Registry, cache: &SeriesCache, callsite: &'static Callsite, bytes: &[u8]) -> u32 {
        let key = SeriesKey { parent: callsite.series(), outcome: 0, bytes };
        if let Some(series) = cache.get(&key, key.hash()) {
            return series;
        }
        match registry.with(|inner| inner.find_or_enter(callsite, &key)) {
            Found::Known(known) => {
                cache.put(known, key.hash());
                known.series
            }
            Found::Overflow(series) => series,
            Found::Nowhere => 0,
        }
    }

    /// Looks a key up twice, in a thread of its own: at first in the registry, then in the thread's cache.
    fn find_twice(registry: &Registry, callsite: &'static Callsite, bytes: &[u8]) -> u32 {
        let cache = SeriesCache::default();
        let first = find(registry, &cache, callsite, bytes);
        assert_eq!(find(registry, &cache, callsite, bytes), first);
        first
    }

    /// What two threads get that run at the same time, and the series that there are then.
    fn beside(
        registry: Registry,
        one: impl FnOnce(&Registry) -> u32 + 'static,
        other: impl FnOnce(&Registry) -> u32,
    ) -> ([u32; 2], Vec<Option<SeriesMeta>>) {
        let registry = Shared::new(registry);
        let shared = Shared::clone(&registry);
        let thread = thread::spawn(move || one(&shared));
        let other = other(&registry);
        let one = thread.join().expect("the thread does not panic");
        ([one, other], registry.with(|inner| inner.series.clone()))
    }

    /// Shows: threads that meet a new key at the same time get one series, and find it again in their caches.
    #[test]
    fn two_threads_that_meet_a_new_key_get_the_same_series() {
        loom::model(|| {
            let (registry, callsite) = (Registry::new(), callsite());
            registry.with(|inner| inner.enter(callsite));
            let find = move |registry: &Registry| find_twice(registry, callsite, b"new");
            let (found, series) = beside(registry, find, find);
            assert_eq!((found, series.len()), ([2, 2], 3));
        });
    }

    /// Shows: of two keys that race for the last place of a callsite one gets it, and the other the overflow series.
    #[test]
    fn label_sets_past_the_bound_share_the_overflow_series() {
        loom::model(|| {
            let (registry, callsite) = (Registry::new(), callsite());
            registry.with(|inner| inner.enter(callsite));
            let find = |bytes| move |registry: &Registry| find_twice(registry, callsite, bytes);
            let (found, series) = beside(registry, find(b"a"), find(b"b"));
            assert!(found == [2, 3] || found == [3, 2], "{found:?}");
            assert_eq!(series.iter().flatten().filter(|meta| meta.overflow).count(), 1);
            assert_eq!(series.len(), 4);
        });
    }

    /// Shows: callsites that threads enter at the same time get one series each, up to the bound of the program; the
    /// one that finds no room is off.
    #[test]
    fn callsites_past_the_bound_are_off() {
        loom::model(|| {
            let callsites = [(); MAX_SERIES as usize].map(|()| callsite());
            let enter = |registry: &Registry, callsite| registry.with(|inner| inner.enter(callsite));
            let forward = move |registry: &Registry| {
                callsites.iter().for_each(|callsite| enter(registry, callsite));
                0
            };
            let backward = move |registry: &Registry| {
                callsites.iter().rev().for_each(|callsite| enter(registry, callsite));
                0
            };
            let (_, series) = beside(Registry::new(), forward, backward);
            assert_eq!(series.len(), MAX_SERIES as usize);
            let mut numbers = callsites.map(Callsite::series);
            numbers.sort_unstable();
            assert_eq!(numbers, [0, 1, 2, 3]);
            for callsite in callsites {
                assert_eq!(callsite.control().is_on(), callsite.series() != 0);
                assert_eq!(callsite.control().series(), callsite.series());
            }
        });
    }
}
