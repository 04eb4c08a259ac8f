//! The W3C `tracestate` header.

use super::dropped;
use crate::trace_state::TraceState;

/// Members in one header.
const MAX_MEMBERS: usize = 32;
/// Bytes that everyone must pass on. We pass on no more, so that what is kept for running traces stays bounded.
const MAX_LENGTH: usize = 512;
/// Members longer than this are the first to go when all together are too long.
const LONG_MEMBER: usize = 128;
const MAX_KEY: usize = 256;
const MAX_VALUE: usize = 256;

/// Reads the headers, which together are one list. One malformed member, or one too many, makes all of it void.
pub(super) fn read(headers: &[&str]) -> TraceState {
    let mut members: Vec<(&str, &str)> = Vec::new();
    for member in headers.iter().flat_map(|header| header.split(',')) {
        let member = member.trim_matches([' ', '\t']);
        if member.is_empty() {
            continue;
        }
        let Some(pair) = member.split_once('=').filter(|pair| is_valid(*pair)) else { return void() };
        if members.iter().any(|(key, _)| *key == pair.0) {
            // The first is the latest: systems put theirs to the left.
            dropped::count(1);
        } else if members.len() == MAX_MEMBERS {
            return void();
        } else {
            members.push(pair);
        }
    }
    TraceState::from_valid(&joined(&members))
}

fn void() -> TraceState {
    dropped::count(1);
    TraceState::EMPTY
}

/// The header's value, if there is any. A state's members are valid; together they may be too long.
pub(super) fn written(state: &TraceState) -> Option<String> {
    let text = joined(&state.members().collect::<Vec<_>>());
    (!text.is_empty()).then_some(text)
}

/// Members as one header within the limits: what is too much goes, the long ones first, then from the right.
fn joined(members: &[(&str, &str)]) -> String {
    let size = |(key, value): &(&str, &str)| key.len() + 1 + value.len();
    let length = |members: &[(&str, &str)]| members.iter().map(|member| size(member) + 1).sum::<usize>();
    let mut kept = members.to_vec();
    while kept.len() > MAX_MEMBERS || length(&kept) > MAX_LENGTH + 1 {
        let too_long = length(&kept) > MAX_LENGTH + 1;
        let long = kept.iter().rposition(|member| too_long && size(member) > LONG_MEMBER);
        kept.remove(long.unwrap_or(kept.len() - 1));
    }
    dropped::count(members.len() - kept.len());
    kept.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
}

fn is_valid((key, value): (&str, &str)) -> bool {
    is_key(key.as_bytes()) && is_value(value.as_bytes())
}

fn is_key(key: &[u8]) -> bool {
    let starts = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    key.first().is_some_and(|first| starts(*first))
        && key.len() <= MAX_KEY
        && key.iter().all(|byte| starts(*byte) || b"_-*/@".contains(byte))
}

/// Printable, without the signs of the list. Not ending in a space, which was trimmed.
fn is_value(value: &[u8]) -> bool {
    (1..=MAX_VALUE).contains(&value.len())
        && value.iter().all(|byte| matches!(byte, 0x20..=0x7e) && !b",=".contains(byte))
}
