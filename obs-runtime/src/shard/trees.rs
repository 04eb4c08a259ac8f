//! Which call trees of one thread are profiled.

use crate::sync::{AtomicU64, Ordering, add, own};

/// The call trees that began in one thread while paths were kept. Single writer, any reader.
///
/// Of each `n` in a row one is kept, at a place drawn anew each time: a program whose trees take turns in a fixed order
/// would otherwise show one kind alone. The very first is kept, so that a short program shows something.
#[derive(Default)]
pub(crate) struct Trees {
    begun: AtomicU64,
    left_out: AtomicU64,
    /// Trees still to come before the next are drawn from.
    to_come: AtomicU64,
    /// The one that is kept has so many still to come, itself included.
    kept_at: AtomicU64,
}

impl Trees {
    /// Whether the tree that begins is the one in `n` that is kept; `random` draws the places.
    pub(crate) fn is_turn(&self, n: u32, random: impl FnOnce() -> u64) -> bool {
        let n = u64::from(n);
        let mut to_come = own!(self.to_come);
        // More than `n`: they were drawn from more than one in `n` now asks for.
        if to_come == 0 || to_come > n {
            to_come = n;
            let is_first = own!(self.begun) == 0;
            self.kept_at.store(if is_first { n } else { 1 + random() % n }, Ordering::Relaxed);
        }
        self.to_come.store(to_come - 1, Ordering::Relaxed);
        add(&self.begun, 1);
        let is_turn = own!(self.kept_at) == to_come;
        if !is_turn {
            add(&self.left_out, 1);
        }
        is_turn
    }

    pub(crate) fn begun(&self) -> u64 {
        self.begun.load(Ordering::Relaxed)
    }

    pub(crate) fn left_out(&self) -> u64 {
        self.left_out.load(Ordering::Relaxed)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::Trees;

    /// The places among so many at which trees are kept, with a generator that counts.
    fn kept(trees: &Trees, n: u32, so_many: usize) -> Vec<usize> {
        let mut last = 0;
        let mut random = || {
            last += 7;
            last
        };
        (0..so_many).filter(|_| trees.is_turn(n, &mut random)).collect()
    }

    #[test]
    fn one_in_so_many_is_kept_at_changing_places_and_the_first_one_always() {
        let trees = Trees::default();
        let places = kept(&trees, 4, 400);
        assert_eq!(places.len(), 100);
        assert_eq!(places[0], 0);
        assert!(places.iter().zip((0..400).step_by(4)).all(|(place, from)| (from..from + 4).contains(place)));
        assert!((0..4).all(|at| places.iter().any(|place| place % 4 == at)), "{places:?}");
        assert_eq!((trees.begun(), trees.left_out()), (400, 300));
    }

    #[test]
    fn a_new_number_holds_at_once() {
        let trees = Trees::default();
        assert_eq!(kept(&trees, 1_000_000, 10), [0]);
        assert_eq!(kept(&trees, 2, 20).len(), 10);
        assert_eq!(kept(&trees, 1, 5).len(), 5);
    }
}
