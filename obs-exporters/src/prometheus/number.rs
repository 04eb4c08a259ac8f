//! Numbers as Prometheus writes them.
//!
//! The `le` of a bucket is a label, so it must be the same string in every format, or a change of format would be a
//! change of series. This is what the server makes of the numbers in protobuf: shortest digits, an exponent below
//! 1e-4 and from 1e6 on.

use std::fmt::Write;

/// Writes a value.
pub(super) fn write(out: &mut String, value: f64) {
    if value.is_nan() {
        out.push_str("NaN");
    } else if value.is_infinite() {
        out.push_str(if value > 0.0 { "+Inf" } else { "-Inf" });
    } else if value.fract() == 0.0 && value.abs() < 1e15 {
        // A count reads better without an exponent.
        let _ = write!(out, "{value}");
    } else {
        shortest(out, value);
    }
}

/// Writes a count. By hand, since a large page is mostly counts.
pub(super) fn write_count(out: &mut String, mut count: u64) {
    let mut digits = [b'0'; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] += (count % 10).to_le_bytes()[0];
        count /= 10;
        if count == 0 {
            break;
        }
    }
    out.extend(digits[start..].iter().map(|&digit| char::from(digit)));
}

/// Writes the bound of a bucket: always with a dot or an exponent, where it is finite.
pub(super) fn write_bound(out: &mut String, value: f64) {
    if value.is_infinite() {
        return write(out, value);
    }
    let start = out.len();
    shortest(out, value);
    if !out[start..].contains(['.', 'e']) {
        out.push_str(".0");
    }
}

fn shortest(out: &mut String, value: f64) {
    let start = out.len();
    let _ = write!(out, "{value:e}");
    let exponent = out[start..].split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0_i32);
    if (-4..6).contains(&exponent) {
        out.truncate(start);
        let _ = write!(out, "{value}");
    } else {
        let digits = out[start..].find('e').map_or(out.len(), |at| start + at);
        out.truncate(digits);
        let sign = if exponent < 0 { '-' } else { '+' };
        let _ = write!(out, "e{sign}{:02}", exponent.unsigned_abs());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(value: f64) -> String {
        let mut out = String::new();
        write_bound(&mut out, value);
        out
    }

    fn value(value: f64) -> String {
        let mut out = String::new();
        write(&mut out, value);
        out
    }

    #[test]
    fn bounds_are_canonical() {
        let seen = [0.005, 1.0, 10.0, 1e-5, 16.0, 0.25, 1e6, 123_456.0, 9.536_743_164_062_5e-7].map(bound);
        let want = ["0.005", "1.0", "10.0", "1e-05", "16.0", "0.25", "1e+06", "123456.0", "9.5367431640625e-07"];
        assert_eq!(seen, want);
        assert_eq!([0.0, f64::INFINITY].map(bound), ["0.0", "+Inf"]);
    }

    #[test]
    fn limits_are_written_as_they_were_set() {
        let seconds = [10_000_000_u64, 1_500, 250_000_000, 2_300_000_000, 90_000_000_000, 123_456_789];
        let seen = seconds.map(|nanos| bound(nanos as f64 / 1e9));
        assert_eq!(seen, ["0.01", "1.5e-06", "0.25", "2.3", "90.0", "0.123456789"]);
    }

    #[test]
    fn bounds_read_back_exactly() {
        for exponent in -40..=40 {
            let exact = f64::from(exponent).exp2();
            assert_eq!(bound(exact).parse(), Ok(exact));
        }
    }

    #[test]
    fn counts_are_all_their_digits() {
        for count in [0, 7, 10, 1_234_567_890, u64::MAX] {
            let mut out = String::new();
            write_count(&mut out, count);
            assert_eq!(out, count.to_string());
        }
    }

    #[test]
    fn values_are_short_and_never_lost() {
        let seen = [0.0, 42.0, 1_234_567.0, 0.1, 1e-9, 1.5e300, f64::INFINITY, 1_700_000_000.25].map(value);
        let want = ["0", "42", "1234567", "0.1", "1e-09", "1.5e+300", "+Inf", "1.70000000025e+09"];
        assert_eq!(seen, want);
        assert_eq!(value(f64::NAN), "NaN");
    }
}
