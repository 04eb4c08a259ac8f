//! What headers lose.

use crate::health_counters::HEADERS_DROPPED;

/// Counts a header, or a member of one, that was left out: malformed, or past a limit.
pub(super) fn count(members: usize) {
    if members > 0 {
        HEADERS_DROPPED.add(members as u64);
    }
}
