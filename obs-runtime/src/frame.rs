//! Calls whose costs are told apart: a stack of frames on each thread, beside the calls themselves.
//!
//! Most calls keep none: a guard does only if its control word says so (`Control::FRAME`), because its function's
//! attributes or another function's budget ask for it, paths are profiled, or a test records. A frame is a reading of the
//! thread's counters at the call's beginning, and what its annotated children took, so that a call knows what it took
//! itself. What few calls need beyond that is in a [`Ledger`]. A future's frame lies here during each poll, and its ledger
//! goes with it and with the future in between.
//!
//! Begun, pushed and popped by [`crate::call`]; for futures begun by [`crate::task`], pushed and popped by [`crate::driven`].
//! Read by [`crate::bounds`] and [`crate::ended`]. What happens here is on nobody's account.

use std::cell::RefCell;

use crate::alloc::{self, Mark};
use crate::callsite::Callsite;
use crate::clock;
use crate::costs::{Costs, Own};
use crate::ledger::{Beginning, Ledger};
use crate::live;
use crate::paths::{self, Path};
use crate::recording;
use crate::valgrind;

/// One running call whose costs are told apart, or one poll of it. Small, and built in its place: most have no ledger.
#[derive(Debug)]
struct Frame {
    /// Names it among those of the thread.
    key: u32,
    // Most calls have no ledger, and between two polls there is no frame: what both need is in both.
    /// The number of a call that is listed as running; 0 for none.
    live: u32,
    callsite: &'static Callsite,
    /// Where it stands among the calls of the program, when paths are profiled.
    path: Path,
    mark: Mark,
    children: Own,
    ledger: Option<Box<Ledger>>,
}

/// A call that has ended, and what it took.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The number under which it was listed as running; 0 for none.
    pub(crate) live: u32,
    pub(crate) costs: Costs,
    /// What of it calls inside took.
    children: Own,
    pub(crate) ledger: Option<Box<Ledger>>,
}

/// Boxes of ledgers that a thread keeps for the next ones.
const SPARE: usize = 16;

struct Stack {
    frames: Vec<Frame>,
    last: u32,
    /// Of calls that have ended.
    #[expect(clippy::vec_box, reason = "they come and go as they are")]
    spare: Vec<Box<Ledger>>,
}

thread_local! {
    static STACK: RefCell<Stack> = const { RefCell::new(Stack { frames: Vec::new(), last: 0, spare: Vec::new() }) };
}

/// Runs with the thread's frames; nothing happens while the thread is being torn down.
#[inline]
fn with<R>(body: impl FnOnce(&mut Stack) -> R) -> Option<R> {
    STACK.try_with(|stack| body(&mut stack.borrow_mut())).ok()
}

/// Whether a call needs a frame, for what it took or for where it runs.
#[inline]
fn needs_frame(callsite: &Callsite, live: u32, path: Path) -> bool {
    callsite.needs().frame || live != 0 || path.needs_frame()
}

impl Ran {
    /// What the call took itself.
    #[inline]
    pub(crate) const fn own(&self) -> Own {
        self.costs.without(self.children)
    }

    /// All is written down: what that took is not the time of calls around it. A [`Ran`] stays where it is, as a frame does.
    pub(crate) fn leave(&mut self) {
        let Some(mut ledger) = self.ledger.take() else { return };
        let _unseen = alloc::Unseen::begin();
        with(|stack| {
            if let Some(around) = stack.frames.last_mut().and_then(|frame| frame.ledger.as_mut()) {
                around.profiled_call(&ledger);
            }
            // Of a future that was dropped: their guards were, too, and found no frame.
            for (_, span) in ledger.held.drain(..) {
                live::leave(span.live);
                stack.keep(span);
            }
            stack.keep(ledger);
        });
    }
}

impl From<Box<Ledger>> for Ran {
    fn from(ledger: Box<Ledger>) -> Self {
        Self { live: ledger.live, costs: ledger.costs, children: ledger.children, ledger: Some(ledger) }
    }
}

/// Begins a call, and says by which key its frame is found on this thread; 0 where it keeps none.
pub(crate) fn enter(callsite: &'static Callsite, live: u32, is_timed: bool) -> u32 {
    let key = alloc::unseen(|| with(|stack| stack.enter(callsite, live, is_timed))).unwrap_or(0);
    if valgrind::counts(callsite) {
        valgrind::begin(callsite, valgrind::next_call());
    }
    key
}

/// Begins a call that is polled, and opens its ledger if it needs a frame.
pub(crate) fn begin(callsite: &'static Callsite, live: u32, is_timed: bool) -> Option<Box<Ledger>> {
    alloc::unseen(|| with(|stack| stack.begin(callsite, live, is_timed))).flatten()
}

