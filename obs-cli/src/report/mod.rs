//! What a person or a program is shown: a [`crate::compare::Comparison`] in three formats, and a file as a table.
//!
//! Pure: from values to text.

mod columns;
mod json;
mod listing;
mod markdown;
mod plain;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use columns::Style;
pub(crate) use json::json;
pub(crate) use listing::listing;
pub(crate) use markdown::markdown;
pub(crate) use plain::{blessed, changes, plain};
