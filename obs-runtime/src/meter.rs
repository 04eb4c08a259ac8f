//! Measures what recording costs: calls times what a call costs, and what our own threads use.
//!
//! Read by the collector about once a second, after it has drained the rings: calls and the spans they became are then
//! those of the same time. What is found goes to [`crate::overhead`] and [`crate::governor`].

use std::time::{Duration, Instant};

use crate::calibration;
use crate::call_costs::CallCosts;
use crate::callsite::Callsite;
use crate::clock;
use crate::control_word::Control;
use crate::governor::{Governor, Load, STAGES};
use crate::own_cpu::{FOR_SPANS, FOR_TOTALS};
use crate::policy::Policy;
use crate::registry;
use crate::shard::{POOL, Slot};

/// Spans a second from which on it is said what one costs our threads: with fewer it would be what looking for them costs.
const ENOUGH: f64 = 1_000.0;

/// What was counted up to the last reading.
pub(crate) struct Meter {
    at: Moment,
    /// By series, that of its callsite.
    owners: Vec<u32>,
    /// By the series of the callsite.
    functions: Vec<Function>,
    span_cost: SpanCost,
}

/// One function.
#[derive(Clone, Default)]
struct Function {
    callsite: Option<&'static Callsite>,
    /// Up to the last reading.
    calls: u64,
    spans: u64,
    /// Since the one before.
    called: u64,
    /// The share of its calls that became spans when last any could.
    spans_per_call: f64,
}

/// What was used up to one moment.
struct Moment {
    instant: Instant,
    cpu: u64,
    for_spans: u64,
    for_totals: u64,
}

/// What was measured between two readings.
pub(crate) struct Stretch {
    pub(crate) call_costs: &'static CallCosts,
    pub(crate) time: Duration,
    pub(crate) cpu: u64,
    /// CPU nanoseconds of our threads.
    pub(crate) threads: u64,
    /// The functions that were called.
    pub(crate) functions: Vec<Measured>,
}

/// One function's calls between two readings.
#[derive(Clone, Copy)]
pub(crate) struct Measured {
    pub(crate) callsite: &'static Callsite,
    pub(crate) calls: u64,
    /// What recording them cost the threads that made them.
    pub(crate) nanos: u64,
}

impl Moment {
    fn now() -> Self {
        Self {
            instant: Instant::now(),
            cpu: clock::process_cpu_time().unwrap_or_else(clock::now),
            for_spans: FOR_SPANS.get(),
            for_totals: FOR_TOTALS.get(),
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "nanoseconds of a second or so")]
impl Meter {
    /// Begins to measure.
    pub(crate) fn new(spans: &[u64]) -> Self {
        let (owners, functions, span_cost) = (Vec::new(), Vec::new(), SpanCost::default());
        let mut meter = Self { at: Moment::now(), owners, functions, span_cost };
        meter.read(spans);
        meter
    }

    /// What there was since the last reading, given the spans collected so far by the series of their callsite; `None`
    /// while it is not known what calls cost.
    pub(crate) fn measure(&mut self, spans: &[u64]) -> Option<Stretch> {
        let call_costs = calibration::call_costs()?;
        let (now, collected) = (Moment::now(), self.read(spans));
        let [for_spans, for_totals] = [now.for_spans - self.at.for_spans, now.for_totals - self.at.for_totals];
        let time = now.instant - self.at.instant;
        self.span_cost.add(collected, for_spans, time);
        let called = self.functions.iter().filter(|function| function.called > 0);
        let functions = called.filter_map(|function| {
            let callsite = function.callsite?;
            let nanos = function.cost(call_costs, callsite, callsite.control()) as u64;
            Some(Measured { callsite, calls: function.called, nanos })
        });
        let stretch = Stretch {
            call_costs,
            time,
            cpu: now.cpu.saturating_sub(self.at.cpu),
            threads: for_spans + for_totals,
            functions: functions.collect(),
        };
        self.at = now;
        Some(stretch)
    }

    /// What the governor decides about: every function that was called or is turned down.
    pub(crate) fn loads(&self, call_costs: &CallCosts, governor: &Governor) -> Vec<Load> {
        registry::with_policy(|policy| {
            let concerned = (0..).zip(&self.functions).filter(|(series, f)| f.called > 0 || governor.holds(*series));
            let load = |(series, function): (u32, &Function)| self.load(policy, call_costs, series, function);
            concerned.filter_map(load).collect()
        })
    }

