//! Calls whose costs are told apart: a stack of frames on each thread, beside the calls themselves.
//!
//! Most calls keep none: a guard does only if its control word says so (`Control::FRAME`), because its function's
//! attributes or another function's budget ask for it, paths are profiled, or a test records. A frame is a reading of the
//! thread's counters at the call's beginning, and what its annotated children took, so that a call knows what it took
//! itself. What few calls need beyond that is in an [`Account`]. A future's frame lies here during each poll, and its account
//! goes with it and with the future in between.
//!
//! Begun, pushed and popped by [`crate::call`]; for futures begun by [`crate::task`], pushed and popped by [`crate::driven`].
//! Read by [`crate::bounds`] and [`crate::ended`]. What happens here is on nobody's account.

use std::cell::RefCell;

use crate::account::{Account, Opening};
use crate::alloc::{self, Mark};
use crate::callsite::Callsite;
use crate::clock;
use crate::costs::{Costs, Own};
use crate::paths::{self, Path};
use crate::recording;
use crate::valgrind;

/// One running call whose costs are told apart, or one poll of it. Small, and built in its place: most have no account.
#[derive(Debug)]
pub(crate) struct Frame {
    /// Names it among those of the thread.
    key: u32,
    /// The number of a call that is listed as running; 0 for none.
    live: u32,
    callsite: &'static Callsite,
    /// Where it stands among the calls of the program, when paths are profiled.
    path: Path,
    mark: Mark,
    children: Own,
    account: Option<Box<Account>>,
}

/// A call that has ended, and what it took.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The number under which it was listed as running; 0 for none.
    pub(crate) live: u32,
    pub(crate) costs: Costs,
    /// What of it calls inside took.
    children: Own,
    pub(crate) account: Option<Box<Account>>,
}

/// Boxes of accounts that a thread keeps for the next ones.
const SPARE: usize = 16;

struct Stack {
    open: Vec<Frame>,
    last: u32,
    /// Of calls that have ended.
    #[expect(clippy::vec_box, reason = "they come and go as they are")]
    spare: Vec<Box<Account>>,
}

thread_local! {
    static STACK: RefCell<Stack> = const { RefCell::new(Stack { open: Vec::new(), last: 0, spare: Vec::new() }) };
}

/// Runs with the thread's frames; nothing happens while the thread is being torn down.
#[inline]
fn with<R>(body: impl FnOnce(&mut Stack) -> R) -> Option<R> {
    STACK.try_with(|stack| body(&mut stack.borrow_mut())).ok()
}

impl Ran {
    /// What the call took itself.
    #[inline]
    pub(crate) const fn own(&self) -> Own {
        self.costs.without(self.children)
    }

    /// All is written down: what that took is not the time of calls around it.
    pub(crate) fn leave(&mut self) {
        let Some(account) = self.account.take() else { return };
        let _unseen = alloc::Unseen::begin();
        with(|stack| {
            if let Some(around) = stack.open.last_mut().and_then(|frame| frame.account.as_mut()) {
                around.profiled_call(&account);
            }
            if stack.spare.len() < SPARE {
                stack.spare.push(account);
            }
        });
    }
}

