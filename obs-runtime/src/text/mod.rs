//! Numbers, names and tables as text for people: for `bottlenecks`, and for the crates that print.
//!
//! `number` writes durations, bytes and shares in few columns, `name` shortens paths, `columns` aligns numbers behind names,
//! `rows` aligns words, `folded` puts stacks of calls into a line.

pub mod columns;
pub mod folded;
pub mod name;
pub mod number;
pub mod rows;
