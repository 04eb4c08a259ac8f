//! The registry of the program, and the way to it from each thread.

use super::SeriesMeta;
use super::table::{Found, Inner, Registry};
use crate::alloc::Unseen;
use crate::cache::SeriesKey;
use crate::callsite::Callsite;
use crate::control_word::Control;
use crate::event_site;
use crate::level::Level;
use crate::policy::Policy;
use crate::shard::attached;
use crate::sync::{Mutex, add, lock};
use crate::wanted;

/// Where calls go that found no room at all. They are counted in `Health::series_full`.
const NOWHERE: u32 = 0;

static REGISTRY: Registry = Registry::new();

/// Who wants to know of each change of what is on.
static TOLD: Mutex<Vec<fn()>> = Mutex::new(Vec::new());

/// Runs with the registry, after what the linker listed was entered.
fn with<R>(body: impl FnOnce(&mut Inner) -> R) -> R {
    let _unseen = Unseen::begin();
    REGISTRY.with(|registry| {
        if !registry.listed {
            registry.listed = true;
            crate::section::callsites().for_each(|callsite| registry.enter(callsite));
        }
        body(registry)
    })
}

/// A callsite's control word; one that is not known yet is entered first.
///
/// # Cost
/// One load and one branch, once it is known.
#[inline(always)]
pub(crate) fn control_of(callsite: &'static Callsite) -> Control {
    if !cfg!(feature = "enabled") {
        return Control::OFF;
    }
    let control = callsite.control();
    if control.is_known_and_on() || control == Control::OFF { control } else { enter(callsite) }
}

#[cold]
#[inline(never)]
fn enter(callsite: &'static Callsite) -> Control {
    with(|registry| registry.enter(callsite));
    callsite.control()
}

/// The series of a callsite's calls that ended well, for a thread that has seen its control word.
///
/// The number was stored before the word, but both relaxed: on some machines a thread may see the word and not yet
/// the number. After the lock it does.
#[inline(always)]
pub(crate) fn series_of(callsite: &'static Callsite) -> u32 {
    match callsite.series() {
        0 => series_behind_the_lock(callsite),
        series => series,
    }
}

#[cold]
#[inline(never)]
fn series_behind_the_lock(callsite: &'static Callsite) -> u32 {
    with(|_| callsite.series())
}

/// Every callsite that is known.
pub(crate) fn callsites() -> Vec<&'static Callsite> {
    with(|registry| registry.callsites.clone())
}

/// Every series, by number.
pub(crate) fn series() -> Vec<Option<SeriesMeta>> {
    with(|registry| registry.series.clone())
}

/// The callsites of the series from a number on.
pub(crate) fn owners(from: usize) -> Vec<Option<&'static Callsite>> {
    with(|registry| registry.series.iter().skip(from).map(|meta| meta.as_ref().map(|meta| meta.callsite)).collect())
}

/// Runs with what is on.
pub(crate) fn with_policy<R>(body: impl FnOnce(&Policy) -> R) -> R {
    with(|registry| body(&registry.policy))
}

/// Has a callsite's calls counted in those of functions whose budget bounds them.
pub(crate) fn bound(callsite: &'static Callsite) {
    with(|registry| {
        registry.enter(callsite);
        callsite.set_bounded();
        if callsite.series() != 0 {
            callsite.set_control(registry.policy.control(callsite));
        }
    });
}

/// Changes what is on, and tells every callsite.
pub(crate) fn change_policy(change: impl FnOnce(&mut Policy)) {
    with(|registry| {
        change(&mut registry.policy);
        for callsite in &registry.callsites {
            callsite.set_control(registry.policy.control(callsite));
        }
        wanted::set_spans_for_tests_alone(registry.policy.recording && !registry.policy.spans_wanted);
        event_site::change_policy(registry.policy.events(), registry.policy.events_wanted);
    });
    // Not under the registry's lock: whoever is told may ask what holds now.
    let told = lock(&TOLD).clone();
    told.iter().for_each(|tell| tell());
}

/// Has a function called after each change of what is on: for bridges to what remembers answers.
pub fn on_policy_change(tell: fn()) {
    lock(&TOLD).push(tell);
}

/// The least important event that is recorded from a module; `None` for none.
pub(crate) fn events_from(target: &str) -> Option<Level> {
    with(|registry| registry.policy.events_from(target))
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
