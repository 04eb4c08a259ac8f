//! Durations, bytes and shares in at most seven columns, and amounts of limits.

use std::time::Duration;

use crate::limit::{LimitKind, LimitUnit};

/// A duration with three significant digits and its unit: `950ns`, `1.23ms`, `45.6s`, `12.3m`, `5.20h`.
pub fn duration(value: Duration) -> String {
    const UNITS: [(&str, f64); 6] = [("ns", 1.0), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9)];
    let nanos = value.as_nanos() as f64;
    if value.is_zero() {
        return "0".to_owned();
    }
    // The last unit in which it is 1 or more after rounding to three digits.
    let (unit, size) = UNITS.iter().rev().find(|(_, size)| nanos / size >= 0.9995).unwrap_or(&UNITS[0]);
    let digits = significant(nanos / size, *unit == "ns");
    format!("{digits}{unit}")
}

fn significant(value: f64, whole: bool) -> String {
    if whole || value >= 99.95 {
        format!("{value:.0}")
    } else if value >= 9.995 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    }
}

/// An amount of what a limit bounds: a [`duration`], or a whole number with its word, `3 allocations`.
pub fn amount(kind: LimitKind, amount: u64) -> String {
    match kind.unit() {
        LimitUnit::Nanos => duration(Duration::from_nanos(amount)),
        LimitUnit::Bytes | LimitUnit::Count => kind.amount(amount).to_string(),
    }
}

/// Bytes with three significant digits and their unit: `0`, `950B`, `1.23KiB`, `45.6MiB`.
pub fn bytes(value: u64) -> String {
    const UNITS: [&str; 7] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if value == 0 {
        return "0".to_owned();
    }
    let (mut size, mut unit) = (value as f64, 0);
    // Not 1024 of a unit, also after rounding.
    while size >= 1023.5 {
        (size, unit) = (size / 1024.0, unit + 1);
    }
    format!("{}{}", significant(size, unit == 0), UNITS[unit])
}

/// A share of a whole as a percentage: `12.3%`, `<0.1%`, `0%`.
pub fn share(part: Duration, whole: Duration) -> String {
    percent(part.as_secs_f64(), whole.as_secs_f64())
}

/// The same of two numbers that count one kind of thing.
pub fn percent(part: f64, whole: f64) -> String {
    if part == 0.0 || whole == 0.0 {
        return "0%".to_owned();
    }
    let percent = 100.0 * part / whole;
    if percent < 0.05 {
        "<0.1%".to_owned()
    } else if percent < 99.95 {
        format!("{percent:.1}%")
    } else {
        format!("{percent:.0}%")
    }
}

/// A share and the larger one that was promised, as percentages with as many digits as tell them apart: `98.96 %` of `99 %`.
pub fn below(share: f64, promised: f64) -> (String, String) {
    const DIGITS: usize = 6;
    // What a promise is written with, without what the multiplication adds at its end.
    let percent = (100.0 * promised * 1e6).round() / 1e6;
    let shown = |digits: usize| format!("{:.digits$}", 100.0 * share);
    let is_below = |text: &String| text.parse().is_ok_and(|shown: f64| shown < percent);
    let share = (1..DIGITS).map(shown).find(is_below).unwrap_or_else(|| shown(DIGITS));
    (format!("{share} %"), format!("{percent} %"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_keep_three_digits_and_change_units_where_they_round_up() {
        let text = |nanos| duration(Duration::from_nanos(nanos));
        let seen = [0, 1, 950, 999, 1_000, 1_234, 12_345, 123_456, 999_499, 999_999, 1_500_000].map(text);
        let want = ["0", "1ns", "950ns", "999ns", "1.00µs", "1.23µs", "12.3µs", "123µs", "999µs", "1.00ms", "1.50ms"];
        assert_eq!(seen, want);
        assert_eq!(duration(Duration::from_secs(59)), "59.0s");
        assert_eq!(duration(Duration::from_secs(90)), "1.50m");
        assert_eq!(duration(Duration::from_secs(7200)), "2.00h");
        assert_eq!(duration(Duration::from_secs(3_600_000)), "1000h");
    }

    #[test]
    fn bytes_keep_three_digits_and_at_most_seven_columns() {
        let seen = [0, 1, 950, 1_023, 1_024, 1_259, 46_694, 1_048_063, 1 << 20, u64::MAX].map(bytes);
        let want = ["0", "1B", "950B", "1023B", "1.00KiB", "1.23KiB", "45.6KiB", "1023KiB", "1.00MiB", "16.0EiB"];
        assert_eq!(seen, want);
        assert!((0..64).map(|shift| bytes((1 << shift) - 1)).all(|text| text.len() <= 7));
    }

    #[test]
    fn a_share_below_what_was_promised_looks_it() {
        let text = |share, promised| {
            let (share, promised) = below(share, promised);
            format!("{share} of {promised}")
        };
        assert_eq!(text(0.972, 0.99), "97.2 % of 99 %");
        assert_eq!(text(0.98961, 0.99), "98.96 % of 99 %");
        assert_eq!(text(0.998_996, 0.999), "99.8996 % of 99.9 %");
        assert_eq!(text(0.0, 0.5), "0.0 % of 50 %");
        assert_eq!(text(0.07, 0.9999), "7.0 % of 99.99 %");
    }

    #[test]
    fn shares_never_look_like_nothing_when_there_was_something() {
        let whole = Duration::from_secs(100);
        assert_eq!(share(Duration::ZERO, whole), "0%");
        assert_eq!(share(Duration::from_millis(1), whole), "<0.1%");
        assert_eq!(share(Duration::from_secs(12), whole), "12.0%");
        assert_eq!(share(Duration::from_secs(250), whole), "250%");
    }
}
