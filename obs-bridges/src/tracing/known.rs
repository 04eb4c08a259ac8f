//! What each callsite of `tracing` is to us, found by the address of its metadata.
//!
//! Written once for each callsite, when it is registered; read for each span without a lock: a table of fixed size, each
//! place the head of a list that only grows.

use std::sync::OnceLock;

use obs_runtime::expand::EventSite;
use obs_runtime::{Callsite, Level, Meta, Name, callsite_for, event_site_of};
use tracing_core::Metadata;

/// A power of two; a program has hundreds to some thousands of callsites.
const PLACES: usize = 4096;

static TABLE: [OnceLock<&'static Entry>; PLACES] = [const { OnceLock::new() }; PLACES];

/// What a callsite of `tracing` is to us.
#[derive(Clone, Copy)]
pub(super) enum Known {
    Span(&'static Callsite),
    Event(&'static EventSite, Level),
    /// It asks, without meaning to record anything.
    Hint,
}

struct Entry {
    meta: &'static Metadata<'static>,
    known: Known,
    next: OnceLock<&'static Entry>,
}

/// What a callsite is to us; found out when it is new.
///
/// # Cost
/// Two loads and a comparison, once it is known.
#[inline]
pub(super) fn of(meta: &'static Metadata<'static>) -> Known {
    find(meta).unwrap_or_else(|place| enter(place, meta))
}

/// What a callsite that was registered is to us.
pub(super) fn of_registered(meta: &Metadata<'_>) -> Option<Known> {
    find(meta).ok()
}

/// What a callsite is to us, or the end of the list that it belongs in.
#[inline]
fn find(meta: &Metadata<'_>) -> Result<Known, &'static OnceLock<&'static Entry>> {
    let address = std::ptr::from_ref(meta).addr();
    let mut place = &TABLE[index(address)];
    while let Some(entry) = place.get() {
        if std::ptr::from_ref(entry.meta).addr() == address {
            return Ok(entry.known);
        }
        place = &entry.next;
    }
    Err(place)
}

fn index(address: usize) -> usize {
    // Fibonacci hashing: the high bits of the product depend on all bits of the address.
    ((address as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 52) as usize % PLACES
}

/// Puts a new entry behind `place`; what another thread has put there meanwhile comes first.
#[cold]
fn enter(mut place: &'static OnceLock<&'static Entry>, meta: &'static Metadata<'static>) -> Known {
    let entry: &'static Entry = Box::leak(Box::new(Entry { meta, known: describe(meta), next: OnceLock::new() }));
    loop {
        let winner = *place.get_or_init(|| entry);
        if std::ptr::eq(winner.meta, meta) {
            return winner.known;
        }
        place = &winner.next;
    }
}

fn describe(meta: &'static Metadata<'static>) -> Known {
    let (file, line) = (meta.file().unwrap_or_default(), meta.line().unwrap_or_default());
    let level = level(*meta.level());
    if meta.is_event() {
        return Known::Event(event_site_of(meta.target(), file, line), level);
    }
    if !meta.is_span() {
        return Known::Hint;
    }
    let (name, module) = (Name::Given(meta.name()), meta.target());
    Known::Span(callsite_for(Meta { name, module, file, line, level, traced: true, ..Meta::EMPTY }))
}

fn level(level: tracing_core::Level) -> Level {
    match level {
        tracing_core::Level::ERROR => Level::Error,
        tracing_core::Level::WARN => Level::Warn,
        tracing_core::Level::INFO => Level::Info,
        tracing_core::Level::DEBUG => Level::Debug,
        _ => Level::Trace,
    }
}
