//! Who is shown our calls and events as they happen: a bridge out.
//!
//! Calls look at a flag in the control word that they read anyway; what is here runs only where it is set. What a mirror
//! makes of a call waits beside the guard, on a stack of its thread, or in the future's task.

use std::cell::RefCell;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::OnceLock;

use crate::callsite::Callsite;
use crate::error_name::ErrorName;
use crate::event_site::EventSite;
use crate::fields::Fields;
use crate::level::Level;
use crate::outcome::Outcome;
use crate::registry;

/// Is shown calls and events as they happen.
pub trait Mirror: Sync {
    /// A traced call begins, with the fields that are known; `None` when it need not be shown further. It is entered next.
    fn open(&self, callsite: &'static Callsite, fields: Option<&Fields>) -> Option<Box<dyn MirroredSpan>>;

    /// Something happens; the message is the field `message`.
    fn event(&self, site: &'static EventSite, level: Level, fields: &Fields);
}

/// What a mirror makes of one call. Dropped when the call has ended.
pub trait MirroredSpan: Send + Sync + UnwindSafe + RefUnwindSafe {
    /// The call runs on this thread: it begins, or its future is polled.
    fn enter(&mut self);
    /// The call leaves this thread.
    fn exit(&mut self);
    /// The call ended.
    fn close(&mut self, end: &MirroredEnd<'_>);
}

/// How a call ended.
#[derive(Clone, Copy, Debug)]
pub struct MirroredEnd<'a> {
    /// In which of the four ways.
    pub outcome: Outcome,
    /// What `ret` and `err` captured.
    pub extra: Option<&'a Fields>,
    error: Option<&'a ErrorName>,
}

impl<'a> MirroredEnd<'a> {
    pub(crate) const fn new(outcome: Outcome, error: Option<&'a ErrorName>, extra: Option<&'a Fields>) -> Self {
        Self { outcome, extra, error }
    }

    /// The error's type, with its variant where it is known.
    pub fn error_type(&self) -> Option<Box<str>> {
        self.error.map(|error| error.to_text().into())
    }
}

static MIRROR: OnceLock<&'static dyn Mirror> = OnceLock::new();

/// Shows all that is traced, and all events, to a mirror from now on; `false` when there is one already.
pub fn set_mirror(mirror: &'static dyn Mirror) -> bool {
    let first = crate::IS_ENABLED && MIRROR.set(mirror).is_ok();
    if first {
        registry::change_policy(|policy| policy.mirrored = true);
    }
    first
}

/// A call that runs on this thread, and what the mirror made of it.
struct Running {
    of: &'static Callsite,
    span: Option<Box<dyn MirroredSpan>>,
}

thread_local! {
    static RUNNING: RefCell<Vec<Running>> = const { RefCell::new(Vec::new()) };
}

/// Shows the beginning of a call that stays on its thread.
#[cold]
pub(crate) fn enter(callsite: &'static Callsite, fields: Option<&Fields>) {
    let mut span = open(callsite, fields);
    if let Some(span) = &mut span {
        span.enter();
    }
    // While the thread is being torn down nothing is kept, and the call is dropped here.
    let _ = RUNNING.try_with(|running| running.borrow_mut().push(Running { of: callsite, span }));
}

/// Shows the end of a call that [`enter`] was told of.
#[cold]
pub(crate) fn leave(callsite: &'static Callsite, end: &MirroredEnd<'_>) {
    let take = |running: &RefCell<Vec<Running>>| {
        let mut running = running.borrow_mut();
        // From the top: guards that end in another order still find a call of their own function.
        let at = running.iter().rposition(|running| std::ptr::eq(running.of, callsite))?;
        running.remove(at).span
    };
    // Not while the stack is borrowed: what is shown may run annotated functions.
    if let Some(mut span) = RUNNING.try_with(take).ok().flatten() {
        span.exit();
        span.close(end);
    }
}

/// Shows the beginning of a call that moves between threads.
#[cold]
pub(crate) fn open(callsite: &'static Callsite, fields: Option<&Fields>) -> Option<Box<dyn MirroredSpan>> {
    MIRROR.get()?.open(callsite, fields)
}

/// Shows an event.
#[inline]
pub(crate) fn event(site: &'static EventSite, level: Level, fields: &Fields) {
    if let Some(mirror) = MIRROR.get() {
        mirror.event(site, level, fields);
    }
}
