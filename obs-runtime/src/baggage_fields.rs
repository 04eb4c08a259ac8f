//! The baggage that becomes fields: of what travels with a request, the members that the builder names.
//!
//! Asked by [`crate::span`] where a trace begins in this process and where a parent was named, and by [`crate::quick`],
//! which leaves those spans to it; a child of the running span asks nothing.

use crate::baggage::Baggage;
use crate::context::{Context, attached_baggage};
use crate::fields::Fields;
use crate::note;
use crate::shard::{Current, Local, local};
use crate::static_ptr::StaticPtr;

/// The members' names, which are the fields' keys; null for none.
static NAMES: StaticPtr<Vec<&'static str>> = StaticPtr::null();

/// Sets the members that are copied.
pub(crate) fn set(names: Vec<&'static str>) {
    if names.is_empty() {
        NAMES.clear();
    } else if NAMES.get() != Some(&names) {
        // Once for each start with another list: whoever reads it may still do so when the next one comes.
        NAMES.set(Box::leak(Box::new(names)));
    }
}

/// Whether any member is copied.
#[inline(always)]
pub(crate) fn are_wanted() -> bool {
    NAMES.get().is_some()
}

/// Adds the named members of `parent`, or of what is attached to the thread, to the span that runs here.
#[cold]
pub(crate) fn add(parent: Option<&Context>) {
    let Some(names) = NAMES.get() else { return };
    let here = local(Local::current);
    match parent {
        Some(parent) => copy(names, parent.baggage(), here),
        None => attached_baggage(|baggage| copy(names, baggage, here)),
    }
}

fn copy(names: &[&'static str], baggage: &Baggage, here: Current) {
    let mut fields = Fields::empty();
    for name in names {
        if let Some(value) = baggage.get(name) {
            fields.value(name, value);
        }
    }
    if !fields.words().is_empty() {
        note::fields(here, &fields);
    }
}
