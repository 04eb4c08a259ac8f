//! Whether spans go anywhere: data that the policy sets, and a span asks before it is written down.

use std::sync::atomic::{AtomicBool, Ordering};

/// Calls become spans for tests that record, and no exporter takes any.
static FOR_TESTS_ALONE: AtomicBool = AtomicBool::new(false);

/// Whether spans are there for tests that record, and go nowhere else.
#[inline]
pub(crate) fn spans_are_for_tests_alone() -> bool {
    FOR_TESTS_ALONE.load(Ordering::Relaxed)
}

/// Says whether they are.
pub(crate) fn set_spans_for_tests_alone(alone: bool) {
    FOR_TESTS_ALONE.store(alone, Ordering::Relaxed);
}
