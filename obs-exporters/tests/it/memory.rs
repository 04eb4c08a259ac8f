//! Memory keeps what it is given, up to its bound, and Null counts.

use obs_exporters::{Memory, Null};

use crate::functions::{inner, remembered};
use crate::support::Running;

#[test]
fn spans_are_kept_by_name_until_cleared() {
    let memory = Memory::new();
    let running = Running::with(memory.clone());
    (0..5).for_each(|_| remembered());
    inner();
    running.flush();
    assert_eq!(memory.spans_named("remembered").len(), 5);
    assert_eq!(memory.spans_named("functions::remembered").len(), 5);
    assert_eq!(memory.spans_named("membered").len(), 0);
    assert_eq!((memory.len(), memory.spans().len()), (6, 6));
    assert!(memory.last_snapshot().is_some());
    memory.clear();
    assert!(memory.is_empty() && memory.snapshots().is_empty());
    running.shutdown();
}

#[test]
fn full_memory_refuses_and_counts() {
    let memory = Memory::bounded(3);
    let running = Running::with(memory.clone());
    (0..10).for_each(|_| remembered());
    running.shutdown();
    assert_eq!((memory.len(), memory.refused()), (3, 7));
}

#[test]
fn null_counts_what_it_does_not_keep() {
    let null = Null::new();
    let running = Running::with(null.clone());
    (0..100).for_each(|_| remembered());
    running.shutdown();
    assert_eq!(null.spans(), 100);
    assert!(null.batches() >= 1 && null.snapshots() >= 1);
}
