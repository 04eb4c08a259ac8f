//! The families that say what recording costs, and what records less because of it.

use std::borrow::Cow;

use obs_runtime::Snapshot;

use super::family::{Family, Kind, Number};

/// Empty families while nothing is measured, and while nobody asked for a governor.
pub(super) fn families(snapshot: &Snapshot) -> [Family<'_>; 3] {
    [overhead(snapshot), steps(snapshot), turned_down(snapshot)]
}

fn overhead(snapshot: &Snapshot) -> Family<'_> {
    let help = "Share of the process's CPU time that went into recording and exporting in the last second or so; of an idle \
        process, most.";
    let mut family = Family::new("obs.self.overhead", "1", Kind::Gauge, help);
    if let Some(overhead) = snapshot.overhead() {
        family.push(Vec::new(), Number::Float(overhead.ratio()));
    }
    family
}

fn steps(snapshot: &Snapshot) -> Family<'_> {
    let help = "Steps by which functions were turned down, and up again, to keep Builder::max_overhead.";
    let mut family = Family::new("obs.governor.steps", "{step}", Kind::Counter, help);
    if is_governed(snapshot) {
        for (action, count) in snapshot.health().governor_steps() {
            family.push(vec![(Cow::Borrowed("action"), Cow::Borrowed(action))], Number::Int(count));
        }
    }
    family.settle()
}

fn turned_down(snapshot: &Snapshot) -> Family<'_> {
    let help = "Functions that record less now, to keep Builder::max_overhead.";
    let mut family = Family::new("obs.governor.turned_down", "{function}", Kind::UpDown, help);
    if is_governed(snapshot) {
        family.push(Vec::new(), Number::Int(snapshot.health().turned_down_now));
    }
    family
}

/// Whether anything may be, or was, turned down.
fn is_governed(snapshot: &Snapshot) -> bool {
    let has_max = snapshot.overhead().is_some_and(|overhead| overhead.max().is_some());
    has_max || snapshot.health().governor_steps().any(|(_, count)| count > 0)
}
