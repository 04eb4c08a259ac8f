//! What ties spans together across threads and batches.
//!
//! Children come before their parents, and the format wants to know where an arrow begins before it is drawn: so what
//! waits for a span is kept until it comes, within bounds.

use obs_runtime::{Span, SpanId};

use super::place::{Moment, Place};
use crate::given_up::CHROME_ARROWS;
use crate::recent::Recent;

/// Spans that ended lately and may be linked to.
const ENDED: usize = 65_536;
/// Spans that have not ended and that something waits for.
const AWAITED: usize = 4_096;
/// Arrows that may wait for one span.
const WAITING: usize = 256;
/// Spans that have not ended and whose children did, on one thread each.
const COVERED: usize = 65_536;
/// Two batches may read the wall clock so much apart, in nanoseconds.
const JITTER: i64 = 1_000_000;

/// An arrow from one span to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arrow {
    pub(super) name: &'static str,
    pub(super) from: (u32, Moment),
    pub(super) to: (u32, Moment),
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    name: &'static str,
    place: Place,
}

#[derive(Debug)]
pub(super) struct Ties {
    ended: Recent<SpanId, Place>,
    awaited: Recent<SpanId, Vec<Waiting>>,
    /// From when to when a span's children lie on a thread.
    covered: Recent<(SpanId, u32), (Moment, Moment)>,
}

impl Ties {
    pub(super) fn new() -> Self {
        Self { ended: Recent::new(ENDED), awaited: Recent::new(AWAITED), covered: Recent::new(COVERED) }
    }

    /// Makes a span cover its children, where another reading of the wall clock moved them out of it. Else the viewers would
    /// not nest them.
    pub(super) fn cover(&mut self, span: &Span, place: Place) -> Place {
        let mut place = place;
        if place.is_async {
            return place;
        }
        if let Some((from, to)) = self.covered.remove(&(span.span_id(), place.thread)) {
            if from < place.from && place.from.0 - from.0 <= JITTER {
                place.from = from;
            }
            if to > place.to && to.0 - place.to.0 <= JITTER {
                place.to = to;
            }
        }
        if let Some(parent) = span.parent() {
            let key = (parent, place.thread);
            match self.covered.get_mut(&key) {
                Some((from, to)) => (*from, *to) = ((*from).min(place.from), (*to).max(place.to)),
                None => drop(self.covered.insert(key, (place.from, place.to))),
            }
        }
        place
    }

    /// The arrows that can be drawn now that this span is here. Those that end on an async function cannot: it is on no
    /// thread's line.
    pub(super) fn arrows(&mut self, span: &Span, place: Place) -> Vec<Arrow> {
        let mut arrows = Vec::new();
        let waiting = self.awaited.remove(&span.span_id()).unwrap_or_default();
        if place.is_async {
            return arrows;
        }
        arrows.extend(waiting.into_iter().filter_map(|waiting| arrow(waiting, place)));
        let parent = span.parent().filter(|_| !span.has_remote_parent()).map(|parent| ("parent", parent));
        let links = span.links().iter().filter(|link| !link.is_remote).map(|link| ("link", link.span_id));
        for (name, other) in parent.into_iter().chain(links) {
            let waiting = Waiting { name, place };
            match self.ended.get_mut(&other) {
                Some(other) => arrows.extend(arrow(waiting, *other)),
                None => self.wait(other, waiting),
            }
        }
        self.ended.insert(span.span_id(), place);
        arrows
    }

    fn wait(&mut self, other: SpanId, waiting: Waiting) {
        match self.awaited.get_mut(&other) {
            Some(all) if all.len() < WAITING => all.push(waiting),
            Some(_) => CHROME_ARROWS.add(1),
            None => {
                let evicted = self.awaited.insert(other, vec![waiting]);
                CHROME_ARROWS.add(evicted.map_or(0, |(_, waiting)| waiting.len() as u64));
            }
        }
    }
}

/// The arrow from a span to the one that waited for it; a child on its parent's thread needs none.
fn arrow(waiting: Waiting, from: Place) -> Option<Arrow> {
    let to = waiting.place;
    if waiting.name == "parent" && from.thread == to.thread {
        return None;
    }
    // A parent's arrow leaves when the child begins, a link's where the other span begins: inside of it, in any case.
    let leaves = if waiting.name == "parent" { to.from.clamp(from.from, from.to) } else { from.from };
    let arrives = to.from.max(leaves.min(to.to));
    // Viewers draw no arrow backwards in time.
    (leaves <= arrives).then_some(Arrow { name: waiting.name, from: (from.thread, leaves), to: (to.thread, arrives) })
}
