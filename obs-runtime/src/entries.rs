//! What was on a thread before a span that does not hang on it: the first one under a context of another process,
//! under a parent that was named, and each root inside a running trace.
//!
//! Such spans are few; a guard has no room for what was there before. A stack beside the thread's storage, searched from
//! its top, so that guards that end in another order still find their own.

use std::cell::RefCell;

use crate::alloc::Unseen;
use crate::origin::Origin;
use crate::shard::Current;

/// What one span left behind.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    /// Names the entry: the span's id, or for one that is not recorded the id it stands for.
    pub(crate) key: u64,
    /// What was on the thread before.
    pub(crate) before: Current,
    /// The span's parent; 0 for none.
    pub(crate) parent: u64,
    pub(crate) origin: Origin,
}

thread_local! {
    static ENTRIES: RefCell<Vec<Entry>> = const { RefCell::new(Vec::new()) };
}

/// Remembers what a span leaves behind.
pub(crate) fn push(entry: Entry) {
    // While the thread is being torn down nothing is kept: there is nothing to come back to.
    let _unseen = Unseen::begin();
    let _ = ENTRIES.try_with(|entries| entries.borrow_mut().push(entry));
}

/// What a span left behind.
pub(crate) fn find(key: u64) -> Option<Entry> {
    let find = |entries: &RefCell<Vec<Entry>>| entries.borrow().iter().rev().find(|entry| entry.key == key).copied();
    ENTRIES.try_with(find).ok().flatten()
}

/// Takes it back.
pub(crate) fn take(key: u64) -> Option<Entry> {
    let take = |entries: &RefCell<Vec<Entry>>| {
        let mut entries = entries.borrow_mut();
        let at = entries.iter().rposition(|entry| entry.key == key)?;
        Some(entries.remove(at))
    };
    ENTRIES.try_with(take).ok().flatten()
}
