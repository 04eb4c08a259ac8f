//! Where a span lies: its thread's line, and from when to when.

use std::fmt;
use std::time::SystemTime;

use obs_runtime::Span;

/// A moment, in nanoseconds since the file's own zero. Relative, since the format's times are floats: microseconds since
/// 1970 would leave no digit for nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(pub(super) i64);

impl Moment {
    pub(super) fn of(time: SystemTime, zero: SystemTime) -> Self {
        let nanos = |duration: std::time::Duration| i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX);
        match time.duration_since(zero) {
            Ok(after) => Self(nanos(after)),
            Err(before) => Self(-nanos(before.duration())),
        }
    }
}

/// Microseconds, with three digits after the point.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let nanos = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:03}", nanos / 1000, nanos % 1000)
    }
}

/// Where a span lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) thread: u32,
    pub(super) from: Moment,
    pub(super) to: Moment,
    /// It has a line of its own: it may overlap with others of its thread.
    pub(super) is_async: bool,
}

impl Place {
    pub(super) fn of(span: &Span, zero: SystemTime) -> Self {
        Self {
            thread: span.thread(),
            from: Moment::of(span.start(), zero),
            to: Moment::of(span.start() + span.duration(), zero),
            is_async: span.polls().is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_print_as_microseconds_with_all_digits() {
        let shown = [0, 1, 1_500, 12_345_678, -1, -1_500].map(|nanos| Moment(nanos).to_string());
        assert_eq!(shown, ["0.000", "0.001", "1.500", "12345.678", "-0.001", "-1.500"]);
    }
}
