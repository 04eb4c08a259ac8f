//! Queues that name what is kept in a map, in the order of its coming.

use std::collections::VecDeque;

/// Names of what is gone that are suffered in any queue.
const SLACK: usize = 1024;

/// Takes out of a queue what is no longer kept, once that is more than half of it: seldom enough to cost little each time.
pub(super) fn compact<T>(order: &mut VecDeque<T>, kept: usize, is_kept: impl FnMut(&T) -> bool) {
    if order.len() > 2 * kept + SLACK {
        order.retain(is_kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_stays_in_order_and_the_rest_goes_when_it_is_most() {
        let mut order: VecDeque<usize> = (0..SLACK + 20).collect();
        compact(&mut order, 10, |n| n % 100 == 7);
        assert_eq!(order.len(), SLACK + 20, "not yet");
        order.push_back(SLACK + 20);
        compact(&mut order, 10, |n| n % 100 == 7);
        assert!(order.iter().copied().eq((7..SLACK).step_by(100)), "{order:?}");
    }
}
