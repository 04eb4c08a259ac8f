//! Calls whose costs are told apart: a stack of frames on each thread, beside the calls themselves.
//!
//! Most calls keep none: a guard does only if its control word says so (`Control::FRAME`), because its function's
//! attributes or another function's budget ask for it, paths are profiled, or a test records. A frame is a reading of the
//! thread's counters at the call's beginning, and what its annotated children took, so that a call knows what it took
//! itself. A future's frame lies on the stack during each poll, and with the future in between.
//!
//! Begun, pushed and popped by [`crate::call`]; for futures begun by [`crate::task`], pushed and popped by [`crate::driven`].
//! Read by [`crate::bounds`] and [`crate::ended`]. What happens here is on nobody's account.

use std::cell::RefCell;

use crate::alloc;
use crate::callsite::Callsite;
use crate::clock;
use crate::costs::{Asks, Costs, Own, Reading};
use crate::limit::LimitKind;
use crate::paths::{self, Path};
use crate::recording::{self, RecordedStart};
use crate::valgrind;

/// One running call whose costs are told apart.
#[derive(Debug)]
pub(crate) struct Frame {
    /// Names it among those of the thread while it lies there.
    key: u32,
    /// The number of a call that is listed as running; 0 for none.
    pub(crate) live: u32,
    pub(crate) callsite: &'static Callsite,
    /// Where it stands among the calls of the program, when paths are profiled.
    pub(crate) path: Path,
    pub(crate) recorded: Option<RecordedStart>,
    asks: Asks,
    reading: Reading,
    pub(crate) costs: Costs,
    children: Own,
    /// When what is done for the profile of the call began, or of its last poll; 0 where it is not kept.
    since: u64,
    is_polled: bool,
    profiling: Profiling,
    /// Calls of the functions that `calls(..)` of the budget bounds, in the order of the limits.
    pub(crate) calls: Vec<u64>,
    /// Names the call where its instructions are counted.
    pub(crate) counted: Option<u64>,
    /// Between polls: frames of spans that the future holds across an `.await`.
    #[expect(clippy::vec_box, reason = "they are what the stack has")]
    held: Vec<Box<Frame>>,
}

/// Nanoseconds of a call in which calls inside were profiled: neither theirs nor its own.
#[derive(Clone, Copy, Debug, Default)]
struct Profiling {
    /// Of calls that it made itself.
    own: u64,
    /// Of all calls inside.
    all: u64,
}

/// Boxes of frames that a thread keeps for the next ones.
const SPARE: usize = 16;

#[derive(Default)]
#[expect(clippy::vec_box, reason = "a future's frame comes and goes with each poll, as it is")]
struct Stack {
    open: Vec<Box<Frame>>,
    last: u32,
    /// Of calls that have ended.
    spare: Vec<Box<Frame>>,
}

thread_local! {
    static STACK: RefCell<Stack> = const { RefCell::new(Stack { open: Vec::new(), last: 0, spare: Vec::new() }) };
}

/// Runs with the thread's frames; nothing happens while the thread is being torn down.
fn with<R>(body: impl FnOnce(&mut Stack) -> R) -> Option<R> {
    STACK.try_with(|stack| body(&mut stack.borrow_mut())).ok()
}

impl Frame {
    /// What the call took itself.
    pub(crate) const fn own(&self) -> Own {
        self.costs.without(self.children)
    }

    /// What the call took with those inside, and itself, for its path.
    pub(crate) fn profiled(&self) -> (Costs, Own) {
        let (costs, own, Profiling { own: here, all }) = (self.costs, self.own(), self.profiling);
        let (with_inside, alone) = (costs.nanos.saturating_sub(all), own.nanos.saturating_sub(here));
        (Costs { nanos: with_inside, ..costs }, Own { nanos: alone, ..own })
    }
}

/// Begins a call, and says by which key its frame is found on this thread; 0 where it keeps none.
pub(crate) fn enter(callsite: &'static Callsite, live: u32, is_timed: bool) -> u32 {
    let key = alloc::unseen(|| begin(callsite, live, is_timed).map_or(0, put));
    if valgrind::counts(callsite) {
        valgrind::begin(callsite, valgrind::next_call());
    }
    key
}

/// Counts the call in the budgets of those it runs in, and makes its frame if it needs one.
pub(crate) fn begin(callsite: &'static Callsite, live: u32, is_timed: bool) -> Option<Box<Frame>> {
    let _unseen = alloc::Unseen::begin();
    if callsite.is_bounded() {
        count(callsite);
    }
    let (path, since, recorded) = with(|stack| {
        let since = if paths::may_keep(stack.open.last().map(|frame| frame.path)) { clock::now() } else { 0 };
        let around = stack.open.iter().rev().map(|frame| (frame.path, frame.callsite));
        (paths::enter(around, callsite), since, recording::begin())
    })?;
    let (meta, limits) = (callsite.meta(), callsite.limits());
    // A clock that is moved by hand is not disturbed by what else runs.
    let is_judged = is_timed && recorded.is_some() && !clock::is_manual();
    let asks = Asks {
        cpu: meta.cpu || limits.iter().any(|limit| limit.kind == LimitKind::Cpu) || is_judged,
        waited: is_judged,
        nanos: path.is_kept() && !is_timed,
    };
    if live == 0 && !callsite.is_measured() && recorded.is_none() && !path.needs_frame() {
        return None;
    }
    let bounded = limits.iter().filter(|limit| limit.kind.is_calls());
    let calls = vec![0; bounded.count()];
    let (reading, costs, children, profiling) = Default::default();
    Some(boxed(Frame {
        key: 0,
        live,
        callsite,
        path,
        recorded,
        asks,
        reading,
        costs,
        children,
        since,
        is_polled: false,
        profiling,
        calls,
        counted: None,
        held: Vec::new(),
    }))
}

