//! CPU time that the collector's and the exporters' threads used, by what for. What exporters do on threads of their own
//! making is not seen.

use crate::clock;
use crate::health_counters::Counter;

/// Nanoseconds for spans and events: reading, sorting and sending them.
pub(crate) static FOR_SPANS: Counter = Counter::new();
/// Nanoseconds for totals: taking and sending them.
pub(crate) static FOR_TOTALS: Counter = Counter::new();

/// Counts what a piece of work uses of the calling thread's CPU time; nothing where the system does not tell.
pub(crate) fn counted<R>(counter: &Counter, work: impl FnOnce() -> R) -> R {
    let before = clock::cpu_time();
    let result = work();
    if let (Some(before), Some(after)) = (before, clock::cpu_time()) {
        counter.add(after.saturating_sub(before));
    }
    result
}
