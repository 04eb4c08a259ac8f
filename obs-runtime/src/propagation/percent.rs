//! Percent encoding, as W3C Baggage has it.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Writes a value with everything encoded that a value of baggage may not hold as it is.
pub(super) fn encode(value: &str, out: &mut String) {
    for byte in value.bytes() {
        if is_plain(byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

/// `%x21 %x23-2B %x2D-3A %x3C-5B %x5D-7E`, without the sign of the encoding itself.
const fn is_plain(byte: u8) -> bool {
    is_octet(byte) && byte != b'%'
}

/// What a value of baggage may hold on the wire.
pub(super) const fn is_octet(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x2b | 0x2d..=0x3a | 0x3c..=0x5b | 0x5d..=0x7e)
}

/// Reads a value. A sign without two hex digits after it stays as it is; bytes that are not UTF-8 become U+FFFD.
pub(super) fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        (bytes, rest) = match (first, encoded(tail)) {
            (b'%', Some(byte)) => (with(bytes, byte), &tail[2..]),
            _ => (with(bytes, *first), tail),
        };
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

fn with(mut bytes: Vec<u8>, byte: u8) -> Vec<u8> {
    bytes.push(byte);
    bytes
}

/// The byte that two hex digits, in either case, stand for.
fn encoded(digits: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*digits.get(at)?).to_digit(16);
    u8::try_from(digit(0)? << 4 | digit(1)?).ok()
}
