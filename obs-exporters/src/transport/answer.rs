//! What an answer's status and its `Retry-After` mean.

use std::time::{Duration, SystemTime};

/// What to do about a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It was taken.
    Success,
    /// The same may be taken later.
    Again,
    /// It will not be taken.
    Final,
}

/// Reads a status of HTTP, as OTLP has it: everything else than overload and gateways in trouble is final. Other protocols
/// take any server's error for one that may go away.
pub(super) const fn verdict(status: u16, any_server_error: bool) -> Verdict {
    match status {
        200..=299 => Verdict::Success,
        429 | 502 | 503 | 504 => Verdict::Again,
        500..=599 if any_server_error => Verdict::Again,
        _ => Verdict::Final,
    }
}

/// How long a `Retry-After` asks to wait: seconds, or a date of HTTP.
pub(crate) fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    // A date that has passed asks for no wait.
    httpdate::parse_http_date(value).ok().map(|date| date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_overload_and_gateways_in_trouble_are_tried_again() {
        let again: Vec<u16> = (100..600).filter(|&status| verdict(status, false) == Verdict::Again).collect();
        assert_eq!(again, [429, 502, 503, 504]);
        let success: Vec<u16> = (100..600).filter(|&status| verdict(status, false) == Verdict::Success).collect();
        assert_eq!(success, (200..300).collect::<Vec<_>>());
        let again: Vec<u16> = (100..600).filter(|&status| verdict(status, true) == Verdict::Again).collect();
        assert_eq!(again, [429].into_iter().chain(500..600).collect::<Vec<_>>());
    }

    #[test]
    fn a_wait_is_seconds_or_a_date() {
        // 1994-11-06 08:49:37, the date of the examples in RFC 9110.
        let date = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let seconds = |value: &str, now| retry_after(value, now).map(|wait| wait.as_secs());
        assert_eq!(seconds(" 120 ", date), Some(120));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:49:37 GMT", date - Duration::from_secs(9)), Some(9));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:49:37 GMT", date + Duration::from_secs(9)), Some(0));
        assert_eq!(seconds("soon", date), None);
        assert_eq!(seconds("-1", date), None);
    }
}
