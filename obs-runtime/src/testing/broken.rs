//! A limit that calls of a recording broke, and the text a failing test shows of it.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use super::call::Call;
use super::tree::{self, Columns};
use crate::callsite::Callsite;
use crate::limit::{Limit, LimitKind, LimitUnit};
use crate::text::number::amount;

/// One limit that recorded calls broke.
///
/// `Display` is the text that a failing test shows.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BrokenBudget<'a> {
    /// The limit.
    pub limit: Limit,
    /// Calls that were measured.
    pub calls: usize,
    /// Those of them that passed the limit.
    pub over: usize,
    /// The one that passed it by the most.
    pub worst: Call<'a>,
    /// What that one took, in the unit of the limit's kind.
    pub actual: u64,
    /// The limit is on memory, and nobody counts allocations.
    pub is_blind: bool,
}

/// The text of a failing test.
pub(super) fn message(broken: &[BrokenBudget<'_>]) -> String {
    let mut text = match broken {
        [_] => "a budget was broken\n".to_owned(),
        _ => format!("{} budgets were broken\n", broken.len()),
    };
    for budget in broken {
        let _ = write!(text, "\n{budget}");
    }
    text
}

impl fmt::Display for BrokenBudget<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let meta = self.worst.callsite().meta();
        writeln!(f, "{} ({}:{})", self.worst.name(), meta.file, meta.line)?;
        if self.is_blind {
            return writeln!(
                f,
                "  has a budget on memory, and nobody counts allocations; add to the test's crate\n  \
                 #[global_allocator] static ALLOCATOR: obs::Alloc = obs::Alloc::system();"
            );
        }
        writeln!(f, "  {}", self.verdict())?;
        if let Some(culprit) = self.culprit() {
            writeln!(f, "  {culprit}")?;
        }
        let columns = Columns::of(self.limit.kind);
        write!(f, "\n{}", tree::of(self.worst.root(), columns, Some(&self.worst)))
    }
}

impl BrokenBudget<'_> {
    /// `took 12.1ms, 21 % over its budget of 10ms, in 3 of 10 calls`
    fn verdict(&self) -> String {
        let Limit { kind, share, .. } = self.limit;
        let mut text = format!("{}, in {} of {} calls", excess(self.limit, self.actual), self.over, self.calls);
        let waited = self.worst.record().costs.waited;
        if matches!(kind, LimitKind::Wall | LimitKind::Busy | LimitKind::Poll | LimitKind::Quantile(_))
            && waited >= 1_000
        {
            let _ = write!(text, "; {} more it waited for a processor", tree::time(waited));
        }
        if share < 1.0 {
            let within = 100.0 - 100.0 * self.over as f64 / self.calls as f64;
            let _ = write!(text, ": {within:.2} % stayed within, and {} % were promised", percent(share));
        }
        text
    }

    /// The function inside that took the most of it, if any did: by all its calls together.
    fn culprit(&self) -> Option<String> {
        let kind = self.limit.kind;
        let mut children: BTreeMap<&str, (&'static Callsite, u64, usize)> = BTreeMap::new();
        for child in self.worst.children() {
            let (_, sum, calls) = children.entry(child.name()).or_insert((child.callsite(), 0, 0));
            *sum += share_of(kind, &child);
            *calls += 1;
        }
        let (callsite, sum, calls) =
            children.into_values().max_by_key(|(_, sum, _)| *sum).filter(|(_, sum, _)| *sum > 0)?;
        let (word, unit) = match kind.unit() {
            LimitUnit::Nanos => ("slowest", LimitKind::Wall),
            _ => ("most of it", if kind == LimitKind::Bytes { kind } else { LimitKind::Allocs }),
        };
        let what = match kind {
            LimitKind::Calls(_) => format!("{calls} call{}", if calls == 1 { "" } else { "s" }),
            LimitKind::Polls | LimitKind::Instructions => return None,
            _ => format!("{} in {calls} call{}", amount(unit, sum), if calls == 1 { "" } else { "s" }),
        };
        let meta = callsite.meta();
        Some(format!("{word}: {} ({}:{}), {what}", callsite.name(), meta.file, meta.line))
    }
}

/// `took 12.1ms, 21 % over its budget of 10ms`
pub(super) fn excess(limit: Limit, actual: u64) -> String {
    let Limit { kind, at_most, .. } = limit;
    let verb = if kind.is_calls() { "made" } else { "took" };
    let by = match at_most {
        0 => String::new(),
        _ => format!("{:.0} % ", 100.0 * (actual as f64 / at_most as f64 - 1.0)),
    };
    let name = match kind {
        LimitKind::Busy | LimitKind::Poll | LimitKind::Cpu | LimitKind::Quantile(_) => &format!("{} ", kind.as_str()),
        _ => "",
    };
    format!("{verb} {}, {by}over its {name}budget of {}", amount(kind, actual), amount(kind, at_most))
}

/// What a child has in what its parent took of a kind.
fn share_of(kind: LimitKind, child: &Call<'_>) -> u64 {
    match kind {
        LimitKind::Bytes => child.bytes(),
        LimitKind::Allocs => child.allocs(),
        LimitKind::Cpu => child.record().costs.cpu,
        LimitKind::Calls(_) => 1,
        _ => child.record().nanos.unwrap_or(0),
    }
}

/// A share as a decimal number of percent: `99.9`.
fn percent(share: f64) -> f64 {
    (share * 1e8).round() / 1e6
}
