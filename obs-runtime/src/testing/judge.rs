//! Whether recorded calls kept their limits.

use super::broken::BrokenBudget;
use super::call::Call;
use crate::alloc;
use crate::limit::{Limit, LimitKind, share_within};
use crate::recording::RecordedCall;

/// By which time limits on time are judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Time {
    /// Wall time without that in which the thread was ready and had no processor.
    #[default]
    Wall,
    /// CPU time of the thread: what waits, waits for nothing.
    Cpu,
    /// Not at all.
    Off,
}

/// How calls broke one limit, if more of them did than its share allows.
pub(super) fn limit<'a>(
    calls: impl Iterator<Item = Call<'a>>,
    limit: Limit,
    value: impl Fn(&Call<'a>) -> Option<u64>,
) -> Option<BrokenBudget<'a>> {
    let values: Vec<_> = calls.filter_map(|call| value(&call).map(|value| (call, value))).collect();
    let over = values.iter().filter(|(_, value)| *value > limit.at_most).count();
    let &(worst, actual) = values.iter().max_by_key(|(_, value)| value)?;
    let within = share_within(over as u64, values.len() as u64);
    let is_blind = matches!(limit.kind, LimitKind::Allocs | LimitKind::Bytes) && !alloc::is_installed();
    (is_blind || !limit.is_kept_by(within)).then_some(BrokenBudget {
        limit,
        calls: values.len(),
        over,
        worst,
        actual,
        is_blind,
    })
}

/// How often a call called what a limit bounds, on whatever thread: its place among the limits on calls is `nth`.
pub(super) fn calls_inside(call: &Call<'_>, nth: usize) -> u64 {
    let mut open: Vec<_> = call.children().collect();
    let mut count = 0;
    while let Some(inside) = open.pop() {
        count += u64::from(call.callsite().bounds(nth, inside.callsite()));
        open.extend(inside.children());
    }
    count
}

/// What a call took of a kind; `at` is the limit's place in the function's budget, if it is one of it.
pub(super) fn value(call: &RecordedCall, kind: LimitKind, at: Option<usize>, time: Time) -> Option<u64> {
    match (kind, time) {
        (kind, Time::Off) if !kind.is_deterministic() => None,
        // 0 where it is not known: a clock that is moved by hand, a system that does not tell.
        (LimitKind::Wall | LimitKind::Quantile(_), Time::Cpu) if call.costs.cpu > 0 => {
            call.nanos.map(|_| call.costs.cpu)
        }
        (LimitKind::Wall | LimitKind::Quantile(_), _) => call.nanos.map(|nanos| undisturbed(call, nanos)),
        (LimitKind::Busy, _) => call.polls.map(|[_, busy, _]| undisturbed(call, busy)),
        // How long the thread waited in this very poll is not known: all of it is left to the call's favour.
        (LimitKind::Poll, _) => call.polls.map(|[_, _, longest]| longest.saturating_sub(call.costs.waited)),
        (LimitKind::Polls, _) => call.polls.map(|[polls, _, _]| polls),
        (LimitKind::Allocs, _) => Some(call.costs.asked.allocs),
        (LimitKind::Bytes, _) => Some(call.costs.asked.bytes),
        (LimitKind::Cpu | LimitKind::Calls(_) | LimitKind::Instructions, _) => {
            at.and_then(|at| call.took.get(at).copied().flatten())
        }
    }
}

/// A time without that in which the thread was ready and had no processor, but never less than it ran.
fn undisturbed(call: &RecordedCall, nanos: u64) -> u64 {
    nanos.saturating_sub(call.costs.waited).max(call.costs.cpu.min(nanos))
}
