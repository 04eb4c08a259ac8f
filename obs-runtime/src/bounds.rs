//! Whether a call kept its budget: looked at when it has ended, counted for each limit, told as the budget asks.
//!
//! Asked by [`crate::call`] whether a call kept its limits for sure, and by [`crate::ended`] where it may not have, or where there
//! is more to the call.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::alloc;
use crate::callsite::{Callsite, OnExceed, Violation};
use crate::costs::Costs;
use crate::event::TEXT;
use crate::event_site::EventSite;
use crate::fields::Fields;
use crate::frame::Ran;
use crate::ids::{SpanId, TraceId};
use crate::level::Level;
use crate::limit::{Ceilings, Limit, LimitKind};
use crate::note;
use crate::outcome::Outcome;
use crate::place::Place;
use crate::record;
use crate::shard::Current;
use crate::telling;

/// Where events about broken budgets come from.
static SITE: EventSite = EventSite::new("obs::budget", file!(), line!());

/// What a call took, as far as it was measured.
#[derive(Clone, Copy)]
pub(crate) struct Took<'a> {
    /// Wall nanoseconds, of a call that was timed.
    pub(crate) nanos: Option<u64>,
    /// Polls, busy and longest poll in nanoseconds, of a future that was timed.
    pub(crate) polls: Option<[u64; 3]>,
    pub(crate) ran: Option<&'a Ran>,
}

impl Took<'_> {
    /// Whether it is sure that no limit was passed, in one comparison for each kind that is common.
    #[inline]
    pub(crate) fn is_under(&self, ceilings: &Ceilings) -> bool {
        let is_under = |Ran { costs: Costs { asked, cpu, .. }, .. }: &Ran| {
            asked.allocs <= ceilings.allocs && asked.bytes <= ceilings.bytes && *cpu <= ceilings.cpu
        };
        !ceilings.others && self.nanos.is_none_or(|nanos| nanos <= ceilings.wall) && self.ran.is_none_or(is_under)
    }

    /// The limits, and what was taken of each one's kind; `None` for what was not measured.
    pub(crate) fn of_limits(&self, callsite: &'static Callsite) -> impl Iterator<Item = (&'static Limit, Option<u64>)> {
        let mut callees = 0..;
        callsite.limits().iter().map(move |limit| {
            let taken = match limit.kind {
                LimitKind::Calls(_) => callees.next().and_then(|nth| self.calls_of(callsite, nth)),
                kind => self.of(kind),
            };
            (limit, taken)
        })
    }

    /// How often it called the function that is the nth its budget bounds.
    fn calls_of(&self, callsite: &'static Callsite, nth: usize) -> Option<u64> {
        // What is not annotated is not counted, and was warned about.
        callsite.callees(nth).next()?;
        self.ran?.ledger.as_ref()?.calls.get(nth).copied()
    }

    fn of(&self, kind: LimitKind) -> Option<u64> {
        let costs = self.ran.map(|ran| &ran.costs);
        match kind {
            LimitKind::Wall | LimitKind::Quantile(_) => self.nanos,
            LimitKind::Polls => self.polls.map(|[polls, _, _]| polls),
            LimitKind::Busy => self.polls.map(|[_, busy, _]| busy),
            LimitKind::Poll => self.polls.map(|[_, _, longest]| longest),
            LimitKind::Cpu => costs.map(|costs| costs.cpu),
            LimitKind::Allocs => costs.map(|costs| costs.asked.allocs),
            LimitKind::Bytes => costs.map(|costs| costs.asked.bytes),
            LimitKind::Calls(_) | LimitKind::Instructions => None,
        }
    }
}

/// What of its budget a call broke.
#[derive(Default)]
pub(crate) struct Broken(Vec<(LimitKind, u64, u64)>);

impl Broken {
    pub(crate) const fn is_any(&self) -> bool {
        !self.0.is_empty()
    }

