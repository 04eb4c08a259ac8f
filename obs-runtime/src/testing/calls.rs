//! Recorded calls, and which of them ran in which.

use std::collections::HashMap;

use crate::recording::RecordedCall;

/// The calls of a recording, in the order in which they began.
#[derive(Debug)]
pub(super) struct Calls {
    all: Vec<RecordedCall>,
    /// The places of each call's children, and last those of calls without a parent.
    children: Vec<Vec<usize>>,
    parents: Vec<Option<usize>>,
}

impl Calls {
    pub(super) fn new(mut calls: Vec<RecordedCall>) -> Self {
        calls.sort_by_key(|call| call.id);
        let by_id: HashMap<_, _> = calls.iter().enumerate().map(|(at, call)| (call.id, at)).collect();
        let spans = calls.iter().enumerate().filter(|(_, call)| call.span != 0);
        let by_span: HashMap<_, _> = spans.map(|(at, call)| (call.span, at)).collect();
        let parent = |(at, call): (usize, &RecordedCall)| {
            // Where a context was taken from a span alone, what is known of where it belongs is the trace.
            let parent = by_id.get(&call.parent).or_else(|| by_span.get(&call.parent_span)).copied();
            parent.filter(|&parent| parent != at)
        };
        let parents: Vec<_> = calls.iter().enumerate().map(parent).collect();
        let mut children = vec![Vec::new(); calls.len() + 1];
        for (at, parent) in parents.iter().enumerate() {
            children[parent.unwrap_or(calls.len())].push(at);
        }
        Self { all: calls, children, parents }
    }

    pub(super) fn all(&self) -> &[RecordedCall] {
        &self.all
    }

    pub(super) fn parent(&self, at: usize) -> Option<usize> {
        self.parents[at]
    }

    pub(super) fn children(&self, at: usize) -> &[usize] {
        &self.children[at]
    }

    /// The calls that ran in no other one.
    pub(super) fn roots(&self) -> &[usize] {
        &self.children[self.all.len()]
    }
}
