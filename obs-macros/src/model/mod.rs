//! What an instrumented function is: every rule is checked here.
//!
//! Reads what [`crate::parse`] found, collects mistakes in [`Errors`](crate::errors::Errors), and is read by
//! [`crate::expand`], which cannot fail.

mod amount;
pub(crate) mod budget;
pub(crate) mod callee;
mod conflict;
pub(crate) mod form;
pub(crate) mod function;
pub(crate) mod layer;
pub(crate) mod limit;
mod operation;
pub(crate) mod options;
mod reader;
mod semconv;
pub(crate) mod start;
pub(crate) mod test;
pub(crate) mod values;

pub(crate) use budget::OnExceed;
pub(crate) use callee::Callee;
pub(crate) use form::Form;
pub(crate) use function::Instrumented;
pub(crate) use limit::{Limit, LimitKind};
pub(crate) use options::{Show, Shown};
pub(crate) use start::{Links, Parent, Start};
pub(crate) use test::{Settings, Test};
pub(crate) use values::Field;