    fn load(&self, policy: &Policy, call_costs: &CallCosts, series: u32, function: &Function) -> Option<Load> {
        let callsite = function.callsite?;
        let controls = STAGES.map(|stage| policy.control_at(callsite, stage));
        let costs = controls.map(|control| {
            let spans =
                if control.has(Control::TRACE) { function.called as f64 * function.spans_per_call } else { 0.0 };
            (function.cost(call_costs, callsite, control) + spans * self.span_cost.nanos) as u64
        });
        let [full, no_spans, some_times] = controls;
        let steps = [
            full.has(Control::TRACE) && !no_spans.has(Control::TRACE),
            some_times.has(Control::TIME_SOME) && !no_spans.has(Control::TIME_SOME),
        ];
        Some(Load { series, costs, steps })
    }

    /// Counts calls and spans since the last reading; says how many spans there were.
    fn read(&mut self, spans: &[u64]) -> u64 {
        self.meet_new_series();
        let mut collected = 0;
        for ((function, calls), place) in self.functions.iter_mut().zip(total_calls(&self.owners)).zip(0..) {
            collected += function.advance(calls, spans.get(place).copied().unwrap_or(0));
        }
        collected
    }

    fn meet_new_series(&mut self) {
        for callsite in registry::owners(self.owners.len()) {
            let (number, owner) = (self.owners.len(), callsite.map_or(0, Callsite::series));
            self.owners.push(owner);
            let callsite = callsite.filter(|_| owner as usize == number);
            self.functions.push(Function { callsite, ..Function::default() });
        }
    }
}

/// Calls so far, by the series of the callsite.
fn total_calls(owners: &[u32]) -> Vec<u64> {
    let mut totals = vec![0; owners.len()];
    for shard in POOL.all() {
        for (number, &owner) in (0..).zip(owners) {
            totals[owner as usize] += shard.slot(number).map_or(0, Slot::calls);
        }
    }
    totals
}

impl Function {
    /// Takes over how many calls and spans there are; says how many spans are new.
    fn advance(&mut self, calls: u64, spans: u64) -> u64 {
        self.called = calls.saturating_sub(self.calls);
        let collected = spans.saturating_sub(self.spans);
        let is_traced = self.callsite.is_some_and(Callsite::is_traced);
        if is_traced && self.called > 0 {
            // Calls that ended just now may have spans in the ring still.
            self.spans_per_call = (collected as f64 / self.called as f64).min(1.0);
        }
        (self.calls, self.spans) = (calls, spans);
        collected
    }

    /// Nanoseconds that its calls cost, or would have under a control word.
    fn cost(&self, call_costs: &CallCosts, callsite: &Callsite, control: Control) -> f64 {
        let one_in = callsite.timed_one_in();
        self.called as f64 * call_costs.of(callsite.meta(), control, one_in, self.spans_per_call)
    }
}

/// What one span costs our threads, over the last stretches that had enough of them, the older ones counting less.
#[derive(Default)]
struct SpanCost {
    spans: f64,
    cpu: f64,
    nanos: f64,
}

impl SpanCost {
    fn add(&mut self, spans: u64, cpu: u64, time: Duration) {
        if spans as f64 >= ENOUGH * time.as_secs_f64() && spans > 0 {
            (self.spans, self.cpu) = (self.spans / 2.0 + spans as f64, self.cpu / 2.0 + cpu as f64);
            self.nanos = self.cpu / self.spans;
        }
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "quotients without a rest")]
mod tests {
    use super::*;
    use crate::callsite::Meta;

    #[test]
    fn what_a_span_costs_is_said_where_there_are_enough_and_a_burst_is_forgotten() {
        const SECOND: Duration = Duration::from_secs(1);
        let mut cost = SpanCost::default();
        cost.add(400, 4_000_000, SECOND);
        assert_eq!(cost.nanos, 0.0, "it would be 10 us");
        cost.add(1_000_000, 100_000_000, SECOND);
        assert_eq!(cost.nanos, 100.0);
        (0..20).for_each(|_| cost.add(20, 4_000, SECOND / 50));
        assert!((cost.nanos - 200.0).abs() < 5.0, "{}", cost.nanos);
    }

    #[test]
    fn the_share_of_spans_is_that_of_when_there_could_be_any() {
        let callsite: &'static Callsite = Box::leak(Box::new(Callsite::new(Meta::EMPTY)));
        callsite.set_control(Control::new(1, Control::COUNT | Control::TRACE));
        let mut function = Function { callsite: Some(callsite), ..Function::default() };
        assert_eq!((function.advance(100, 25), function.called, function.spans_per_call), (25, 100, 0.25));
        callsite.set_control(Control::new(1, Control::COUNT));
        assert_eq!((function.advance(300, 26), function.called, function.spans_per_call), (1, 200, 0.25));
    }
}
