//! Callsites and event sites that no attribute wrote: by name, for futures traced by hand and for bridges.
//!
//! Each is made once and kept for the life of the program, as a static is; there are bounds, and past them one stands in
//! for all others.

use std::collections::HashMap;
use std::panic::Location;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::callsite::{Callsite, Meta, Name};
use crate::event_site::EventSite;
use crate::level::SpanKind;
use crate::registry;
use crate::sync::lock;

/// Callsites made at run time, at most.
const MAX_CALLSITES: usize = 4096;
/// Event sites made at run time, at most.
const MAX_EVENT_SITES: usize = 16_384;

/// What a callsite is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CallsiteKey<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its role between services.
    pub kind: SpanKind,
    /// Where it is, when that is known.
    pub at: Option<&'static Location<'static>>,
}

type Callsites = HashMap<CallsiteKey<'static>, &'static Callsite>;
type EventSites = HashMap<(&'static str, &'static str, u32), &'static EventSite>;

static CALLSITES: Mutex<Option<Callsites>> = Mutex::new(None);
static EVENT_SITES: Mutex<Option<EventSites>> = Mutex::new(None);

/// The callsite of a key: its calls are counted, timed and traced.
///
/// Past 4,096 keys it is one called `_OTHER`, of the same kind.
pub fn callsite_of(key: CallsiteKey<'_>) -> &'static Callsite {
    let mut callsites = lock(&CALLSITES);
    let callsites = callsites.get_or_insert_with(HashMap::new);
    if let Some(callsite) = callsites.get(&key) {
        return callsite;
    }
    let full = callsites.len() >= MAX_CALLSITES;
    let key = if full { CallsiteKey { name: "_OTHER", at: None, ..key } } else { key };
    if let Some(other) = callsites.get(&key) {
        return other;
    }
    let name: &'static str = key.name.to_owned().leak();
    let (file, line, column) = key.at.map_or(("", 0, 0), |at| (at.file(), at.line(), at.column()));
    let meta =
        Meta { name: Name::Given(name), file, line, column, kind: key.kind, traced: true, timed: true, ..Meta::EMPTY };
    let callsite = Box::leak(Box::new(Callsite::new(meta)));
    callsites.insert(CallsiteKey { name, ..key }, callsite);
    callsite
}

/// Makes the callsite of what a bridge describes. Whoever asks keeps what it was given: each answer is a new one.
///
/// Past 4,096 answers it is [`callsite_of`]'s `_OTHER`.
pub fn callsite_for(meta: Meta) -> &'static Callsite {
    static MADE: AtomicUsize = AtomicUsize::new(0);
    if MADE.fetch_add(1, Ordering::Relaxed) < MAX_CALLSITES {
        let callsite = Box::leak(Box::new(Callsite::new(meta)));
        // At once, so that it can be asked what is on.
        registry::control_of(callsite);
        return callsite;
    }
    callsite_of(CallsiteKey { name: "_OTHER", kind: meta.kind, at: None })
}

/// The event site of a place in another crate, by target, file and line.
///
/// Past 16,384 places it is one called `_OTHER`.
pub fn event_site_of(target: &str, file: &str, line: u32) -> &'static EventSite {
    let mut sites = lock(&EVENT_SITES);
    let sites = sites.get_or_insert_with(HashMap::new);
    if let Some(site) = sites.get(&(target, file, line)) {
        return site;
    }
    let full = sites.len() >= MAX_EVENT_SITES;
    let (target, file, line) = if full { ("_OTHER", "", 0) } else { (target, file, line) };
    if let Some(other) = sites.get(&(target, file, line)) {
        return other;
    }
    let (target, file): (&'static str, &'static str) = (target.to_owned().leak(), file.to_owned().leak());
    let site = Box::leak(Box::new(EventSite::new(target, file, line)));
    sites.insert((target, file, line), site);
    site
}
