//! What ties spans together across threads and batches.
//!
//! Children come before their parents, and the format wants to know where an arrow begins before it is drawn: so what
//! waits for a span is kept until it comes, within bounds.

use obs_runtime::SpanId;

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
    pub(super) fn cover(&mut self, id: SpanId, parent: Option<SpanId>, mut place: Place) -> Place {
        if place.is_async {
            return place;
        }
        if let Some((from, to)) = self.covered.remove(&(id, place.thread)) {
            if from < place.from && place.from.0 - from.0 <= JITTER {
                place.from = from;
            }
            if to > place.to && to.0 - place.to.0 <= JITTER {
                place.to = to;
            }
        }
        if let Some(parent) = parent {
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
    pub(super) fn arrows(
        &mut self,
        id: SpanId,
        parent: Option<SpanId>,
        links: impl IntoIterator<Item = SpanId>,
        place: Place,
    ) -> Vec<Arrow> {
        let mut arrows = Vec::new();
        let waiting = self.awaited.remove(&id).unwrap_or_default();
        if place.is_async {
            return arrows;
        }
        arrows.extend(waiting.into_iter().filter_map(|waiting| arrow(waiting, place)));
        let parent = parent.map(|parent| ("parent", parent));
        let links = links.into_iter().map(|link| ("link", link));
        for (name, other) in parent.into_iter().chain(links) {
            let waiting = Waiting { name, place };
            match self.ended.get_mut(&other) {
                Some(other) => arrows.extend(arrow(waiting, *other)),
                None => self.wait(other, waiting),
            }
        }
        self.ended.insert(id, place);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn id(raw: u64) -> SpanId {
        SpanId::new(raw).expect("not zero")
    }

    fn place(thread: u32, from: i64, to: i64) -> Place {
        Place { thread, from: Moment(from), to: Moment(to), is_async: false }
    }

    #[test]
    fn a_parent_covers_children_that_another_reading_of_the_clock_moved() {
        let mut ties = Ties::new();
        ties.cover(id(2), Some(id(1)), place(0, 90, 200));
        ties.cover(id(3), Some(id(1)), place(0, 300, 520));
        ties.cover(id(4), Some(id(1)), place(7, 0, 9_000));
        assert_eq!(ties.cover(id(1), None, place(0, 100, 500)), place(0, 90, 520));
    }

    #[test]
    fn a_child_that_outlives_its_parent_by_far_is_left_as_it_is() {
        let mut ties = Ties::new();
        ties.cover(id(2), Some(id(1)), place(0, 200, 501 + JITTER));
        assert_eq!(ties.cover(id(1), None, place(0, 100, 500)), place(0, 100, 500));
    }

    #[test]
    fn an_arrow_is_drawn_when_its_second_end_comes_whichever_that_is() {
        let (parent, child) = (place(0, 0, 100), place(1, 10, 150));
        let want = [Arrow { name: "parent", from: (0, Moment(10)), to: (1, Moment(10)) }];
        let mut ties = Ties::new();
        assert_eq!(ties.arrows(id(2), Some(id(1)), [], child), []);
        assert_eq!(ties.arrows(id(1), None, [], parent), want);
        let mut ties = Ties::new();
        assert_eq!(ties.arrows(id(1), None, [], parent), []);
        assert_eq!(ties.arrows(id(2), Some(id(1)), [], child), want);
    }

    #[test]
    fn both_ends_lie_inside_their_spans_and_none_points_back() {
        let mut ties = Ties::new();
        ties.arrows(id(1), None, [], place(0, 0, 100));
        let late = ties.arrows(id(2), Some(id(1)), [], place(1, 300, 400));
        assert_eq!(late, [Arrow { name: "parent", from: (0, Moment(100)), to: (1, Moment(300)) }]);
        let linked = ties.arrows(id(3), None, [id(2)], place(0, 350, 500));
        assert_eq!(linked, [Arrow { name: "link", from: (1, Moment(300)), to: (0, Moment(350)) }]);
        ties.arrows(id(4), None, [id(5)], place(0, 600, 700));
        assert_eq!(ties.arrows(id(5), None, [], place(1, 800, 900)), [], "it begins after the one that links to it");
    }

    #[test]
    fn a_span_that_many_wait_for_has_a_bound() {
        let mut ties = Ties::new();
        for child in 0..2 * WAITING as u64 {
            ties.arrows(id(10 + child), Some(id(1)), [], place(1, 10, 20));
        }
        assert_eq!(ties.arrows(id(1), None, [], place(0, 0, 100)).len(), WAITING);
    }
}
