//! UUIDs: one of our own, and those that stand in a text.

use std::fmt::Write as _;
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

/// Digits between the dashes.
const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];
/// Digits and dashes.
const LENGTH: usize = 36;

/// A random UUID (version 4), in lower case.
pub(crate) fn random() -> String {
    // The standard library's only source of randomness: keys from the operating system, through SipHash.
    let keys = RandomState::new();
    let bits = u128::from(keys.hash_one(0_u8)) << 64 | u128::from(keys.hash_one(1_u8));
    let versioned = bits & !(0xf << 76) & !(0x3 << 62) | 4 << 76 | 2 << 62;
    let digits = format!("{versioned:032x}");
    let mut text = String::with_capacity(LENGTH);
    let mut rest = &*digits;
    for length in GROUPS {
        let (group, after) = rest.split_at(length);
        let dash = if after.is_empty() { "" } else { "-" };
        let _ = write!(text, "{group}{dash}");
        rest = after;
    }
    text
}

/// The first UUID in a text: five groups of hexadecimal digits that are no part of a longer word.
pub(crate) fn find(text: &str) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let is_word = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let starts = (0..bytes.len().checked_sub(LENGTH - 1)?).filter(|&start| start == 0 || !is_word(start - 1));
    starts.map(|start| start..start + LENGTH).find(|place| !is_word(place.end) && is(&bytes[place.clone()]))
}

/// Whether these bytes are a UUID and nothing else.
pub(crate) fn is(bytes: &[u8]) -> bool {
    let mut groups = bytes.split(|&byte| byte == b'-');
    bytes.len() == LENGTH
        && GROUPS.iter().all(|&length| {
            groups.next().is_some_and(|group| group.len() == length && group.iter().all(u8::is_ascii_hexdigit))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_random_one_says_its_version_and_comes_once() {
        let many: std::collections::HashSet<_> = (0..1000).map(|_| random()).collect();
        assert_eq!(many.len(), 1000);
        for uuid in &many {
            assert!(is(uuid.as_bytes()), "{uuid}");
            let (version, variant) = (uuid.as_bytes()[14], uuid.as_bytes()[19]);
            assert!(version == b'4' && b"89ab".contains(&variant), "{uuid}");
        }
        // Every digit that is free takes every value: the bits are not those of one small number.
        let free = (0..LENGTH).filter(|at| ![8, 13, 14, 18, 19, 23].contains(at));
        for at in free {
            let values: std::collections::HashSet<_> = many.iter().map(|uuid| uuid.as_bytes()[at]).collect();
            assert_eq!(values.len(), 16, "digit {at}");
        }
    }

    #[test]
    fn one_is_found_where_it_is_a_word_of_its_own() {
        let uuid = "67E55044-10b1-426f-9247-bb680e5fe0c8";
        assert_eq!(find(&format!("order {uuid}.")), Some(6..42));
        assert_eq!(find(&format!("ü{uuid}ü")), Some(2..38));
        assert_eq!(find(&format!("order-{uuid}")), Some(6..42));
        for text in ["67e55044-10b1-426f-9247-bb680e5fe0c", "67e5504410b1426f9247bb680e5fe0c8", "", "----"] {
            assert_eq!(find(text), None, "{text}");
        }
        for text in [format!("x{uuid}"), format!("{uuid}0"), uuid.replace('6', "g"), uuid.replace('-', "_")] {
            assert_eq!(find(&text), None, "{text}");
        }
    }
}
