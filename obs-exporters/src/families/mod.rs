//! The totals of a snapshot as families of metrics, under their OpenTelemetry names.
//!
//! Every exporter of metrics starts here, so that the same numbers leave on every path. A family borrows from
//! its snapshot. `functions` makes those of annotated functions, `own` those of the runtime, `foreign` those that
//! came in through a bridge; encoders read them.

mod family;

mod functions;

mod own;

mod foreign;

pub(crate) use family::{Attribute, Family, Kind, Number, Point};

use obs_runtime::Snapshot;

/// All families of a snapshot, in a fixed order; none is empty.
pub(crate) fn of(snapshot: &Snapshot) -> Vec<Family<'_>> {
    let mut families = functions::families(snapshot);
    families.extend(own::families(snapshot));
    families.extend(foreign::families(snapshot));
    families.retain(|family| !family.points.is_empty());
    families
}

/// The families of annotated functions only.
pub(crate) fn of_functions(snapshot: &Snapshot) -> Vec<Family<'_>> {
    functions::families(snapshot)
}