/// In a box that another call has left, if there is one.
fn boxed(frame: Frame) -> Box<Frame> {
    match with(|stack| stack.spare.pop()).flatten() {
        Some(mut spare) => {
            *spare = frame;
            spare
        }
        None => Box::new(frame),
    }
}

/// Puts the frame of a call that is polled on the thread, and gives its key there.
pub(crate) fn push(mut frame: Box<Frame>) -> u32 {
    if frame.is_polled && frame.path.is_kept() {
        frame.since = clock::now();
    }
    frame.is_polled = true;
    alloc::unseen(|| put(frame))
}

fn put(mut frame: Box<Frame>) -> u32 {
    with(|stack| {
        stack.last = stack.last.wrapping_add(1).max(1);
        frame.key = stack.last;
        let held = std::mem::take(&mut frame.held);
        // Such spans stay on their thread, so that they are still found by their keys.
        for mut frame in std::iter::once(frame).chain(held) {
            frame.reading = Reading::take(frame.asks);
            if let Some(recorded) = &mut frame.recorded {
                recorded.around = recording::set_call(recorded.id);
            }
            stack.open.push(frame);
        }
        stack.last
    })
    .unwrap_or(0)
}

/// Takes a call's frame off the thread, with what the call took there; `nanos` where the call itself was timed.
pub(crate) fn pop(key: u32, nanos: Option<u64>) -> Option<Box<Frame>> {
    if key == 0 {
        return None;
    }
    alloc::unseen(|| {
        // From the top: guards of spans may be dropped in any order.
        with(|stack| stack.place(key).map(|at| stack.take(at, nanos))).flatten()
    })
}

/// The same after a poll: what the future holds across an `.await` goes along with it.
pub(crate) fn pause(key: u32, nanos: Option<u64>) -> Option<Box<Frame>> {
    let _unseen = alloc::Unseen::begin();
    with(|stack| {
        let at = stack.place(key)?;
        let mut held: Vec<_> = (at + 1..stack.open.len()).rev().map(|above| stack.take(above, None)).collect();
        held.reverse();
        let mut frame = stack.take(at, nanos);
        frame.held = held;
        Some(frame)
    })
    .flatten()
}

impl Stack {
    /// Where a call's frame lies.
    fn place(&self, key: u32) -> Option<usize> {
        self.open.iter().rposition(|frame| frame.key == key)
    }

    /// Takes a frame off, with what its call took; that is in what the call below took, too.
    fn take(&mut self, at: usize, nanos: Option<u64>) -> Box<Frame> {
        let mut frame = self.open.remove(at);
        let costs = frame.reading.until_now(frame.asks, nanos);
        frame.costs.add(costs);
        if let Some(recorded) = frame.recorded.as_ref().filter(|recorded| recorded.id == recording::call()) {
            recording::set_call(recorded.around);
        }
        if let Some(parent) = at.checked_sub(1).and_then(|below| self.open.get_mut(below)) {
            let Costs { asked, nanos, .. } = costs;
            let children = &mut parent.children;
            (children.nanos, children.allocs, children.bytes) =
                (children.nanos + nanos, children.allocs + asked.allocs, children.bytes + asked.bytes);
            if frame.is_polled && frame.path.is_kept() {
                let took = clock::now().saturating_sub(frame.since).saturating_sub(nanos);
                parent.profiling.own += took;
                parent.profiling.all += took;
            }
        }
        frame
    }
}

/// Takes back the frame of a call of which all is written down: what that took is not the time of those around it.
pub(crate) fn leave(frame: Box<Frame>) {
    let _unseen = alloc::Unseen::begin();
    with(|stack| {
        if frame.path.is_kept() {
            // A future may be dropped long after its last poll, and that one was looked at.
            let since_begin = if frame.is_polled { 0 } else { clock::now().saturating_sub(frame.since) };
            let took = since_begin.saturating_sub(frame.costs.nanos);
            if let Some(around) = stack.open.last_mut() {
                around.profiling.own += took;
                around.profiling.all += took + frame.profiling.all;
            }
        }
        if stack.spare.len() < SPARE {
            stack.spare.push(frame);
        }
    });
}

/// Counts a call of `callee` in every call it runs in whose budget bounds it.
fn count(callee: &'static Callsite) {
    with(|stack| {
        for frame in stack.open.iter_mut().filter(|frame| !frame.calls.is_empty()) {
            let Frame { callsite, calls, .. } = &mut **frame;
            callsite.callees(|callees| {
                for (count, bounded) in calls.iter_mut().zip(callees) {
                    *count += u64::from(bounded.iter().any(|bounded| std::ptr::eq(*bounded, callee)));
                }
            });
        }
    });
}
