//! The families of budgets: what was promised, and which calls did not keep it.
//!
//! A point for each limit, told apart by the function, by `budget` (`wall`, `allocs`, `p99`) and, where calls of another
//! function are bounded, by `callee`. A function without a budget has none. Limits are seconds, bytes or plain numbers, so
//! they are three families.

use std::borrow::Cow;

use obs_runtime::{CallsiteSnapshot, LimitKind, LimitTotals, LimitUnit, Snapshot};

use super::family::{Attribute, Family, Kind, Number};
use super::functions::function;

const SECONDS: &str =
    "Time that a call may take (wall, busy, poll, cpu), or that a share of the calls may take (p99 and others).";
const AMOUNT: &str = "Polls, allocations, calls of another function or instructions that a call may take.";
const OBJECTIVE: &str = "Share of the calls that must keep a limit, where that is not each of them.";
// Whoever alerts on the number must know that some are allowed, and when none is seen.
const VIOLATIONS: &str = "Calls that passed a limit of their budget. Under a quantile or an objective these are the calls \
    that used up the error budget. Allocations and bytes are seen with obs::Alloc only, instructions not at all.";

pub(super) fn families(snapshot: &Snapshot) -> Vec<Family<'_>> {
    let mut all = Budgets::new();
    for callsite in snapshot.callsites() {
        callsite.limits().iter().for_each(|totals| all.add(callsite, totals));
    }
    all.settle()
}

struct Budgets<'a> {
    seconds: Family<'a>,
    bytes: Family<'a>,
    amount: Family<'a>,
    objective: Family<'a>,
    violations: Family<'a>,
}

impl<'a> Budgets<'a> {
    fn new() -> Self {
        use Kind::{Counter, Gauge};
        Self {
            seconds: Family::new("obs.budget.limit", "s", Gauge, SECONDS),
            bytes: Family::new("obs.budget.limit.bytes", "By", Gauge, "Bytes that a call may ask for."),
            amount: Family::new("obs.budget.limit.amount", "", Gauge, AMOUNT),
            objective: Family::new("obs.budget.objective", "1", Gauge, OBJECTIVE),
            violations: Family::new("obs.budget.violations", "{violation}", Counter, VIOLATIONS),
        }
    }

    fn add(&mut self, callsite: &'a CallsiteSnapshot, totals: &LimitTotals) {
        let limit = totals.limit;
        let attributes = attributes(callsite, limit.kind);
        let (family, at_most) = match limit.kind.unit() {
            LimitUnit::Nanos => (&mut self.seconds, Number::Float(limit.at_most as f64 / 1e9)),
            LimitUnit::Bytes => (&mut self.bytes, Number::Int(limit.at_most)),
            _ => (&mut self.amount, Number::Int(limit.at_most)),
        };
        family.push(attributes.clone(), at_most);
        if limit.share < 1.0 {
            self.objective.push(attributes.clone(), Number::Float(limit.share));
        }
        self.violations.push(attributes, Number::Int(totals.over));
    }

    fn settle(self) -> Vec<Family<'a>> {
        let Self { seconds, bytes, amount, objective, violations } = self;
        [seconds, bytes, amount, objective, violations].map(Family::settle).into()
    }
}

fn attributes(callsite: &CallsiteSnapshot, kind: LimitKind) -> Vec<Attribute<'_>> {
    let mut attributes = function(callsite);
    attributes.extend(limit_labels(kind).map(|(name, value)| (Cow::Borrowed(name), Cow::Borrowed(value))));
    attributes
}

/// What tells the limits of one function apart.
pub(crate) fn limit_labels(kind: LimitKind) -> impl Iterator<Item = (&'static str, &'static str)> {
    let callee = if let LimitKind::Calls(callee) = kind { Some(("callee", callee)) } else { None };
    [("budget", kind.as_str())].into_iter().chain(callee)
}
