//! Values that must not be seen.

use std::fmt;

use crate::field_array::{ArrayElement, Element};
use crate::field_value::FieldValue;
use crate::fields::Fields;

/// What stands in a sensitive value's place.
pub(crate) const REDACTED: &str = "[redacted]";

/// A value that no span, event or log line shows: as a field, and in `Debug` and `Display`, it is `[redacted]`.
///
/// # Examples
/// ```
/// use obs_runtime::Sensitive;
///
/// let token = Sensitive::new("s3cr3t".to_owned());
/// assert_eq!(format!("{token} {token:?}"), "[redacted] [redacted]");
/// assert_eq!(token.reveal(), "s3cr3t");
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sensitive<T>(T);

impl<T> Sensitive<T> {
    /// Hides a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for those who need it.
    pub const fn reveal(&self) -> &T {
        &self.0
    }

    /// The value, no longer hidden.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> From<T> for Sensitive<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl<T> fmt::Display for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl<T> ArrayElement for Sensitive<T> {
    fn element(&self) -> Element<'_> {
        Element::Str(REDACTED)
    }
}

impl<T> FieldValue for Sensitive<T> {
    fn write(&self, key: &'static str, fields: &mut Fields) {
        fields.str(key, REDACTED);
    }
}
