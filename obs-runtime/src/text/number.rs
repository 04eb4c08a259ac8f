//! Durations, bytes and shares in at most seven columns.

use std::time::Duration;

/// A duration with three significant digits and its unit: `950ns`, `1.23ms`, `45.6s`, `12.3m`, `5.20h`.
pub fn duration(value: Duration) -> String {
    const UNITS: [(&str, f64); 6] = [("ns", 1.0), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9)];
    if value.is_zero() { "0".to_owned() } else { scaled(value.as_nanos() as f64, &UNITS) }
}

/// A number of bytes in the same way: `950B`, `1.23KiB`, `45.6MiB`.
pub fn bytes(value: u64) -> String {
    const UNITS: [(&str, f64); 5] =
        [("B", 1.0), ("KiB", 1024.0), ("MiB", 1_048_576.0), ("GiB", 1_073_741_824.0), ("TiB", 1_099_511_627_776.0)];
    if value == 0 { "0".to_owned() } else { scaled(value as f64, &UNITS) }
}

fn scaled(value: f64, units: &[(&str, f64)]) -> String {
    // The last unit in which it is 1 or more after rounding to three digits.
    let (unit, size) = units.iter().rev().find(|(_, size)| value / size >= 0.9995).unwrap_or(&units[0]);
    let digits = significant(value / size, *unit == units[0].0);
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
    fn bytes_are_counted_in_powers_of_two() {
        let seen = [0, 1, 1023, 1024, 1_500_000, 1 << 30, 5 << 40, 5 << 50].map(bytes);
        assert_eq!(seen, ["0", "1B", "1023B", "1.00KiB", "1.43MiB", "1.00GiB", "5.00TiB", "5120TiB"]);
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
