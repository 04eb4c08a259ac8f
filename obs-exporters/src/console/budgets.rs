//! What of its budget a function did not keep, a line for each limit.

use obs_runtime::{CallsiteSnapshot, LimitKind, LimitTotals, LimitUnit};

use super::name::{SHORTEST, length, shorten};
use super::number;
use super::table::{Paint, Style};

/// Writes a line for each limit that was not kept: one that each call must keep, when a call passed it; one that a share of
/// the calls must keep, when fewer did.
pub(super) fn write(out: &mut String, callsite: &CallsiteSnapshot, style: Style) {
    let calls = callsite.calls();
    for (before, after) in callsite.limits().iter().filter_map(|totals| broken(totals, calls)) {
        let before = format!("over budget: {before}");
        let name = shorten(callsite.name(), style.width.saturating_sub(length(&before) + length(&after)).max(SHORTEST));
        *out += &style.paint(Paint::Bad, &format!("{before}{name}{after}"));
        out.push('\n');
    }
}

/// What stands before and behind the function's name, where the limit was not kept.
fn broken(totals: &LimitTotals, calls: u64) -> Option<(String, String)> {
    let LimitTotals { limit, over, max_overage, .. } = *totals;
    let (kind, at_most) = (limit.kind, number::amount(limit.kind, limit.at_most));
    if limit.share < 1.0 {
        let within = totals.share_within(calls);
        return (!limit.is_kept_by(within)).then(|| {
            let (within, promised) = number::below(within, limit.share);
            (format!("{} of ", kind.as_str()), format!(": {within} within {at_most}, {promised} promised"))
        });
    }
    let after = match kind {
        _ if over == 0 => return None,
        // The report's table has the longest call already.
        LimitKind::Wall => format!(" in {over} of {calls} calls (limit {at_most})"),
        kind => {
            let (what, worst) = (kind.as_str(), worst(kind, limit.at_most + max_overage));
            format!(", {what} in {over} of {calls} calls (limit {at_most}, worst {worst})")
        }
    };
    Some((String::new(), after))
}

/// The same behind an amount of its kind: what is counted was said.
fn worst(kind: LimitKind, most: u64) -> String {
    match kind.unit() {
        LimitUnit::Nanos => number::amount(kind, most),
        _ => most.to_string(),
    }
}
