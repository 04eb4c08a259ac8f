//! The one file that names std's or loom's atomics (a callsite's own static atomics excepted).

use std::sync::TryLockError;

#[cfg(not(loom))]
pub(crate) use std::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering, fence},
};

#[cfg(loom)]
pub(crate) use loom::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering, fence},
};

#[cfg(not(loom))]
pub(crate) use std::thread::yield_now;

#[cfg(loom)]
pub(crate) use loom::thread::yield_now;

/// Runs a model whose orders of events are too many with all those in which no thread is held up more than three
/// times.
#[cfg(all(test, loom))]
pub(crate) fn model(body: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(body);
}

/// Locks, also after a panic of another holder: everything behind our locks is valid between any two statements.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Locks, unless somebody else holds the lock.
pub(crate) fn try_lock<T>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    match mutex.try_lock() {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(error)) => Some(error.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}

/// Reads a cell that only this thread writes, and of which it sees its own last value.
#[cfg(not(loom))]
macro_rules! own {
    ($cell:expr) => {
        $cell.load($crate::sync::Ordering::Relaxed)
    };
}

/// Reads a cell that only this thread writes: loom checks that nobody else does, and, as it looks at the last access
/// to a cell only, is not led to believe that this reading has put the threads in order.
#[cfg(loom)]
macro_rules! own {
    ($cell:expr) => {{
        // SAFETY: loom's own bookkeeping panics when there is another writer.
        #[expect(unsafe_code, reason = "a check that only loom's atomics have")]
        unsafe {
            $cell.unsync_load()
        }
    }};
}

pub(crate) use own;

/// Adds to a cell that only this thread writes: a load and a store, no locked instruction.
#[inline(always)]
pub(crate) fn add(cell: &AtomicU64, n: u64) {
    // Relaxed: the cell stands alone, and its only writer is this thread.
    cell.store(own!(cell).wrapping_add(n), Ordering::Relaxed);
}

/// Raises a cell that only this thread writes.
#[inline(always)]
pub(crate) fn raise(cell: &AtomicU64, to: u64) {
    // Relaxed: as in `add`.
    if to > own!(cell) {
        cell.store(to, Ordering::Relaxed);
    }
}
