//! How every budget is kept: since the start, or of the last minutes.
//!
//! Counts are those of the calls themselves, so they are exact. Reads [`crate::budget_history`].

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use crate::budget_history::{self, BUDGETS, Kept, LimitKey};
use crate::callsite::Callsite;
use crate::limit::{Limit, LimitKind, LimitUnit, share_within};
use crate::registry;
use crate::text::{name, number, rows};

/// Columns of a function's name, and of one that `calls(..)` bounds, in what people see.
const NAME: usize = 28;
const CALLEE: usize = 12;

/// How every budget of the program is kept, since the start.
///
/// [`Budgets::last`] is the same for the last minutes or hours.
///
/// # Cost
/// Reads the counters of all functions that have a budget, in all threads; writers are not held up.
/// # Examples
/// ```
/// let budgets = obs_runtime::budgets();
/// assert!(budgets.are_kept());
/// assert_eq!(budgets.to_string(), "no budgets");
/// ```
pub fn budgets() -> Budgets {
    if !crate::IS_ENABLED {
        return Budgets::default();
    }
    Budgets::new(&budget_history::totals(&registry::series()), None)
}

/// How every budget is kept, those that are broken first, and then by the name of the function.
#[derive(Clone, Debug, Default)]
pub struct Budgets {
    window: Option<Duration>,
    limits: Vec<KeptLimit>,
}

/// How one limit of one function is kept.
#[derive(Clone, Copy, Debug)]
pub struct KeptLimit {
    callsite: &'static Callsite,
    limit: Limit,
    kept: Kept,
}

/// Whether a promise holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum BudgetStatus {
    /// Fewer calls stayed within than were promised.
    Broken,
    /// As many calls stayed within as were promised.
    Kept,
    /// There were no calls.
    Unused,
}

impl BudgetStatus {
    /// The status in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Kept => "kept",
            Self::Unused => "unused",
        }
    }
}

impl Budgets {
    /// How budgets were kept in the last minutes or hours, up to 24 hours.
    ///
    /// # Shape
    /// Time is kept in steps: of 10 seconds for the last 10 minutes, of a minute for 2 hours, of 10 minutes before that.
    /// Nothing that belongs to the window is left out; what came up to one step before it may be in it. Without running
    /// telemetry (`builder().start()`) what came between two readings counts as one step.
    /// # Examples
    /// ```
    /// use std::time::Duration;
    ///
    /// for limit in obs_runtime::Budgets::last(Duration::from_secs(3600)).broken() {
    ///     println!("{} {}: {} of {} calls", limit.name(), limit.kind_name(), limit.over(), limit.calls());
    /// }
    /// ```
    pub fn last(window: Duration) -> Self {
        if !crate::IS_ENABLED {
            return Self::default();
        }
        let (kept, window) = BUDGETS.last(window);
        Self::new(&kept, window)
    }

    fn new(kept: &HashMap<LimitKey, Kept>, window: Option<Duration>) -> Self {
        let of = |callsite: &'static Callsite| {
            let key = |at| (callsite.series(), at);
            let limits = callsite.limits().iter().enumerate();
            limits.map(move |(at, &limit)| KeptLimit {
                callsite,
                limit,
                kept: kept.get(&key(at)).copied().unwrap_or_default(),
            })
        };
        let mut limits: Vec<_> = registry::callsites().into_iter().flat_map(of).collect();
        limits.sort_by(|a, b| (a.status(), a.name(), a.kind_name()).cmp(&(b.status(), b.name(), b.kind_name())));
        Self { window, limits }
    }

    /// How long a time they are of; `None` for all since the start, also where a window reaches back to it.
    pub const fn window(&self) -> Option<Duration> {
        self.window
    }

    /// Whether none is broken.
    pub fn are_kept(&self) -> bool {
        self.broken().next().is_none()
    }

    /// Those that are broken.
    pub fn broken(&self) -> impl Iterator<Item = &KeptLimit> {
        self.limits.iter().filter(|limit| limit.status() == BudgetStatus::Broken)
    }

    /// Each limit of each function.
    pub fn iter(&self) -> std::slice::Iter<'_, KeptLimit> {
        self.limits.iter()
    }
}

