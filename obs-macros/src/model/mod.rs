//! What an instrumented function is: every rule is checked here.
//!
//! Reads what [`crate::parse`] found, collects mistakes in [`Errors`](crate::errors::Errors), and is read by
//! [`crate::expand`], which cannot fail.

pub(crate) mod form;
pub(crate) mod function;
pub(crate) mod layer;
mod operation;
pub(crate) mod options;
mod reader;
mod semconv;
pub(crate) mod start;
pub(crate) mod values;

pub(crate) use form::Form;
pub(crate) use function::Instrumented;
pub(crate) use options::{OnExceed, Show, Shown};
pub(crate) use start::{Links, Parent, Start};
pub(crate) use values::Field;
