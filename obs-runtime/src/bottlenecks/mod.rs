//! Where the time and the memory went: functions ranked by what they took themselves, with who calls whom.
//!
//! `sums` adds the paths of the program up by function, `function` is what is told of one, `report` ranks them, `table`
//! writes them for people, `flame` as folded stacks. Read from [`crate::paths`] and a [`crate::Snapshot`]; as JSON and as
//! a picture it leaves through the exporters' crate.

mod flame;
mod function;
mod report;
mod sums;
mod table;

pub use flame::Flame;
pub use function::{CallEdge, FunctionReport, KeptCalls};
pub use report::{Report, report};
