//! Traces on their way to the terminal: a tree is whole when its local root has ended.
//!
//! Children come before their parents, so what has ended waits under its parent's id. A span that comes after its tree was
//! printed is handed out by itself. When too many wait, all are handed out as they are: nothing is left out.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::SystemTime;

use obs_runtime::{Event, Span, SpanId};

use crate::recent::Recent;

/// Spans that wait, at most.
const WAITING: usize = 65_536;
/// Spans remembered as printed, to know late ones.
const PRINTED: usize = 65_536;

/// A span with all that ran in it, line by line.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) state: State,
    pub(super) lines: Vec<Line>,
}

/// How a tree comes to be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Its local root has ended.
    Whole,
    /// It came after its caller was printed.
    Late,
    /// Its caller has not ended, and is not waited for any longer.
    Unfinished,
}

#[derive(Debug)]
pub(super) struct Line {
    pub(super) depth: usize,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    Span(Span),
    /// With the beginning of the span it happened in.
    Event(Arc<Event>, SystemTime),
}

impl What {
    fn time(&self) -> SystemTime {
        match self {
            Self::Span(span) => span.start(),
            Self::Event(event, _) => event.time(),
        }
    }
}

/// What has ended and was not printed.
#[derive(Debug)]
pub(super) struct Forest {
    bound: usize,
    /// By parent.
    waiting: Recent<SpanId, Vec<Span>>,
    /// Spans in `waiting`.
    spans: usize,
    printed: Recent<SpanId, ()>,
}

impl Forest {
    pub(super) fn new() -> Self {
        Self::bounded(WAITING)
    }

    /// Lets so many spans wait.
    fn bounded(bound: usize) -> Self {
        // One more parent than spans: the bound that counts is that of the spans.
        Self { bound, waiting: Recent::new(bound + 1), spans: 0, printed: Recent::new(PRINTED) }
    }

    /// Takes spans that ended, and gives the trees that can be printed.
    pub(super) fn add(&mut self, spans: &[Span]) -> Vec<Tree> {
        let mut roots = Vec::new();
        let mut trees = Vec::new();
        for span in spans {
            match span.parent().filter(|_| !span.is_local_root()) {
                None => roots.push(span.clone()),
                Some(parent) => self.wait(parent, span.clone(), &mut trees),
            }
        }
        roots.sort_by_key(Span::start);
        trees.extend(roots.into_iter().map(|root| self.grow(State::Whole, root)));
        for parent in spans.iter().filter_map(Span::parent) {
            if self.printed.contains(&parent) {
                trees.extend(self.take(parent).into_iter().map(|span| self.grow(State::Late, span)));
            }
        }
        trees
    }

    /// Everything that still waits.
    pub(super) fn rest(&mut self) -> Vec<Tree> {
        let mut all: Vec<(SpanId, Vec<Span>)> = std::iter::from_fn(|| self.waiting.pop_oldest()).collect();
        let known: HashSet<SpanId> = all.iter().flat_map(|(_, spans)| spans).map(Span::span_id).collect();
        let is_top = |parent: &SpanId| !known.contains(parent);
        let tops: Vec<Span> = all.extract_if(.., |(parent, _)| is_top(parent)).flat_map(|(_, spans)| spans).collect();
        for (parent, spans) in all {
            self.waiting.insert(parent, spans);
        }
        self.spans = self.spans.saturating_sub(tops.len());
        tops.into_iter().map(|span| self.grow(State::Unfinished, span)).collect()
    }

    fn wait(&mut self, parent: SpanId, span: Span, trees: &mut Vec<Tree>) {
        match self.waiting.get_mut(&parent) {
            Some(spans) => spans.push(span),
            None => drop(self.waiting.insert(parent, vec![span])),
        }
        self.spans += 1;
        if self.spans > self.bound {
            trees.extend(self.rest());
        }
    }

    fn take(&mut self, parent: SpanId) -> Vec<Span> {
        let spans = self.waiting.remove(&parent).unwrap_or_default();
        self.spans -= spans.len();
        spans
    }

    /// Puts a span and all below it in the order of time, without recursion: a trace may be deep.
    fn grow(&mut self, state: State, top: Span) -> Tree {
        let mut lines = Vec::new();
        let mut stack = vec![Line { depth: 0, what: What::Span(top) }];
        while let Some(line) = stack.pop() {
            if let What::Span(span) = &line.what {
                self.printed.insert(span.span_id(), ());
                let events = span.events().iter().map(|event| What::Event(Arc::clone(event), span.start()));
                let mut below: Vec<What> = events.collect();
                below.extend(self.take(span.span_id()).into_iter().map(What::Span));
                below.sort_by_key(What::time);
                let depth = line.depth + 1;
                stack.extend(below.into_iter().rev().map(|what| Line { depth, what }));
            }
            lines.push(line);
        }
        Tree { state, lines }
    }
}
