//! Limits that never decide, because others are reached before them: each with the arithmetic that shows it.

use std::mem::discriminant;
use std::time::Duration;

use super::limit::{Limit, LimitKind};
use crate::errors::Errors;

/// One mistake for each limit that never decides.
pub(super) fn check(limits: &[Limit], errors: &Errors) {
    let all = Limits(limits);
    for (at, limit) in limits.iter().enumerate() {
        let reason = match &limit.kind {
            LimitKind::Wall | LimitKind::Quantile(_) => all.of_fewer_calls(at),
            LimitKind::Poll => all.part_of(limit, &LimitKind::Busy).or_else(|| all.part_of(limit, &LimitKind::Wall)),
            LimitKind::Busy => all.part_of(limit, &LimitKind::Wall).or_else(|| all.longer_than_polls(limit)),
            LimitKind::Cpu => {
                let part = all.part_of(limit, &LimitKind::Busy).or_else(|| all.part_of(limit, &LimitKind::Wall));
                part.or_else(|| all.longer_than_polls(limit))
            }
            LimitKind::Allocs => all.more_than_bytes(limit),
            LimitKind::Bytes => all.without_allocations(limit),
            LimitKind::Polls | LimitKind::Calls(_) | LimitKind::Instructions => None,
        };
        if let Some(reason) = reason {
            errors.at(limit.at, format!("{reason}; lower it or remove it"));
        }
    }
}

/// The limits of one budget.
struct Limits<'a>(&'a [Limit]);

impl Limits<'_> {
    fn of(&self, kind: &LimitKind) -> Option<&Limit> {
        self.0.iter().find(|limit| discriminant(&limit.kind) == discriminant(kind))
    }

    // Input:  ms = 5, busy_ms = 10
    /// A limit on a part that is above the limit on the whole, where that is one on every call.
    fn part_of(&self, part: &Limit, whole: &LimitKind) -> Option<String> {
        let whole = self.of(whole).filter(|whole| whole.share >= 1.0 && whole.at_most < part.at_most)?;
        let (small, large, most) = (part.kind.what(), whole.kind.what(), time(whole.at_most));
        let (given, never) = (&whole.written, &part.written);
        Some(format!("{small} is part of {large}, of which `{given}` allows {most}, so `{never}` is never reached"))
    }

    // Input:  polls = 3, poll_ms = 2, busy_ms = 10
    /// A limit that so many polls, each of so long, do not come to.
    fn longer_than_polls(&self, limit: &Limit) -> Option<String> {
        let (polls, poll) = (self.of(&LimitKind::Polls)?, self.of(&LimitKind::Poll)?);
        let together = polls.at_most.checked_mul(poll.at_most).filter(|&together| together < limit.at_most)?;
        let (count, each, sum) = (count(polls.at_most, "poll"), time(poll.at_most), time(together));
        let are = if polls.at_most == 1 { "is" } else { "are" };
        Some(format!("{count} of at most {each} {are} {sum}, so `{}` is never reached", limit.written))
    }

    // Input:  allocs = 100, bytes = 64
    /// There is no request for nothing.
    fn more_than_bytes(&self, allocs: &Limit) -> Option<String> {
        let bytes = self.of(&LimitKind::Bytes).filter(|bytes| bytes.at_most < allocs.at_most)?.at_most;
        let (bytes, most) = (count(bytes, "byte"), count(bytes, "allocation"));
        Some(format!("{bytes} take at most {most}, so `{}` is never reached", allocs.written))
    }

    // Input:  allocs = 0, bytes = 64
    fn without_allocations(&self, bytes: &Limit) -> Option<String> {
        self.of(&LimitKind::Allocs).filter(|allocs| allocs.at_most == 0 && bytes.at_most > 0)?;
        Some(format!("0 allocations are 0 bytes, so `{}` is never reached", bytes.written))
    }

    // Input:  p50 = "10ms", p99 = "5ms"
    /// Of two that say the same, the second.
    fn of_fewer_calls(&self, at: usize) -> Option<String> {
        let limit = &self.0[at];
        let is_stricter = |(other_at, other): &(usize, &Limit)| {
            let order = other.share.total_cmp(&limit.share).then(limit.at_most.cmp(&other.at_most));
            let is_of_wall = matches!(other.kind, LimitKind::Wall | LimitKind::Quantile(_));
            is_of_wall && other.at_most <= limit.at_most && (order.is_gt() || order.is_eq() && *other_at < at)
        };
        let (_, other) = self.0.iter().enumerate().find(is_stricter)?;
        let (calls, most, never) = (calls(other.share), time(other.at_most), &limit.written);
        Some(format!("{calls} stay within {most}, so `{never}` never decides"))
    }
}

// Output: 3 polls
fn count(count: u64, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{plural}")
}

// Output: 6ms
fn time(nanos: u64) -> String {
    format!("{:?}", Duration::from_nanos(nanos))
}

// Input:  0.999
// Output: 99.9 % of the calls
fn calls(share: f64) -> String {
    if share >= 1.0 {
        return "all calls".to_owned();
    }
    // As it was written: the nearest binary fraction times a hundred has digits of its own.
    let percent = format!("{:.9}", share * 100.0);
    format!("{} % of the calls", percent.trim_end_matches('0').trim_end_matches('.'))
}
