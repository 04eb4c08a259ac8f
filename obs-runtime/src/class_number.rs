//! Classes by number: one byte stands for a class on its way from a returned error to the key of its series.
//!
//! What a call returned is moved about where calls end well, too; a byte fits where a variant's name left room, a class would
//! not. Numbers are given out when a class is met first, and stay. Asked by [`crate::error_name`], read by
//! [`crate::failure_key`].

use std::sync::OnceLock;

use crate::error_class::ErrorClass;

/// Stands for no class.
pub(crate) const NONE: u8 = 0;

/// By number, from 1; the first empty place is the end.
static CLASSES: [OnceLock<ErrorClass>; u8::MAX as usize] = [const { OnceLock::new() }; u8::MAX as usize];

/// The number of a class. Past 255 of them it is that of none.
pub(crate) fn of(class: ErrorClass) -> u8 {
    let place = CLASSES.iter().position(|place| *place.get_or_init(|| class) == class);
    place.and_then(|place| u8::try_from(place + 1).ok()).unwrap_or(NONE)
}

/// The class of a number.
pub(crate) fn class(number: u8) -> Option<ErrorClass> {
    CLASSES.get(usize::from(number.checked_sub(1)?))?.get().copied()
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::error_class::Severity;

    #[test]
    fn classes_that_differ_anywhere_have_numbers_of_their_own() {
        let quota = ErrorClass::new("quota");
        let classes = [quota, quota.retryable(true), quota.severity(Severity::High), ErrorClass::new("quota2")];
        let numbers = classes.map(of);
        assert_eq!(classes.map(of), numbers, "they stay");
        assert_eq!(numbers.map(class), classes.map(Some));
        assert_eq!(class(NONE), None);
    }
}