/// Puts the frame of a call that is polled on the thread, and gives its key there.
pub(crate) fn push(mut ledger: Box<Ledger>) -> u32 {
    ledger.poll();
    let lay = |stack: &mut Stack| {
        let held = std::mem::take(&mut ledger.held);
        let key = stack.lay(ledger.callsite, ledger.live, ledger.path, Some(ledger));
        // Such spans stay on their thread, so that they are still found by their keys.
        for (key, span) in held {
            stack.put(key, span.callsite, span.live, span.path, Some(span));
        }
        key
    };
    alloc::unseen(|| with(lay)).unwrap_or(0)
}

/// Takes a call's frame off the thread, with what the call took there; `nanos` where the call itself was timed.
#[inline]
pub(crate) fn pop(key: u32, nanos: Option<u64>) -> Option<Ran> {
    if key == 0 {
        return None;
    }
    with(|stack| stack.take(stack.place(key)?, nanos)).flatten()
}

/// The same after a poll: what the future holds across an `.await` goes along with it.
pub(crate) fn pause(key: u32, nanos: Option<u64>) -> Option<Box<Ledger>> {
    let _unseen = alloc::Unseen::begin();
    with(|stack| {
        let at = stack.place(key)?;
        let mut held: Vec<_> = (at + 1..stack.frames.len()).rev().filter_map(|above| stack.hold(above)).collect();
        held.reverse();
        let mut ledger = stack.take(at, nanos)?.ledger?;
        ledger.held = held;
        Some(ledger)
    })
    .flatten()
}

impl Stack {
    /// Begins a call, and puts its frame on top if it needs one.
    #[inline]
    fn enter(&mut self, callsite: &'static Callsite, live: u32, is_timed: bool) -> u32 {
        let (path, since) = self.look(callsite);
        let needs_ledger = callsite.needs().ledger || path.is_kept();
        let ledger = if needs_ledger || recording::is_here() {
            self.ledger(&Beginning { callsite, live, path, since, is_timed }, needs_ledger)
        } else {
            None
        };
        if ledger.is_some() || needs_frame(callsite, live, path) { self.lay(callsite, live, path, ledger) } else { 0 }
    }

    /// Begins a call that is polled, and opens its ledger if it needs a frame.
    fn begin(&mut self, callsite: &'static Callsite, live: u32, is_timed: bool) -> Option<Box<Ledger>> {
        let (path, since) = self.look(callsite);
        let needs_frame = needs_frame(callsite, live, path);
        self.ledger(&Beginning { callsite, live, path, since, is_timed }, needs_frame)
    }

    /// Counts the call in the budgets of those it runs in; says where it stands, and when it was begun to find that out.
    #[inline]
    fn look(&mut self, callsite: &'static Callsite) -> (Path, u64) {
        if callsite.is_bounded() {
            self.count(callsite);
        }
        if paths::kept_one_in() == 0 { (Path::None, 0) } else { self.path(callsite) }
    }

    /// Counts a call of `callee` in every call it runs in whose budget bounds it.
    fn count(&mut self, callee: &'static Callsite) {
        let ledgers = self.frames.iter_mut().filter_map(|frame| frame.ledger.as_mut());
        ledgers.for_each(|ledger| ledger.count(callee));
    }

    /// Where the call stands among those that run, and when that was asked.
    #[inline(never)]
    fn path(&self, callsite: &'static Callsite) -> (Path, u64) {
        let since = if paths::may_keep(self.frames.last().map(|frame| frame.path)) { clock::now() } else { 0 };
        (paths::enter(self.frames.iter().rev().map(|frame| (frame.path, frame.callsite)), callsite), since)
    }

    /// Opens a ledger if the call needs one, or is recorded.
    #[inline(never)]
    fn ledger(&mut self, beginning: &Beginning, is_needed: bool) -> Option<Box<Ledger>> {
        let recorded = recording::begin();
        if !is_needed && recorded.is_none() {
            return None;
        }
        let mut ledger = self.blank(beginning.callsite);
        ledger.begin(beginning, recorded);
        Some(ledger)
    }

    /// A ledger that another call has left, if there is one.
    #[inline]
    fn blank(&mut self, callsite: &'static Callsite) -> Box<Ledger> {
        self.spare.pop().unwrap_or_else(|| Box::new(Ledger::new(callsite)))
    }

    /// Keeps a ledger for the next call that needs one.
    fn keep(&mut self, ledger: Box<Ledger>) {
        if self.spare.len() < SPARE {
            self.spare.push(ledger);
        }
    }

