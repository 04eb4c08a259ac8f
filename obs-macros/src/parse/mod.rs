//! What the user wrote, each value with the span of its key; no rule is checked here.
//!
//! Items are split at the level of tokens: a signature is parsed, a body never is, so half-typed code still
//! expands. Read by [`crate::model`].

pub(crate) mod attribute;
pub(crate) mod callee;
pub(crate) mod entry;
pub(crate) mod function;
pub(crate) mod item;
pub(crate) mod pair;

pub(crate) use attribute::Attribute;
pub(crate) use entry::{Entry, Value};
pub(crate) use function::Function;
pub(crate) use item::{Item, Shape};
pub(crate) use pair::{Key, Pair, Sigil};
