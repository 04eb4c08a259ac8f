//! What is known of a trace beside its id: its `tracestate`, by number.
//!
//! A record in the ring has room for a number, not for text. A bounded table, written when a trace begins that has a
//! `tracestate`; the oldest entries are overwritten, and each names its trace, so that no trace is given another's.

use std::collections::HashMap;
use std::sync::Mutex;

use crate::sync::lock;
use crate::trace_state::TraceState;

/// Traces that are known at the same time.
const MAX_TRACES: usize = 65_536;
/// From this number on an entry belongs to no trace in particular.
const SHARED: u32 = 1 << 31;

#[derive(Default)]
struct Heads {
    traces: Vec<([u64; 2], TraceState)>,
    /// Where the next trace goes.
    next: usize,
    shared: Vec<TraceState>,
    by_text: HashMap<TraceState, u32>,
}

static HEADS: Mutex<Option<Heads>> = Mutex::new(None);

fn with<R>(body: impl FnOnce(&mut Heads) -> R) -> R {
    body(lock(&HEADS).get_or_insert_with(Heads::default))
}

/// Remembers a trace's state; 0 for an empty one.
#[expect(clippy::cast_possible_truncation, reason = "bounded by MAX_TRACES")]
pub(crate) fn put(trace: [u64; 2], state: TraceState) -> u32 {
    if state.is_empty() {
        return 0;
    }
    with(|heads| {
        let place = heads.next;
        match heads.traces.get_mut(place) {
            Some(entry) => *entry = (trace, state),
            None => heads.traces.push((trace, state)),
        }
        heads.next = (place + 1) % MAX_TRACES;
        place as u32 + 1
    })
}

/// A state that many traces share, for as long as the program runs; there are few of these.
#[expect(clippy::cast_possible_truncation, reason = "one for each sampling ratio")]
pub(crate) fn share(state: &TraceState) -> u32 {
    with(|heads| {
        if let Some(head) = heads.by_text.get(state) {
            return *head;
        }
        let head = SHARED + heads.shared.len() as u32;
        heads.shared.push(state.clone());
        heads.by_text.insert(state.clone(), head);
        head
    })
}

/// A trace's state; empty when it was overwritten.
#[inline]
pub(crate) fn get(head: u32, trace: [u64; 2]) -> TraceState {
    if head == 0 { TraceState::EMPTY } else { get_known(head, trace) }
}

fn get_known(head: u32, trace: [u64; 2]) -> TraceState {
    with(|heads| {
        if head >= SHARED {
            return heads.shared.get((head - SHARED) as usize).cloned().unwrap_or_default();
        }
        let entry = heads.traces.get(head as usize - 1).filter(|(of, _)| *of == trace);
        entry.map(|(_, state)| state.clone()).unwrap_or_default()
    })
}
