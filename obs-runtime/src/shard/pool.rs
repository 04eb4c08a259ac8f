//! Shards by thread: taken when a thread first records, given back when it ends, never freed.

use crate::sync::{Mutex, lock};

/// All shards, and those of them that no thread holds.
pub(crate) struct Pool<T: 'static> {
    inner: Mutex<Inner<T>>,
}

struct Inner<T: 'static> {
    all: Vec<&'static T>,
    free: Vec<&'static T>,
}

impl<T> Pool<T> {
    #[cfg(not(loom))]
    pub(crate) const fn new() -> Self {
        Self { inner: Mutex::new(Inner { all: Vec::new(), free: Vec::new() }) }
    }

    #[cfg(loom)]
    pub(crate) fn new() -> Self {
        Self { inner: Mutex::new(Inner { all: Vec::new(), free: Vec::new() }) }
    }

    /// Takes a shard that nobody holds, or makes one of the next number.
    ///
    /// The lock orders the last writer of a reused shard before the next one.
    pub(crate) fn take(&self, make: impl FnOnce(u32) -> &'static T) -> &'static T {
        let mut inner = lock(&self.inner);
        inner.free.pop().unwrap_or_else(|| {
            let shard = make(u32::try_from(inner.all.len()).unwrap_or(u32::MAX));
            inner.all.push(shard);
            shard
        })
    }

    /// Gives a shard back. The caller writes it no more.
    pub(crate) fn give_back(&self, shard: &'static T) {
        lock(&self.inner).free.push(shard);
    }

    /// Every shard there ever was, held or not.
    pub(crate) fn all(&self) -> Vec<&'static T> {
        lock(&self.inner).all.clone()
    }
}
