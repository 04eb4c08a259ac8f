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

    /// The shard of a number.
    pub(crate) fn get(&self, number: u32) -> Option<&'static T> {
        lock(&self.inner).all.get(number as usize).copied()
    }

    /// Every shard there ever was, held or not.
    pub(crate) fn all(&self) -> Vec<&'static T> {
        lock(&self.inner).all.clone()
    }
}

#[cfg(all(test, loom))]
mod models {
    use loom::sync::Arc;
    use loom::thread;

    use super::*;
    use crate::shard::Slot;

    fn run_a_thread(pool: &Pool<Slot>) {
        let slot = pool.take(|_| Box::leak(Box::new(Slot::empty())));
        (0..2).for_each(|_| slot.count());
        pool.give_back(slot);
    }

    fn total(pool: &Pool<Slot>) -> u64 {
        pool.all().iter().map(|slot| slot.calls()).sum()
    }

    /// Shows: threads that end and threads that begin hand a shard on without losing a call, and a reader beside
    /// them never sees a total go back.
    #[test]
    fn totals_never_go_back_when_a_new_thread_goes_on_with_the_shard_of_one_that_ended() {
        crate::sync::model(|| {
            let pool = Arc::new(Pool::new());
            run_a_thread(&pool);
            let threads = [(); 2].map(|()| {
                let pool = Arc::clone(&pool);
                thread::spawn(move || run_a_thread(&pool))
            });
            let (first, second) = (total(&pool), total(&pool));
            assert!(2 <= first && first <= second && second <= 6, "read {first}, then {second}");
            for thread in threads {
                thread.join().expect("the thread does not panic");
            }
            assert_eq!(total(&pool), 6);
        });
    }
}
