//! Fields of `tracing` as ours, with their types.

use std::error::Error;
use std::fmt;

use obs_runtime::Fields;
use tracing_core::field::{Field, Visit};

/// Adds what it is shown to a span's or an event's fields.
pub(super) struct Visitor<'a> {
    pub(super) fields: &'a mut Fields,
    /// A field called `error` was among them.
    pub(super) has_error: bool,
}

impl<'a> Visitor<'a> {
    pub(super) fn new(fields: &'a mut Fields) -> Self {
        Self { fields, has_error: false }
    }

    fn name(&mut self, field: &Field) -> &'static str {
        let name = field.name();
        self.has_error |= name == "error";
        name.strip_prefix("r#").unwrap_or(name)
    }
}

impl Visit for Visitor<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        let name = self.name(field);
        self.fields.value(name, &value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        let name = self.name(field);
        self.fields.value(name, &value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        let name = self.name(field);
        self.fields.value(name, &value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        let name = self.name(field);
        self.fields.value(name, &value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let name = self.name(field);
        self.fields.value(name, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        let name = self.name(field);
        self.fields.display(name, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let name = self.name(field);
        self.fields.debug(name, value);
    }
}
