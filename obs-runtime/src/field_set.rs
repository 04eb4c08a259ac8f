//! The fields of an annotated function, or none: what the expansion hands to a guard, and what the guard keeps.

use crate::fields::Fields;

/// The fields of a function, or none: known when it is compiled.
pub trait FieldSet {
    /// What the guard keeps until the span ends.
    type Kept: Kept;

    /// Captures the fields.
    #[doc(hidden)]
    fn capture(self, kept: &mut Self::Kept);

    /// Keeps nothing: the span is not recorded.
    #[doc(hidden)]
    fn nothing() -> Self::Kept;
}

/// What a guard keeps of the fields.
#[doc(hidden)]
pub trait Kept {
    /// Whether there is anything to hold.
    const HOLDS: bool;

    /// The captured fields, if there are any.
    fn fields(&self) -> Option<&Fields>;
}

impl Kept for () {
    const HOLDS: bool = false;

    #[inline(always)]
    fn fields(&self) -> Option<&Fields> {
        None
    }
}

impl Kept for Fields {
    const HOLDS: bool = true;

    #[inline(always)]
    fn fields(&self) -> Option<&Fields> {
        Some(self)
    }
}

/// A function without fields.
#[derive(Clone, Copy, Debug)]
pub struct NoFields;

impl FieldSet for NoFields {
    type Kept = ();

    #[inline(always)]
    fn capture(self, (): &mut ()) {}

    #[inline(always)]
    fn nothing() {}
}

/// A function with fields: the closure adds them.
#[derive(Clone, Copy, Debug)]
pub struct WithFields<F>(pub F);

impl<F: FnOnce(&mut Fields)> FieldSet for WithFields<F> {
    type Kept = Fields;

    #[inline(always)]
    fn capture(self, kept: &mut Fields) {
        (self.0)(kept);
    }

    #[inline(always)]
    fn nothing() -> Fields {
        Fields::empty()
    }
}
