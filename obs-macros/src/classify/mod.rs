//! `#[derive(Classify)]`: from an enum's variants and their `#[class(..)]` to the trait.
//!
//! Reads tokens itself, so that it is there without a parser when the feature is off: a program may ask for an error's class
//! whether or not anything is recorded. `parse` keeps what the user wrote, `generics` its parameters, `attribute` what stands
//! in the attributes; `model` and `class` hold the rules, `expand` cannot fail, `derive` is the whole of it.

mod attribute;

mod class;

mod derive;

mod expand;

mod generics;

mod mistakes;

mod model;

mod parse;

#[cfg(all(test, feature = "enabled"))]
mod tests;

pub(crate) use derive::derive;