    /// Puts a call on top, and gives the key of its frame.
    #[inline]
    fn lay(&mut self, callsite: &'static Callsite, live: u32, path: Path, ledger: Option<Box<Ledger>>) -> u32 {
        self.last = self.last.wrapping_add(1).max(1);
        self.put(self.last, callsite, live, path, ledger);
        self.last
    }

    /// Puts a frame on top: what is taken from now on is its call's.
    #[inline]
    fn put(&mut self, key: u32, callsite: &'static Callsite, live: u32, path: Path, mut ledger: Option<Box<Ledger>>) {
        if let Some(ledger) = &mut ledger {
            ledger.enter();
        }
        self.frames.push(Frame { key, live, callsite, path, mark: Mark::take(), children: Own::default(), ledger });
    }

    /// Where a call's frame lies. From the top: guards of spans may be dropped in any order.
    #[inline]
    fn place(&self, key: u32) -> Option<usize> {
        self.frames.iter().rposition(|frame| frame.key == key)
    }

    /// Takes a frame off for a while, with its key and what its call took so far.
    fn hold(&mut self, at: usize) -> Option<(u32, Box<Ledger>)> {
        let &Frame { key, callsite, live, path, .. } = self.frames.get(at)?;
        let Ran { costs, children, ledger, .. } = self.take(at, None)?;
        if let Some(ledger) = ledger {
            return Some((key, ledger));
        }
        let mut ledger = self.blank(callsite);
        ledger.begin(&Beginning { callsite, live, path, since: 0, is_timed: true }, None);
        ledger.add(costs, children);
        Some((key, ledger))
    }

    /// Takes a frame off, with what its call took there; that is in what the call below took, too.
    #[inline]
    fn take(&mut self, at: usize, nanos: Option<u64>) -> Option<Ran> {
        let (below, from_here) = self.frames.split_at_mut_checked(at)?;
        let frame = from_here.first_mut()?;
        let mut costs = Costs { asked: frame.mark.asked_since(), nanos: nanos.unwrap_or(0), ..Costs::default() };
        let (live, children, ledger) = (frame.live, frame.children, frame.ledger.take());
        if let Some(ledger) = &ledger {
            ledger.exit(&mut costs);
        }
        if let Some(around) = below.last_mut() {
            around.children.add(costs.whole());
            if let (Some(inside), Some(around)) = (&ledger, &mut around.ledger) {
                around.profiled_poll(inside, costs.nanos);
            }
        }
        self.remove(at);
        let Some(mut ledger) = ledger else {
            return Some(Ran { live, costs, children, ledger: None });
        };
        ledger.add(costs, children);
        Some(ledger.into())
    }

    /// Most lie on top, where nothing is to be moved.
    #[inline]
    fn remove(&mut self, at: usize) {
        if at + 1 == self.frames.len() {
            self.frames.truncate(at);
        } else {
            self.frames.remove(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::callsite::{Meta, Name};

    static OUTER: Callsite = Callsite::new(Meta { name: Name::Given("outer"), alloc: true, ..Meta::EMPTY });
    static SPAN: Callsite = Callsite::new(Meta { name: Name::Given("span"), alloc: true, ..Meta::EMPTY });

    #[test]
    fn a_span_held_across_an_await_goes_along_with_its_future_and_keeps_what_it_took() {
        let future = begin(&OUTER, 0, true).expect("it is measured");
        let key = push(future);
        let span = enter(&SPAN, 7, false);
        let inner = enter(&OUTER, 0, true);
        let ran = pop(inner, Some(3)).expect("it lies on top");
        assert_eq!((ran.costs.nanos, ran.own().nanos, ran.ledger.is_none()), (3, 3, true));

        let future = pause(key, Some(10)).expect("it was on the thread");
        assert!(pop(span, None).is_none(), "nothing of it is left there");

        let key = push(future);
        let ran = pop(span, Some(5)).expect("it came along, with its key");
        assert_eq!((ran.live, ran.costs.nanos, ran.own().nanos), (7, 5, 2));
        let future = Ran::from(pause(key, Some(20)).expect("it was on the thread"));
        assert_eq!((future.costs.nanos, future.own().nanos), (30, 25));
    }

    #[test]
    fn calls_may_end_in_any_order() {
        let (first, second, third) = (enter(&OUTER, 0, true), enter(&OUTER, 0, true), enter(&OUTER, 0, true));
        let of = |key, nanos| pop(key, Some(nanos)).map(|ran| (ran.costs.nanos, ran.own().nanos));
        assert_eq!(of(second, 5), Some((5, 5)));
        assert_eq!(of(second, 5), None);
        // What ran above is now inside the first.
        assert_eq!(of(third, 2), Some((2, 2)));
        assert_eq!(of(first, 10), Some((10, 3)));
    }
}
