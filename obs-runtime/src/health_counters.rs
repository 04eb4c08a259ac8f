//! What went wrong outside of any shard: counted by several threads, off the hot path.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::health::Health;

/// A counter that any thread may add to.
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    pub(crate) fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    /// For what goes up and down.
    pub(crate) fn set(&self, n: u64) {
        self.0.store(n, Ordering::Relaxed);
    }

    /// For what is only known to have been as large.
    pub(crate) fn raise(&self, to: u64) {
        self.0.fetch_max(to, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

macro_rules! counters {
    ($($counter:ident => $field:ident,)*) => {
        $(pub(crate) static $counter: Counter = Counter::new();)*

        /// Adds all of them to a snapshot's health.
        pub(crate) fn add_to(health: &mut Health) {
            $(health.$field += $counter.get();)*
        }
    };
}

counters! {
    QUEUE_FULL => queue_full,
    EXPORT_FAILED => export_failed,
    REJECTED => rejected,
    EVENTS_FAILED => events_failed,
    NOTES_LATE => notes_late,
    HEADERS_DROPPED => headers_dropped,
    FIELDS_TRUNCATED => fields_truncated,
    SPANS_HELD => spans_held,
    KEPT_ERROR => kept_error,
    KEPT_OVER_BUDGET => kept_over_budget,
    KEPT_SLOW => kept_slow,
    KEPT_FIRST => kept_first,
    KEPT_RATIO => kept_ratio,
    NOT_KEPT => not_kept,
    RATE_LIMITED => rate_limited,
    TOO_SHORT => too_short,
    REDACTED => redacted,
    SHUTDOWN_TIMEOUT => shutdown_timeout,
    AFTER_SHUTDOWN => after_shutdown,
    REDACTOR_PANICS => redactor_panics,
    SERIES_FULL => series_full,
    EXPORTER_PANICS => exporter_panics,
    CONFIG_WARNINGS => config_warnings,
    BAD_REQUESTS => bad_requests,
    SPANS_TURNED_DOWN => spans_turned_down,
    TIMES_TURNED_DOWN => times_turned_down,
    TURNED_UP => turned_up,
    TURNED_DOWN_NOW => turned_down_now,
}
