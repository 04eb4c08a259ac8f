//! Memory keeps what it is given, up to its bound, and Null counts.

use obs_exporters::{Memory, Null};

use crate::functions::{inner, remembered, remembered_saying, says};
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
    let report = running.shutdown();
    assert_eq!((memory.len(), memory.refused()), (3, 7));
    let counts = &report.exporters()[0];
    assert_eq!((counts.exported, counts.rejected), (3, 7));
}

#[test]
fn events_are_kept_up_to_the_bound_inside_spans_and_outside() {
    let memory = Memory::bounded(3);
    let running = Running::with(memory.clone());
    (0..2).for_each(|_| says("outside"));
    (0..2).for_each(|_| remembered_saying("inside"));
    running.shutdown();
    let said: Vec<_> = memory.events().iter().map(|event| (event.message().to_owned(), event.span_id())).collect();
    let spans = memory.spans_named("remembered_saying");
    let inside = ("inside".to_owned(), Some(spans[0].span_id()));
    assert_eq!(said, [("outside".to_owned(), None), ("outside".to_owned(), None), inside]);
    assert_eq!(memory.refused_events(), 1);
    assert_eq!(spans[1].events()[0].message(), "inside");
    memory.clear();
    assert!(memory.events().is_empty() && memory.refused_events() == 0);
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
