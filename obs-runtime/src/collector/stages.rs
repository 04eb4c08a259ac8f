//! What happens to spans and events between the rings and the queues.

use std::sync::Arc;

use super::notes::Held;
use super::tail::Tail;
use crate::batch::Span;
use crate::event::Event;
use crate::exemplars::{self, Exemplar};
use crate::redact::{self, Redact};

/// Joins notes to their spans, decides about traces, takes out what may not leave the process, keeps exemplars.
#[derive(Default)]
pub(crate) struct Stages {
    held: Held,
    tail: Option<Tail>,
    redactor: Option<Box<dyn Redact>>,
    /// Spans that came out of the rings, by the series of their callsite.
    taken: Vec<u64>,
}

impl Stages {
    pub(crate) fn new(tail: Option<Tail>, redactor: Option<Box<dyn Redact>>) -> Self {
        Self { held: Held::default(), tail, redactor, taken: Vec::new() }
    }

    /// How many spans came out of the rings, by the series of their callsite.
    pub(super) fn taken(&self) -> &[u64] {
        &self.taken
    }

    /// A round of reading all rings begins.
    pub(super) fn begin_round(&mut self) {
        if let Some(tail) = &mut self.tail {
            tail.begin_round();
        }
    }

    /// Spans of traces about which it was time to decide.
    pub(super) fn end_round(&mut self) -> Vec<Span> {
        self.held.give_up_the_oldest();
        let spans = self.tail.as_mut().map(Tail::end_round).unwrap_or_default();
        self.finish(spans)
    }

    /// Whether spans wait for a later round.
    pub(super) const fn has_tail(&self) -> bool {
        self.tail.is_some()
    }

    /// Spans as they came out of the rings, and those of them to hand on.
    pub(super) fn take(&mut self, mut spans: Vec<Span>) -> Vec<Span> {
        self.count(&spans);
        // After the spans were read: what was noted on them before they ended is there now.
        self.take_notes();
        self.held.attach(&mut spans);
        let spans = match &mut self.tail {
            Some(tail) => tail.take(spans),
            None => spans,
        };
        self.finish(spans)
    }

    /// What is left when there is no later round.
    pub(super) fn end(&mut self) -> Vec<Span> {
        self.held.give_up_all();
        let spans = self.tail.as_mut().map(Tail::decide_all).unwrap_or_default();
        self.finish(spans)
    }

    /// Events that were not handed on yet, of the notes read so far.
    pub(super) fn take_events(&mut self) -> Vec<Arc<Event>> {
        self.held.take_events()
    }

    /// Reads the notes of all threads.
    pub(super) fn take_notes(&mut self) {
        let redactor = self.redactor.as_deref();
        self.held.drain(|event| {
            if let Some(redactor) = redactor {
                redact::event(redactor, event);
            }
        });
    }

    fn count(&mut self, spans: &[Span]) {
        for series in spans.iter().map(|span| span.callsite.series() as usize) {
            if series >= self.taken.len() {
                self.taken.resize(series + 1, 0);
            }
            self.taken[series] += 1;
        }
    }

    fn finish(&self, mut spans: Vec<Span>) -> Vec<Span> {
        if let Some(redactor) = &self.redactor {
            redact::spans(&**redactor, &mut spans);
        }
        if exemplars::are_wanted() {
            exemplars::keep(spans.iter().filter(|span| span.is_timed).map(|span| (span.series, exemplar(span))));
        }
        spans
    }
}

fn exemplar(span: &Span) -> Exemplar {
    let (duration, time) = (span.duration(), span.start() + span.duration());
    Exemplar { duration, time, trace_id: span.trace_id, span_id: span.span_id }
}
