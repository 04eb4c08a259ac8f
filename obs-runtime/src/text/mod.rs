//! Numbers, names and tables as text for people: for [`crate::bottlenecks`], and for the crates that print.
//!
//! `number` writes durations, bytes and shares in few columns, `name` shortens paths, `columns` aligns lines, `folded`
//! puts stacks of calls into a line.

pub mod columns;
pub mod folded;
pub mod name;
pub mod number;
