//! The totals of a snapshot as families of metrics, under their OpenTelemetry names.
//!
//! Every exporter of metrics starts here, so that the same numbers leave on every path. A family borrows from
//! its snapshot. `functions` makes those of annotated functions, `costs` those of what their calls took beside time, `budgets`
//! those of their promises, `own` and `overhead` those of the runtime, `foreign` those that came in through a bridge; `all` puts
//! them together, and encoders read them.
//! `window` says which time they are about, `delta` leaves what came since they left last.

mod family;

mod functions;

mod costs;

mod budgets;

mod own;

mod overhead;

mod foreign;

mod all;

mod window;

#[cfg(feature = "otlp")]
mod delta;

pub(crate) use all::{of, of_others, of_ours};
pub(crate) use budgets::limit_labels;
#[cfg(feature = "otlp")]
pub(crate) use delta::Totals;
pub(crate) use family::{Attribute, Family, Kind, Number, Point};
pub use window::Temporality;
pub(crate) use window::Window;
