//! What names a kind of failure, as the bytes of a series' key: the error's type, and its class where it has one.
//!
//! An error without a class is named by its type alone. Written by [`crate::record`], read back by [`crate::registry`].

use std::borrow::Cow;

use crate::class_number;
use crate::error_class::ErrorClass;

/// Stands between the type and the number of the class; no type's name has it.
const END: u8 = 0;

/// The bytes of a type and the number of a class.
// Input:  "shop::Error::Timeout", 1
// Output: "shop::Error::Timeout\0\x01"
pub(crate) fn encode(error_type: &str, class: u8) -> Cow<'_, [u8]> {
    match class {
        class_number::NONE => error_type.as_bytes().into(),
        class => [error_type.as_bytes(), &[END, class]].concat().into(),
    }
}

/// The type and the class that [`encode`] was given.
pub(crate) fn decode(bytes: &'static [u8]) -> (&'static str, Option<ErrorClass>) {
    let (error_type, class) = split(bytes);
    (str::from_utf8(error_type).unwrap_or_default(), class.get(1).copied().and_then(class_number::class))
}

/// What of the bytes says the class; nothing where there is none.
pub(crate) fn class_of(bytes: &[u8]) -> &[u8] {
    split(bytes).1
}

fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    bytes.split_at(bytes.iter().position(|&byte| byte == END).unwrap_or(bytes.len()))
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_type_and_its_class_are_read_back() {
        let class = ErrorClass::new("failure_key");
        for (number, class) in [(class_number::of(class), Some(class)), (class_number::NONE, None)] {
            let bytes = encode("shop::Error::Limit", number).into_owned().leak();
            assert_eq!(decode(bytes), ("shop::Error::Limit", class));
            assert_eq!(class_of(bytes).is_empty(), class.is_none());
        }
    }
}