impl<'a> IntoIterator for &'a Budgets {
    type Item = &'a KeptLimit;
    type IntoIter = std::slice::Iter<'a, KeptLimit>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl KeptLimit {
    /// The function.
    pub const fn callsite(&self) -> &'static Callsite {
        self.callsite
    }

    /// The function's qualified name.
    pub fn name(&self) -> &'static str {
        self.callsite.name()
    }

    /// The limit.
    pub const fn limit(&self) -> Limit {
        self.limit
    }

    /// What the limit bounds: `wall`, `allocs`, `p99`.
    pub const fn kind_name(&self) -> &'static str {
        self.limit.kind.as_str()
    }

    /// Calls that ended.
    pub const fn calls(&self) -> u64 {
        self.kept.calls
    }

    /// Calls that passed the limit.
    pub const fn over(&self) -> u64 {
        self.kept.over
    }

    /// By how much these passed it on average, in the unit of the limit's kind; 0 where there are none.
    pub fn average_overage(&self) -> u64 {
        self.kept.overage.checked_div(self.kept.over).unwrap_or(0)
    }

    /// By how much the worst of them did.
    pub const fn max_overage(&self) -> u64 {
        self.kept.max_overage
    }

    /// The average overage in percent of the limit; `None` where nothing is allowed.
    pub fn average_overage_percent(&self) -> Option<f64> {
        let limit = self.limit.at_most;
        (limit > 0).then(|| 100.0 * self.average_overage() as f64 / limit as f64)
    }

    /// The share of calls that stayed within, exactly; 1 where there were none.
    pub fn share_within(&self) -> f64 {
        share_within(self.over(), self.calls())
    }

    /// The share of the calls that may pass the limit and have not done so yet: 1 where none has, 0 where all have that may,
    /// below 0 where more have. `None` where each call has to stay within.
    ///
    /// # Examples
    /// `objective = 99` allows 10 of 1,000 calls to take longer; after 4 there is 0.6 left.
    pub fn error_budget_left(&self) -> Option<f64> {
        let allowed = (1.0 - self.limit.share) * self.calls() as f64;
        (self.limit.share < 1.0).then(|| if self.over() == 0 { 1.0 } else { 1.0 - self.over() as f64 / allowed })
    }

    /// Whether the promise holds.
    pub fn status(&self) -> BudgetStatus {
        if self.calls() == 0 {
            BudgetStatus::Unused
        } else if self.limit.is_kept_by(self.share_within()) {
            BudgetStatus::Kept
        } else {
            BudgetStatus::Broken
        }
    }

    fn cells(&self) -> [String; 8] {
        let Limit { kind, at_most, .. } = self.limit;
        let amount = |amount| match kind.unit() {
            LimitUnit::Nanos => number::duration(Duration::from_nanos(amount)),
            LimitUnit::Bytes => number::bytes(amount),
            LimitUnit::Count => amount.to_string(),
        };
        let overage = |overage| if self.over() == 0 { "-".to_owned() } else { amount(overage) };
        let budget = match kind {
            LimitKind::Calls(callee) => format!("calls of {}", name::shorten(callee, CALLEE)),
            kind => kind.as_str().to_owned(),
        };
        [
            self.status().as_str().to_owned(),
            name::shorten(self.name(), NAME),
            budget,
            amount(at_most),
            format!("{}/{}", self.over(), self.calls()),
            overage(self.average_overage()),
            overage(self.max_overage()),
            self.error_budget_left().map_or_else(|| "-".to_owned(), |left| format!("{:.1}%", 100.0 * left)),
        ]
    }
}

/// A line for all, and a table of each limit that was used: by how much calls passed it on average and at most, and how much of
/// the error budget is left.
impl fmt::Display for Budgets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.limits.len(), self.broken().count()) {
            (0, _) => return f.write_str("no budgets"),
            (all, broken) => write!(f, "{broken} of {all} budgets are broken")?,
        }
        if let Some(window) = self.window {
            write!(f, " in the last {window:?}")?;
        }
        let mut used = self.iter().filter(|limit| limit.status() != BudgetStatus::Unused).peekable();
        if used.peek().is_none() {
            return Ok(());
        }
        let head = ["status", "function", "budget", "limit", "over/calls", "avg over", "max over", "left"];
        let right = [false, false, false, true, true, true, true, true];
        rows::write(f, right, head, used.map(KeptLimit::cells))
    }
}
