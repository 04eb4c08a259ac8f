//! Where the monotonic time line stands on the wall.

use std::time::{SystemTime, UNIX_EPOCH};

/// One moment on both time lines. Taken by the collector before each batch, so that a wall clock that is set
/// moves later spans and leaves durations alone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Anchor {
    nanos: u64,
    wall: u64,
}

impl Anchor {
    pub(crate) fn take() -> Self {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { nanos: super::now(), wall: u64::try_from(wall.as_nanos()).unwrap_or(u64::MAX) }
    }

    /// Nanoseconds since 1970 of a moment on the monotonic time line.
    pub(crate) const fn wall(&self, nanos: u64) -> u64 {
        if nanos >= self.nanos {
            self.wall.saturating_add(nanos - self.nanos)
        } else {
            self.wall.saturating_sub(self.nanos - nanos)
        }
    }
}
