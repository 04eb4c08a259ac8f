//! How many errors there were: of one kind, and of one class.
//!
//! Rows of [`crate::errors`], which puts them in order.

use crate::callsite::Callsite;
use crate::error_class::{ErrorClass, Severity};

/// What stands for the class of errors that have none.
const UNKNOWN: &str = "unknown";

/// How often a function returned one type of error of one class.
#[derive(Clone, Copy, Debug)]
pub struct ErrorCount {
    pub(crate) callsite: &'static Callsite,
    pub(crate) error_type: &'static str,
    pub(crate) error_class: Option<ErrorClass>,
    pub(crate) count: u64,
}

impl ErrorCount {
    /// The function that returned them.
    pub const fn callsite(&self) -> &'static Callsite {
        self.callsite
    }

    /// The function's qualified name.
    pub fn name(&self) -> &'static str {
        self.callsite.name()
    }

    /// The error's type or variant, the value of `error.type`.
    pub const fn error_type(&self) -> &'static str {
        self.error_type
    }

    /// Its class; `None` where the type says none.
    pub const fn error_class(&self) -> Option<ErrorClass> {
        self.error_class
    }

    /// How many.
    pub const fn count(&self) -> u64 {
        self.count
    }

    pub(crate) fn class_name(&self) -> &'static str {
        self.error_class.map_or(UNKNOWN, |class| class.name)
    }

    /// What orders those that came equally often.
    pub(crate) fn key(&self) -> (&str, &str, Option<ErrorClass>) {
        (self.name(), self.error_type, self.error_class)
    }

    /// The row of a table: count, class, whether it may be tried again, severity, type, function.
    pub(crate) fn cells(&self) -> [String; 6] {
        let or_none = |text: Option<&str>| text.unwrap_or("-").to_owned();
        let retryable = self.error_class.map(|class| if class.retryable { "yes" } else { "no" });
        let severity = self.error_class.map(|class| class.severity.as_str());
        [
            self.count.to_string(),
            self.class_name().to_owned(),
            or_none(retryable),
            or_none(severity),
            self.error_type.to_owned(),
            self.name().to_owned(),
        ]
    }
}

/// How many errors there were of the classes of one name.
#[derive(Clone, Copy, Debug)]
pub struct ClassCount {
    name: &'static str,
    count: u64,
    retryable: u64,
    severity: Option<Severity>,
}

impl ClassCount {
    /// The class of one kind.
    pub(crate) fn of(kind: &ErrorCount) -> Self {
        let mut class = Self { name: kind.class_name(), count: 0, retryable: 0, severity: None };
        class.add(kind);
        class
    }

    /// Adds another kind of the same class.
    pub(crate) fn add(&mut self, kind: &ErrorCount) {
        self.count += kind.count;
        self.retryable += if kind.error_class.is_some_and(|class| class.retryable) { kind.count } else { 0 };
        self.severity = self.severity.max(kind.error_class.map(|class| class.severity));
    }

    /// The name of the class; `unknown` for errors whose type says none.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// How many.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// How many of them may be tried again.
    pub const fn retryable(&self) -> u64 {
        self.retryable
    }

    /// How bad the worst of them is; `None` for `unknown`.
    pub const fn severity(&self) -> Option<Severity> {
        self.severity
    }
}
