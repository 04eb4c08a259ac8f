//! `operation = "pipeline_step"`: what sort of work a span is, as the field `obs.operation.type`.

use quote::quote_spanned;

use super::reader::one_of;
use super::values::Field;
use crate::errors::Errors;
use crate::parse::{Entry, Sigil};

/// The field's key.
const KEY: &str = "obs.operation.type";

/// Few, so that they can be told apart in every trace.
const OPERATIONS: &[(&str, &str)] = &[
    ("pipeline_step", "pipeline_step"),
    ("http_request", "http_request"),
    ("tool_execution", "tool_execution"),
    ("database", "database"),
    ("message", "message"),
    ("task", "task"),
];

// Input:  operation = "task"
// Output: obs.operation.type = "task"
/// Adds the field to the others.
pub(super) fn add(entry: &Entry, fields: &mut Vec<Field>, errors: &Errors) {
    let Some(operation) = one_of(entry, OPERATIONS, errors) else { return };
    if fields.iter().any(|field| field.key == KEY) {
        errors
            .at(entry.key.span(), format!("`operation` is the field `{KEY}`, which is given too; remove one of them"));
        return;
    }
    let value = quote_spanned!(proc_macro2::Span::mixed_site()=> #operation);
    fields.push(Field { key: KEY.to_owned(), value, sigil: Sigil::None });
}
