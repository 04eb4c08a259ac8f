//! What each callsite of `tracing` is to us, found by the address of its metadata.
//!
//! Written once for each callsite, when it is registered; read for each span without a lock.

use obs_runtime::expand::EventSite;
use obs_runtime::{Callsite, Level, Meta, Name, callsite_for, event_site_of};
use tracing_core::Metadata;

use super::table::{Place, Table, put};

static KNOWN: Table<(usize, Known)> = Table::new();

/// What a callsite of `tracing` is to us.
#[derive(Clone, Copy)]
pub(super) enum Known {
    Span(&'static Callsite),
    Event(&'static EventSite, Level),
    /// The mirror's: it is ours, and was ours before.
    Ours,
    /// It asks, without meaning to record anything.
    Hint,
}

/// What a callsite is to us; found out when it is new.
///
/// # Cost
/// Two loads and a comparison, once it is known.
#[inline]
pub(super) fn of(meta: &'static Metadata<'static>) -> Known {
    find(meta).unwrap_or_else(|place| enter(place, meta, describe(meta)))
}

/// What a callsite that was registered is to us.
pub(super) fn of_registered(meta: &Metadata<'_>) -> Option<Known> {
    find(meta).ok()
}

/// Notes that a callsite is the mirror's, before anybody is told of it.
pub(super) fn is_ours(meta: &'static Metadata<'static>) {
    if let Err(place) = find(meta) {
        enter(place, meta, Known::Ours);
    }
}

#[inline]
fn find(meta: &Metadata<'_>) -> Result<Known, &'static Place<(usize, Known)>> {
    let address = std::ptr::from_ref(meta).addr();
    KNOWN.find(address, |(of, _)| *of == address).map(|(_, known)| *known)
}

fn enter(place: &'static Place<(usize, Known)>, meta: &'static Metadata<'static>, known: Known) -> Known {
    let address = std::ptr::from_ref(meta).addr();
    put(place, (address, known), |(of, _)| *of == address).1
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
