//! What ran on a thread before each span of `tracing` that is entered there.
//!
//! A stack beside the thread's place. Spans of `tracing` may be left in another order than they were entered in: what ran
//! before one that is left early is handed to the one above it.

use std::cell::RefCell;

use obs_runtime::Place;

struct Entered {
    span: u64,
    before: Place,
    /// The thread was unwinding already.
    unwinding: bool,
}

thread_local! {
    static ENTERED: RefCell<Vec<Entered>> = const { RefCell::new(Vec::new()) };
}

/// Notes that a span was entered.
#[inline]
pub(super) fn push(span: u64, before: Place) {
    let entered = Entered { span, before, unwinding: std::thread::panicking() };
    // While the thread is being torn down nothing is kept: there is nothing to come back to.
    let _ = ENTERED.try_with(|stack| stack.borrow_mut().push(entered));
}

/// Puts back what ran before a span was entered last; whether the span is left because it unwinds.
#[inline]
pub(super) fn pop(span: u64) -> bool {
    let Some(left) = ENTERED.try_with(|stack| take(&mut stack.borrow_mut(), span)).ok().flatten() else {
        return false;
    };
    std::thread::panicking() && !left.unwinding
}

fn take(stack: &mut Vec<Entered>, span: u64) -> Option<Entered> {
    let at = stack.iter().rposition(|entered| entered.span == span)?;
    let left = stack.remove(at);
    match stack.get_mut(at) {
        Some(above) => above.before = left.before,
        None => {
            left.before.swap_in();
        }
    }
    Some(left)
}