    /// Says so on the running span, as an event, at most once a second for each function.
    pub(crate) fn note(self, callsite: &'static Callsite, here: Current) -> Told {
        let Some(&(kind, limit, actual)) = self.0.first() else { return Told(Vec::new()) };
        let _unseen = alloc::Unseen::begin();
        let time = SystemTime::now();
        let ids = (TraceId::from_halves(here.trace), SpanId::new(here.span));
        let violation =
            |(kind, limit, actual)| Violation { callsite, kind, limit, actual, time, trace_id: ids.0, span_id: ids.1 };
        let nanos =
            time.duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_nanos()).unwrap_or(u64::MAX));
        let is_due = callsite.may_tell(nanos);
        // A test sees each of its own, whatever others have told.
        if is_due || here.info.recording() != 0 {
            let first = violation((kind, limit, actual));
            let warns = matches!(callsite.meta().budget, Some(budget) if matches!(budget.on_exceed, OnExceed::Warn));
            if is_due && warns {
                telling::tell(&first);
            }
            note::event_at(&SITE, Level::Warn, Some(Place::at(here)), |fields| describe(&first, fields));
        }
        Told(self.0.into_iter().map(violation).collect())
    }
}

/// The event's fields.
fn describe(violation: &Violation, fields: &mut Fields) {
    fields.display(TEXT, violation);
    fields.value("code.function.name", violation.callsite.name());
    fields.value("obs.budget.kind", violation.kind.as_str());
    fields.value("obs.budget.limit", &violation.limit);
    fields.value("obs.budget.actual", &violation.actual);
    fields.value("obs.budget.overage", &violation.overage());
    if violation.limit > 0 {
        fields.value("obs.budget.overage_percent", &violation.overage_percent());
    }
}

/// What a call broke, counted and noted; what the budget asks for beyond that is still to do.
#[derive(Default)]
pub(crate) struct Told(Vec<Violation>);

impl Told {
    /// Does what the budget asks for, when the call is over.
    ///
    /// # Panics
    /// When the budget says `on_exceed = panic`, unless the thread is unwinding already or the future was dropped.
    #[inline]
    pub(crate) fn act(&self, outcome: Outcome) {
        let Some(first) = self.0.first() else { return };
        let Some(budget) = &first.callsite.meta().budget else { return };
        match budget.on_exceed {
            OnExceed::Count | OnExceed::Warn => {}
            // Neither while it unwinds, nor where a future is merely dropped.
            OnExceed::Panic if std::thread::panicking() || outcome == Outcome::Cancelled => {}
            OnExceed::Panic => panic!("{first}"),
            OnExceed::Hook(hook) => self.0.iter().for_each(hook),
        }
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        alloc::unseen(|| drop(std::mem::take(&mut self.0)));
    }
}

/// The ten seconds that it is now: what budgets came to is kept in such steps.
fn step() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() / 10)
}

/// Counts what a call broke of its budget.
#[inline]
pub(crate) fn check(callsite: &'static Callsite, series: u32, took: Took<'_>) -> Broken {
    if took.is_under(callsite.ceilings()) { Broken::default() } else { check_each(callsite, series, took) }
}

#[inline(never)]
fn check_each(callsite: &'static Callsite, series: u32, took: Took<'_>) -> Broken {
    let is_kept = |(limit, taken): (&Limit, Option<u64>)| taken.is_none_or(|taken| taken <= limit.at_most);
    if took.of_limits(callsite).all(is_kept) { Broken::default() } else { count(callsite, series, took) }
}

#[cold]
#[inline(never)]
fn count(callsite: &'static Callsite, series: u32, took: Took<'_>) -> Broken {
    let _unseen = alloc::Unseen::begin();
    let (step, mut broken) = (step(), Broken::default());
    for (at, (limit, actual)) in took.of_limits(callsite).enumerate() {
        let Some(actual) = actual.filter(|&actual| actual > limit.at_most) else { continue };
        record::over_limit(callsite, series, at, actual - limit.at_most, step);
        // That a share of the calls takes longer is what a quantile allows.
        if !matches!(limit.kind, LimitKind::Quantile(_)) {
            broken.0.push((limit.kind, limit.at_most, actual));
        }
    }
    if broken.is_any() {
        record::over_budget(callsite, series);
    }
    broken
}
