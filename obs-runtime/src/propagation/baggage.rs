//! The W3C `baggage` header.

use super::carrier::{Carrier, CarrierMut};
use super::{dropped, percent};
use crate::baggage::Baggage;

const NAME: &str = "baggage";
/// Members that everyone must pass on; we take and give no more.
const MAX_MEMBERS: usize = 64;
/// Bytes that everyone must pass on; we take and give no more.
const MAX_LENGTH: usize = 8192;

/// The baggage of a request. A malformed member is left out, and so is what goes past the limits; the rest is there.
pub(super) fn extract(carrier: &dyn Carrier) -> Baggage {
    let mut baggage = Baggage::EMPTY;
    let mut length = 0;
    for member in carrier.header_values(NAME).iter().flat_map(|header| header.split(',')) {
        length += member.len() + 1;
        let member = member.trim_matches([' ', '\t']);
        if member.is_empty() {
            continue;
        }
        let fits = length <= MAX_LENGTH + 1 && baggage.len() < MAX_MEMBERS;
        if !(fits && read(member, &mut baggage)) {
            dropped::count(1);
        }
    }
    baggage
}

/// Reads one member, `key=value;property;property=value`; says whether it was well formed.
fn read(member: &str, baggage: &mut Baggage) -> bool {
    let (pair, properties) = member.split_once(';').unwrap_or((member, ""));
    let Some((key, value)) = pair.split_once('=') else { return false };
    let (key, value, properties) = (trimmed(key), trimmed(value), trimmed(properties));
    let valid = is_token(key) && value.bytes().all(percent::is_octet) && are_properties(properties);
    if valid {
        baggage.set_with_metadata(key, &percent::decode(value), properties);
    }
    valid
}

/// Writes the baggage, if there is any: whole members, as many as fit.
pub(super) fn inject(baggage: &Baggage, carrier: &mut dyn CarrierMut) {
    let (mut text, mut members) = (String::new(), 0);
    for (key, value, properties) in baggage.iter() {
        let member = written(key, value, properties);
        let fits = |member: &String| members < MAX_MEMBERS && text.len() + 1 + member.len() <= MAX_LENGTH;
        let Some(member) = member.filter(fits) else {
            dropped::count(1);
            continue;
        };
        if members > 0 {
            text.push(',');
        }
        text += &member;
        members += 1;
    }
    if members > 0 {
        carrier.set_header(NAME, text);
    }
}

/// One member; `None` when its name or its properties cannot be written.
fn written(key: &str, value: &str, properties: &str) -> Option<String> {
    let properties = trimmed(properties);
    if !is_token(key) || !are_properties(properties) {
        return None;
    }
    let mut text = format!("{key}=");
    percent::encode(value, &mut text);
    if !properties.is_empty() {
        text.push(';');
        text += properties;
    }
    Some(text)
}

fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// A name, as HTTP has it.
fn is_token(key: &str) -> bool {
    let is_sign = |byte: u8| b"!#$%&'*+-.^_`|~".contains(&byte);
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || is_sign(byte))
}

/// `key` or `key=value`, with `;` between them; or nothing.
fn are_properties(properties: &str) -> bool {
    properties.is_empty()
        || properties.split(';').all(|property| match property.split_once('=') {
            Some((key, value)) => is_token(trimmed(key)) && trimmed(value).bytes().all(percent::is_octet),
            None => is_token(trimmed(property)),
        })
}