impl From<Box<Account>> for Ran {
    fn from(account: Box<Account>) -> Self {
        Self { live: account.live, costs: account.costs, children: account.children, account: Some(account) }
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

/// Begins a call that is polled, and opens its account if it needs a frame.
pub(crate) fn begin(callsite: &'static Callsite, live: u32, is_timed: bool) -> Option<Box<Account>> {
    alloc::unseen(|| with(|stack| stack.begin(callsite, live, is_timed))).flatten()
}

/// Puts the frame of a call that is polled on the thread, and gives its key there.
pub(crate) fn push(mut account: Box<Account>) -> u32 {
    account.poll();
    let lay = |stack: &mut Stack| {
        let held = std::mem::take(&mut account.held);
        let key = stack.lay(account.callsite, account.live, account.path, Some(account));
        // Such spans stay on their thread, so that they are still found by their keys.
        for (key, span) in held {
            stack.open(key, span.callsite, span.live, span.path, Some(span));
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
pub(crate) fn pause(key: u32, nanos: Option<u64>) -> Option<Box<Account>> {
    let _unseen = alloc::Unseen::begin();
    with(|stack| {
        let at = stack.place(key)?;
        let mut held: Vec<_> = (at + 1..stack.open.len()).rev().filter_map(|above| stack.hold(above)).collect();
        held.reverse();
        let mut account = stack.take(at, nanos)?.account?;
        account.held = held;
        Some(account)
    })
    .flatten()
}

impl Stack {
    /// Begins a call, and puts its frame on top if it needs one.
    #[inline]
    fn enter(&mut self, callsite: &'static Callsite, live: u32, is_timed: bool) -> u32 {
        let (path, since) = self.look(callsite);
        let (needs, is_recorded) = (callsite.needs(), recording::is_here());
        let account = if needs.account || path.is_kept() || is_recorded {
            Some(self.account(Opening { callsite, live, path, since, is_timed }))
        } else if needs.frame || live != 0 || path.needs_frame() {
            None
        } else {
            return 0;
        };
        self.lay(callsite, live, path, account)
    }

    /// Begins a call that is polled, and opens its account if it needs a frame.
    fn begin(&mut self, callsite: &'static Callsite, live: u32, is_timed: bool) -> Option<Box<Account>> {
        let (path, since) = self.look(callsite);
        let needs_frame = callsite.needs().frame || live != 0 || path.needs_frame() || recording::is_here();
        needs_frame.then(|| self.account(Opening { callsite, live, path, since, is_timed }))
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
        let accounts = self.open.iter_mut().filter_map(|frame| frame.account.as_mut());
        accounts.for_each(|account| account.count(callee));
    }

    /// Where the call stands among those that run, and when that was asked.
    #[inline(never)]
    fn path(&self, callsite: &'static Callsite) -> (Path, u64) {
        let since = if paths::may_keep(self.open.last().map(|frame| frame.path)) { clock::now() } else { 0 };
        (paths::enter(self.open.iter().rev().map(|frame| (frame.path, frame.callsite)), callsite), since)
    }

    /// Opens an account, in a box that another call has left if there is one.
    #[inline(never)]
    fn account(&mut self, opening: Opening) -> Box<Account> {
        let (callsite, live) = (opening.callsite, opening.live);
        let mut account = self.spare.pop().unwrap_or_else(|| Box::new(Account::new(callsite, live)));
        account.open(opening);
        account
    }

    /// Puts a call on top, and gives the key of its frame.
    #[inline]
    fn lay(&mut self, callsite: &'static Callsite, live: u32, path: Path, account: Option<Box<Account>>) -> u32 {
        self.last = self.last.wrapping_add(1).max(1);
        self.open(self.last, callsite, live, path, account);
        self.last
    }

    /// Puts a frame on top: what is taken from now on is its call's.
    #[inline]
    fn open(
        &mut self,
        key: u32,
        callsite: &'static Callsite,
        live: u32,
        path: Path,
        mut account: Option<Box<Account>>,
    ) {
        if let Some(account) = &mut account {
            account.enter();
        }
        self.open.push(Frame { key, live, callsite, path, mark: Mark::take(), children: Own::default(), account });
    }

    /// Where a call's frame lies. From the top: guards of spans may be dropped in any order.
    #[inline]
    fn place(&self, key: u32) -> Option<usize> {
        self.open.iter().rposition(|frame| frame.key == key)
    }

    /// Takes a frame off for a while, with its key and what its call took so far.
    fn hold(&mut self, at: usize) -> Option<(u32, Box<Account>)> {
        let &Frame { key, callsite, path, .. } = self.open.get(at)?;
        let Ran { live, costs, children, account } = self.take(at, None)?;
        Some((key, account.unwrap_or_else(|| Box::new(Account::of(callsite, live, path, costs, children)))))
    }

    /// Takes a frame off, with what its call took there; that is in what the call below took, too.
    #[inline]
    fn take(&mut self, at: usize, nanos: Option<u64>) -> Option<Ran> {
        let (below, from_here) = self.open.split_at_mut_checked(at)?;
        let frame = from_here.first_mut()?;
        let mut costs = Costs { asked: frame.mark.asked_since(), nanos: nanos.unwrap_or(0), ..Costs::default() };
        let (live, children, account) = (frame.live, frame.children, frame.account.take());
        if let Some(account) = &account {
            account.exit(&mut costs);
        }
        if let Some(around) = below.last_mut() {
            around.children.add(costs.whole());
            if let (Some(inside), Some(around)) = (&account, &mut around.account) {
                around.profiled_poll(inside, costs.nanos);
            }
        }
        self.remove(at);
        let Some(mut account) = account else {
            return Some(Ran { live, costs, children, account: None });
        };
        account.add(&costs, children);
        Some(account.into())
    }

    /// Most lie on top, where nothing is to be moved.
    #[inline]
    fn remove(&mut self, at: usize) {
        if at + 1 == self.open.len() {
            self.open.truncate(at);
        } else {
            self.open.remove(at);
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
        assert_eq!((ran.costs.nanos, ran.own().nanos, ran.account.is_none()), (3, 3, true));

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
