//! The numbers of a budget: times, whole things and shares of calls.

use proc_macro2::Span;
use syn::Lit;

use super::reader::literal;
use crate::errors::Errors;
use crate::parse::Entry;

/// The units of time and their nanoseconds.
pub(super) const UNITS: [(&str, u64); 4] = [("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000)];

// Input:  ms = 2.5
// Output: 2500000
/// Nanoseconds, after a key that says the unit.
pub(super) fn time(entry: &Entry, unit: u64, errors: &Errors) -> Option<u64> {
    let key = &entry.key;
    let Some(number) = decimal(literal(entry)) else {
        errors.at(entry.value_span(), format!("`{key}` takes a number; write `{key} = 10` or `{key} = 0.5`"));
        return None;
    };
    in_range(scaled(&number, unit), entry.value_span(), &format!("{key} = 10"), errors)
}

// Input:  p99 = "10ms"
// Output: 10000000
/// Nanoseconds, of a text that says the unit.
pub(super) fn time_with_unit(entry: &Entry, errors: &Errors) -> Option<u64> {
    let key = &entry.key;
    let text = match literal(entry) {
        Some(Lit::Str(text)) => text.value(),
        _ => String::new(),
    };
    let Some((number, unit)) = number_and_unit(&text) else {
        let message = format!("`{key}` takes a time in `ns`, `us`, `ms` or `s`; write `{key} = \"10ms\"`");
        errors.at(entry.value_span(), message);
        return None;
    };
    in_range(scaled(number, unit), entry.value_span(), &format!("{key} = \"10ms\""), errors)
}

fn number_and_unit(text: &str) -> Option<(&str, u64)> {
    let unit_at = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at(unit_at);
    let unit = match unit.trim() {
        // The sign for micro, and the Greek letter.
        "\u{b5}s" | "\u{3bc}s" => "us",
        unit => unit,
    };
    let &(_, nanos) = UNITS.iter().find(|(name, _)| *name == unit)?;
    number.parse::<f64>().is_ok().then_some((number, nanos))
}

/// The number in nanoseconds; `None` when they do not fit. Whole numbers are exact.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be in range just before")]
fn scaled(number: &str, unit: u64) -> Option<u64> {
    if let Ok(whole) = number.parse::<u64>() {
        return whole.checked_mul(unit);
    }
    let nanos = (number.parse::<f64>().ok()? * unit as f64).round();
    (nanos < u64::MAX as f64).then_some(nanos as u64)
}

fn in_range(nanos: Option<u64>, at: Span, example: &str, errors: &Errors) -> Option<u64> {
    match nanos {
        Some(0) => errors.at(at, format!("a budget of nothing is always broken; write `{example}`")),
        None | Some(u64::MAX) => errors.at(at, "this budget does not fit into 64 bits of nanoseconds; lower it"),
        within => return within,
    }
    None
}

/// A whole number.
pub(super) fn whole(value: Option<Lit>) -> Option<u64> {
    match value {
        Some(Lit::Int(int)) if int.suffix().is_empty() => int.base10_parse().ok(),
        _ => None,
    }
}

// Input:  objective = 99.9
// Output: 0.999
/// A share that is written in percent. It is read as a decimal, so that `99.9` and `p999` are the same.
pub(super) fn percent(value: Option<Lit>) -> Option<f64> {
    format!("{}e-2", decimal(value)?).parse().ok()
}

/// The digits of a number, with its point, without the `_` between them.
fn decimal(value: Option<Lit>) -> Option<String> {
    match value? {
        Lit::Int(int) if int.suffix().is_empty() => Some(int.base10_digits().to_owned()),
        Lit::Float(float) if float.suffix().is_empty() => Some(float.base10_digits().to_owned()),
        _ => None,
    }
}
