//! Which families there are, in which order.

use obs_runtime::Snapshot;

use super::family::Family;
use super::{budgets, costs, foreign, functions, own};

/// All families of a snapshot, in a fixed order; none is empty.
pub(crate) fn of(snapshot: &Snapshot) -> Vec<Family<'_>> {
    let mut families = of_ours(snapshot);
    families.extend(foreign::families(snapshot));
    families.retain(|family| !family.points.is_empty());
    families
}

/// The families that are not about annotated functions.
pub(crate) fn of_others(snapshot: &Snapshot) -> Vec<Family<'_>> {
    let mut families = own::families(snapshot);
    families.extend(foreign::families(snapshot));
    families.retain(|family| !family.points.is_empty());
    families
}

/// The families that are ours: those of annotated functions, and what the runtime says of itself.
pub(crate) fn of_ours(snapshot: &Snapshot) -> Vec<Family<'_>> {
    let mut families = functions::families(snapshot);
    families.extend(costs::families(snapshot));
    families.extend(budgets::families(snapshot));
    families.extend(own::families(snapshot));
    families
}
