//! What names a kind of failure, as the bytes of a series' key: the error's type, and its class where it has one.
//!
//! An error without a class is named by its type alone. Written by [`crate::record`], read back by [`crate::registry`].

use std::borrow::Cow;

use crate::error_class::{ErrorClass, Severity};

/// Stands between the type and the class; no type's name has it.
const END: u8 = 0;
/// Set in a class's byte when its errors may be tried again; the severity is below.
const RETRYABLE: u8 = 4;

/// The bytes of a type and a class.
// Input:  "shop::Error::Timeout", transient
// Output: "shop::Error::Timeout\0\x05transient"
pub(crate) fn encode(error_type: &str, class: Option<ErrorClass>) -> Cow<'_, [u8]> {
    let Some(class) = class else { return error_type.as_bytes().into() };
    let flags = class.severity as u8 | if class.retryable { RETRYABLE } else { 0 };
    [error_type.as_bytes(), &[END, flags], class.name.as_bytes()].concat().into()
}

/// What [`encode`] was given.
pub(crate) fn decode(bytes: &'static [u8]) -> (&'static str, Option<ErrorClass>) {
    let (error_type, class) = split(bytes);
    let text = |bytes| str::from_utf8(bytes).unwrap_or_default();
    let class = class.get(1..).and_then(<[u8]>::split_first).map(|(flags, name)| {
        let severity = Severity::ALL[usize::from(flags & 3)];
        ErrorClass::new(text(name)).retryable(flags & RETRYABLE != 0).severity(severity)
    });
    (text(error_type), class)
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
        let classes = Severity::ALL
            .into_iter()
            .flat_map(|severity| {
                [false, true].map(|retry| ErrorClass::new("quota").retryable(retry).severity(severity))
            })
            .map(Some);
        for class in classes.chain([None, Some(ErrorClass::new(""))]) {
            let bytes = encode("shop::Error::Limit", class).into_owned().leak();
            assert_eq!(decode(bytes), ("shop::Error::Limit", class));
            assert_eq!(class_of(bytes).is_empty(), class.is_none());
        }
    }
}
