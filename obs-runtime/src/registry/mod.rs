//! All callsites and all series of the program.
//!
//! Behind one lock, which is taken when something is new: a callsite, a set of labels, a kind of failure. Guards
//! find what is known in their callsite's control word and in their thread's [`crate::cache`].

#[cfg(not(loom))]
mod program;
mod table;

#[cfg(not(loom))]
pub use program::on_policy_change;
#[cfg(not(loom))]
pub(crate) use program::{
    bound, callsites, change_policy, control_of, events_from, find, owners, series, series_of, with_policy,
};
pub(crate) use table::SeriesMeta;
