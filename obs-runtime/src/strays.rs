//! Spans that ended while another one ran inside them: two guards of spans dropped in the order they were made, a span
//! held across the `.await` of a plain future.
//!
//! The one inside will make its parent the running span again, which is over by then. So the thread's place is marked, and
//! who opens the next span there, or asks what runs, first leaves what has ended. A place without the mark pays nothing.

use std::cell::RefCell;

use crate::alloc;
use crate::shard::{Current, Local, Tracing, local};

/// Spans that are remembered; of more, the first are forgotten.
const MAX_GONE: usize = 256;

#[derive(Clone, Copy)]
struct Gone {
    span: u64,
    /// What was on the thread before it.
    before: Current,
}

thread_local! {
    static GONE: RefCell<Vec<Gone>> = const { RefCell::new(Vec::new()) };
}

fn with<R: Default>(body: impl FnOnce(&mut Vec<Gone>) -> R) -> R {
    // While the thread is being torn down there is nothing to come back to.
    alloc::unseen(|| GONE.try_with(|gone| body(&mut gone.borrow_mut())).unwrap_or_default())
}

/// Remembers that a span has ended under others, and what was there before it.
pub(crate) fn add(span: u64, before: Current) {
    with(|gone| {
        if gone.len() >= MAX_GONE {
            gone.remove(0);
        }
        gone.push(Gone { span, before });
    });
}

/// A place that is put back on the thread: it may be that of a span that has ended meanwhile.
pub(crate) fn marked(place: Current) -> Current {
    if with(|gone| !gone.is_empty()) { Current { info: place.info.strayed(), ..place } } else { place }
}

/// What runs on this thread, after leaving what has ended.
#[inline]
pub(crate) fn settled() -> Current {
    let here = local(Local::current);
    if here.info.is_stray() { settle(here) } else { here }
}

#[cold]
fn settle(mut here: Current) -> Current {
    with(|gone| {
        while let Some(at) = gone.iter().rposition(|gone| gone.span == here.span) {
            here = gone.remove(at).before;
        }
        if here.info.tracing() == Tracing::Nothing {
            // Nothing runs here that could come back to one of them.
            gone.clear();
        }
        here.info = if gone.is_empty() { here.info.found() } else { here.info.strayed() };
    });
    local(|local| local.set_current(here));
    here
}
