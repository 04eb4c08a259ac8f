//! Numbers as the headers write them: lower-case hex of a fixed length.

use crate::ids::{SpanId, TraceId};

/// The number of up to 32 digits. Upper case is not a digit.
pub(super) fn number(digits: &[u8]) -> Option<u128> {
    digits.iter().try_fold(0, |number, digit| match digit {
        b'0'..=b'9' => Some(number << 4 | u128::from(digit - b'0')),
        b'a'..=b'f' => Some(number << 4 | u128::from(digit - b'a' + 10)),
        _ => None,
    })
}

/// A trace's id of 32 digits.
pub(super) fn trace_id(digits: &[u8]) -> Option<TraceId> {
    if digits.len() == 32 { TraceId::new(number(digits)?) } else { None }
}

/// A span's id of 16 digits.
pub(super) fn span_id(digits: &[u8]) -> Option<SpanId> {
    if digits.len() == 16 { SpanId::new(u64::try_from(number(digits)?).ok()?) } else { None }
}

/// A byte of two digits.
pub(super) fn byte(digits: &[u8]) -> Option<u8> {
    if digits.len() == 2 { u8::try_from(number(digits)?).ok() } else { None }
}
