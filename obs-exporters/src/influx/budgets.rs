//! Budgets as points: one for each function and limit.

use std::collections::BTreeMap;

use obs_runtime::{Limit, LimitKind, LimitTotals, LimitUnit, Snapshot};

use super::functions::{Fields, Point};
use super::line::Field;
use super::tags::Tags;
use crate::families::limit_labels;

/// The measurement of limits and of what did not keep them.
pub(super) const MEASUREMENT: &str = "obs_budget";

/// All points of budgets.
pub(super) fn points<'a>(snapshot: &'a Snapshot, common: &Tags<'a>) -> Vec<Point<'a>> {
    let mut all: BTreeMap<Tags<'a>, LimitTotals> = BTreeMap::new();
    for callsite in snapshot.callsites() {
        for totals in callsite.limits() {
            let tags = tags(common.with("code.function.name", callsite.name()), totals.limit.kind);
            all.entry(tags).and_modify(|known| add(known, &totals)).or_insert(totals);
        }
    }
    all.into_iter().map(|(tags, totals)| (MEASUREMENT, tags, fields(&totals))).collect()
}

fn tags(mut function: Tags<'_>, kind: LimitKind) -> Tags<'_> {
    limit_labels(kind).for_each(|(name, value)| function.add(name, value));
    function
}

/// Makes one of two callsites of one name.
fn add(all: &mut LimitTotals, more: &LimitTotals) {
    all.limit.at_most = all.limit.at_most.max(more.limit.at_most);
    all.limit.share = all.limit.share.max(more.limit.share);
    all.over += more.over;
}

fn fields(totals: &LimitTotals) -> Fields {
    let Limit { kind, at_most, share } = totals.limit;
    let limit = match kind.unit() {
        LimitUnit::Nanos => ("limit_seconds", Field::Float(at_most as f64 / 1e9)),
        LimitUnit::Bytes => ("limit_bytes", Field::Int(at_most)),
        _ => ("limit", Field::Int(at_most)),
    };
    let objective = (share < 1.0).then_some(("objective", Field::Float(share)));
    [limit].into_iter().chain(objective).chain([("violations", Field::Int(totals.over))]).collect()
}
