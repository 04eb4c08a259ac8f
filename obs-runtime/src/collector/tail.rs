//! Holds the spans of a trace until it is decided whether they are handed on.
//!
//! Stands between the rings and the queues, and only where it was asked for.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::{Duration, Instant};

use super::compact::compact;
use super::limit::RateLimit;
use crate::batch::Span;
use crate::health_counters::{self as counters, Counter};
use crate::ids::TraceId;
use crate::outcome::Outcome;
use crate::tail_sampler::TailSampler;

/// Decisions that are remembered for spans that come late.
const MAX_DECIDED: usize = 65_536;

/// What decides about traces once they have ended.
pub(crate) struct Tail {
    rules: TailSampler,
    limit: Option<RateLimit>,
    min_duration: Duration,
    traces: HashMap<TraceId, Trace>,
    /// By the time of their first span; may name traces that are decided.
    order: VecDeque<(Instant, TraceId)>,
    /// Traces whose first span has ended in this round.
    ended: Vec<TraceId>,
    /// Those of the round before: what other threads held when it ended has come out of their rings meanwhile.
    due: Vec<TraceId>,
    held: usize,
    decided: Decided,
    /// Traces that began in each function, up to the number that is always kept.
    firsts: HashMap<&'static str, u64>,
}

#[derive(Default)]
struct Trace {
    spans: Vec<Span>,
}

/// What became of a trace, and why.
#[derive(Clone, Copy)]
enum Verdict {
    Kept(&'static Counter),
    Dropped(&'static Counter),
}

impl Verdict {
    fn count(self, spans: usize) {
        let (Self::Kept(counter) | Self::Dropped(counter)) = self;
        counter.add(spans as u64);
    }
}

impl Tail {
    /// What the rules ask for; `None` when they ask for nothing.
    pub(crate) fn new(rules: Option<TailSampler>, per_second: Option<u32>, min_duration: Duration) -> Option<Self> {
        if rules.is_none() && per_second.is_none() && min_duration.is_zero() {
            return None;
        }
        Some(Self {
            rules: rules.unwrap_or_else(|| TailSampler::new().keep_ratio(1.0)),
            limit: per_second.map(|n| RateLimit::new(n, Instant::now())),
            min_duration,
            traces: HashMap::new(),
            order: VecDeque::new(),
            ended: Vec::new(),
            due: Vec::new(),
            held: 0,
            decided: Decided::default(),
            firsts: HashMap::new(),
        })
    }

    /// Takes spans in, and gives those of decided traces.
    pub(super) fn take(&mut self, spans: Vec<Span>) -> Vec<Span> {
        let now = Instant::now();
        let (mut out, mut late) = (Vec::new(), Vec::new());
        for span in spans {
            match self.decided.get(span.trace_id) {
                Some(Verdict::Kept(_)) => late.push(span),
                Some(dropped @ Verdict::Dropped(_)) => dropped.count(1),
                None => self.hold(span, now),
            }
        }
        self.pass_late(late, now, &mut out);
        while self.held > self.rules.capacity && self.decide_oldest(&mut out) {}
        out
    }

    /// Hands on spans that ended after their trace was kept: what would have been left out of it, or is past the rate, is
    /// left out of them.
    fn pass_late(&mut self, late: Vec<Span>, now: Instant, out: &mut Vec<Span>) {
        let mut passed = Vec::new();
        self.pass(late, &mut passed);
        for span in passed {
            match self.decided.get(span.trace_id) {
                Some(kept) if self.admits(1, now) => {
                    kept.count(1);
                    out.push(span);
                }
                _ => counters::RATE_LIMITED.add(1),
            }
        }
    }

    fn admits(&mut self, spans: usize, now: Instant) -> bool {
        self.limit.as_mut().is_none_or(|limit| limit.admits(spans, now))
    }

    fn hold(&mut self, span: Span, now: Instant) {
        let trace_id = span.trace_id;
        let trace = self.traces.entry(trace_id).or_default();
        if trace.spans.is_empty() {
            self.order.push_back((now, trace_id));
        }
        if span.is_local_root() {
            self.ended.push(trace_id);
        }
        trace.spans.push(span);
        self.held += 1;
    }

    /// A round of reading all rings begins.
    pub(super) fn begin_round(&mut self) {
        self.due.append(&mut self.ended);
    }

    /// Decides, at the end of a round, about the traces whose first span had ended when it began, and about those that
    /// waited too long.
    pub(super) fn end_round(&mut self) -> Vec<Span> {
        let mut out = Vec::new();
        for trace in std::mem::take(&mut self.due) {
            self.settle(trace, &mut out);
        }
        let now = Instant::now();
        while self.order.front().is_some_and(|(since, _)| now.duration_since(*since) >= self.rules.wait) {
            self.decide_oldest(&mut out);
        }
        compact(&mut self.order, self.traces.len(), |(_, trace)| self.traces.contains_key(trace));
        counters::SPANS_HELD.set(self.held as u64);
        out
    }

    /// Decides about everything: there is no later.
    pub(super) fn decide_all(&mut self) -> Vec<Span> {
        let mut out = Vec::new();
        while self.decide_oldest(&mut out) {}
        counters::SPANS_HELD.set(0);
        out
    }

    fn decide_oldest(&mut self, out: &mut Vec<Span>) -> bool {
        let oldest = self.order.pop_front();
        if let Some((_, trace)) = oldest {
            self.settle(trace, out);
        }
        oldest.is_some()
    }

    fn settle(&mut self, trace_id: TraceId, out: &mut Vec<Span>) {
        let Some(Trace { spans }) = self.traces.remove(&trace_id) else { return };
        self.held -= spans.len();
        let verdict = self.verdict(trace_id, &spans);
        self.decided.put(trace_id, verdict);
        match verdict {
            Verdict::Dropped(_) => verdict.count(spans.len()),
            Verdict::Kept(_) => {
                let before = out.len();
                self.pass(spans, out);
                verdict.count(out.len() - before);
            }
        }
    }

    fn verdict(&mut self, trace_id: TraceId, spans: &[Span]) -> Verdict {
        let Some(reason) = self.reason_to_keep(trace_id, spans) else {
            return Verdict::Dropped(&counters::NOT_KEPT);
        };
        if self.admits(spans.len(), Instant::now()) {
            Verdict::Kept(reason)
        } else {
            Verdict::Dropped(&counters::RATE_LIMITED)
        }
    }

    fn reason_to_keep(&mut self, trace_id: TraceId, spans: &[Span]) -> Option<&'static Counter> {
        // Counted for every trace: the first ones are the first, whatever else keeps them.
        let is_first = self.is_first(spans);
        let rules = &self.rules;
        let failed = |span: &Span| matches!(span.outcome, Outcome::Error | Outcome::Panic);
        let slow = |span: &Span| span.is_local_root() && rules.slower_than.is_some_and(|limit| span.duration() > limit);
        if rules.errors && spans.iter().any(failed) {
            Some(&counters::KEPT_ERROR)
        } else if rules.over_budget && spans.iter().any(Span::is_over_budget) {
            Some(&counters::KEPT_OVER_BUDGET)
        } else if spans.iter().any(slow) {
            Some(&counters::KEPT_SLOW)
        } else if is_first {
            Some(&counters::KEPT_FIRST)
        } else if rules.rest.keeps(trace_id) {
            Some(&counters::KEPT_RATIO)
        } else {
            None
        }
    }

    fn is_first(&mut self, spans: &[Span]) -> bool {
        let Some(root) = spans.iter().find(|span| span.is_local_root()).filter(|_| self.rules.first > 0) else {
            return false;
        };
        let seen = self.firsts.entry(root.name()).or_default();
        *seen += u64::from(*seen <= self.rules.first);
        *seen <= self.rules.first
    }

    /// Hands a trace's spans on, but for leaves that were too short to be of interest.
    fn pass(&self, spans: Vec<Span>, out: &mut Vec<Span>) {
        if self.min_duration.is_zero() {
            return out.extend(spans);
        }
        let parents: HashSet<_> = spans.iter().filter_map(|span| span.parent).collect();
        let before = spans.len() + out.len();
        out.extend(spans.into_iter().filter(|span| {
            let is_plain_leaf = span.outcome == Outcome::Ok
                && span.notes.is_none()
                && !span.is_local_root()
                && !span.over_budget
                && !parents.contains(&span.span_id);
            !is_plain_leaf || span.duration() >= self.min_duration
        }));
        counters::TOO_SHORT.add((before - out.len()) as u64);
    }
}

/// The last decisions.
#[derive(Default)]
struct Decided {
    verdicts: HashMap<TraceId, Verdict>,
    order: VecDeque<TraceId>,
}

impl Decided {
    fn get(&self, trace: TraceId) -> Option<Verdict> {
        self.verdicts.get(&trace).copied()
    }

