//! The calls that run now in one thread, as far as they are asked for.

use crate::sync::{AtomicU64, Ordering};

/// Calls of one thread that are known at the same time.
pub(crate) const LIVE_CELLS: usize = if cfg!(loom) { 2 } else { 1024 };

/// One running call: when it began, its callsite's series, its trace and its span. A start of 0 is a free cell.
#[derive(Debug)]
pub(crate) struct LiveCell([AtomicU64; 5]);

impl LiveCell {
    fn empty() -> Self {
        Self(std::array::from_fn(|_| AtomicU64::new(0)))
    }

    /// What runs; `None` for a free cell, and for one that changes meanwhile.
    pub(crate) fn read(&self) -> Option<[u64; 5]> {
        // Pairs with the Release store in `fill`: what a start was stored after is there.
        let start = self.0[0].load(Ordering::Acquire);
        let words = self.0.each_ref().map(|word| word.load(Ordering::Acquire));
        // Freed and filled again, it has another start: no two calls of a thread begin in the same nanosecond and cell.
        (start != 0 && words[0] == start && self.0[0].load(Ordering::Acquire) == start).then_some(words)
    }
}

/// The cells of one thread.
#[derive(Debug)]
pub(crate) struct Live {
    cells: Box<[LiveCell]>,
    /// Where the search for a free cell begins; only the owning thread looks at it.
    next: AtomicU64,
}

impl Live {
    pub(crate) fn new() -> Self {
        Self { cells: (0..LIVE_CELLS).map(|_| LiveCell::empty()).collect(), next: AtomicU64::new(0) }
    }

    pub(crate) fn cells(&self) -> &[LiveCell] {
        &self.cells
    }

    /// Fills a free cell; `None` when there is none. Only the owning thread may call this.
    #[expect(clippy::cast_possible_truncation, reason = "a place in the table")]
    pub(crate) fn fill(&self, words: [u64; 5]) -> Option<usize> {
        let first = self.next.load(Ordering::Relaxed) as usize;
        // Acquire pairs with the Release store in `free`: who had the cell before is done with it.
        let is_free = |place: &usize| self.cells[*place].0[0].load(Ordering::Acquire) == 0;
        let place = (0..LIVE_CELLS).map(|i| (first + i) % LIVE_CELLS).find(is_free)?;
        self.next.store((place + 1) as u64, Ordering::Relaxed);
        let cell = &self.cells[place].0;
        for (word, value) in cell.iter().zip(words).skip(1) {
            // Release: a reader that sees one of these sees that the cell was freed before.
            word.store(value, Ordering::Release);
        }
        cell[0].store(words[0], Ordering::Release);
        Some(place)
    }

    /// Frees a cell. Only who filled it may call this, once, from any thread.
    pub(crate) fn free(&self, place: usize) {
        self.cells[place].0[0].store(0, Ordering::Release);
    }
}

#[cfg(all(test, loom))]
mod models {
    use loom::sync::Arc;
    use loom::thread;

    use super::*;

    /// Shows: a reader sees a call whole or not at all, though its cell is freed by another thread and filled again.
    #[test]
    fn a_call_is_read_whole_or_not_at_all() {
        crate::sync::model(|| {
            let live = Arc::new(Live::new());
            let first = live.fill([1; 5]).expect("a free cell");
            let reader = {
                let live = Arc::clone(&live);
                thread::spawn(move || {
                    for words in live.cells().iter().filter_map(LiveCell::read) {
                        assert_eq!(words, [words[0]; 5], "a torn call");
                    }
                })
            };
            let freer = {
                let live = Arc::clone(&live);
                thread::spawn(move || live.free(first))
            };
            let others = [2, 3].map(|n| live.fill([n; 5]));
            reader.join().expect("the reader does not panic");
            freer.join().expect("the one that frees does not panic");
            assert!(others[0].is_some(), "there were two cells");
        });
    }
}
