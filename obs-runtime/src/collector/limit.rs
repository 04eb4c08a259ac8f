//! So many spans a second, and no more.

use std::time::Instant;

/// A bucket of tokens, one for each span; it holds those of one second.
pub(super) struct RateLimit {
    per_second: f64,
    tokens: f64,
    filled: Instant,
}

impl RateLimit {
    pub(super) fn new(per_second: u32, now: Instant) -> Self {
        Self { per_second: per_second.into(), tokens: per_second.into(), filled: now }
    }

    /// Whether a trace is let through. A trace goes whole while there is a token left; what it takes too much is missing
    /// to the next.
    pub(super) fn admits(&mut self, spans: usize, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.filled).as_secs_f64();
        self.tokens = (self.tokens + passed * self.per_second).min(self.per_second);
        self.filled = now;
        let admits = self.tokens >= 1.0;
        if admits {
            self.tokens -= spans as f64;
        }
        admits
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn over_many_seconds_the_limit_is_exact_and_traces_stay_whole() {
        let start = Instant::now();
        let mut limit = RateLimit::new(100, start);
        let admitted: usize =
            (0_u64..10_000).map(|i| if limit.admits(7, start + Duration::from_millis(i)) { 7 } else { 0 }).sum();
        // The first second's tokens, those of the following ten, and the end of the last trace.
        assert!((1094..=1107).contains(&admitted), "{admitted}");
    }
}