    fn put(&mut self, trace: TraceId, verdict: Verdict) {
        if self.verdicts.insert(trace, verdict).is_none() {
            self.order.push_back(trace);
        }
        while self.order.len() > MAX_DECIDED {
            let oldest = self.order.pop_front();
            oldest.map(|oldest| self.verdicts.remove(&oldest));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::callsite::{Callsite, Meta};
    use crate::ids::SpanId;
    use crate::origin::Origin;
    use crate::trace_state::TraceState;

    static CALLSITE: Callsite = Callsite::new(Meta::EMPTY);

    fn root(trace: u128) -> Span {
        Span {
            trace_id: TraceId::new(trace).expect("not zero"),
            span_id: SpanId::new(1).expect("not zero"),
            parent: None,
            callsite: &CALLSITE,
            start: 0,
            nanos: 0,
            outcome: Outcome::Ok,
            error_type: None,
            error_class: None,
            message: None,
            polls: None,
            thread: 0,
            fields: Vec::new(),
            dropped_fields: 0,
            series: 0,
            is_timed: false,
            origin: Origin::Root,
            is_random: true,
            over_budget: false,
            trace_state: TraceState::default(),
            notes: None,
        }
    }

    #[test]
    fn decided_traces_leave_nothing_in_the_order_of_those_that_wait() {
        let mut tail = Tail::new(Some(TailSampler::new().keep_ratio(1.0)), None, Duration::ZERO).expect("rules");
        let mut open = root(u128::MAX);
        open.origin = Origin::Child;
        tail.take(vec![open]);
        let mut kept = 0;
        for round in 0..20 {
            tail.begin_round();
            kept += tail.take((1..=1000).map(|n| root(round * 1000 + n)).collect()).len() + tail.end_round().len();
        }
        assert_eq!(kept, 19_000, "the last round's are decided in the next");
        assert!(tail.order.len() < 5000, "{} traces are named", tail.order.len());
        assert_eq!(tail.decide_all().len(), 1001, "and the one that is open is not forgotten");
    }
}
