//! How much a figure may grow.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

/// A share of the old figure, in percent, by which the new one may be larger.
///
/// From nothing, nothing is allowed: no percentage of 0 is more than 0.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Tolerance(f64);

impl Tolerance {
    pub(crate) const fn percent(self) -> f64 {
        self.0
    }

    /// Whether `new` is not too much larger than `old`.
    pub(crate) fn allows(self, old: u64, new: u64) -> bool {
        new.saturating_sub(old) as f64 * 100.0 <= self.0 * old as f64
    }
}

impl FromStr for Tolerance {
    type Err = ToleranceError;

    fn from_str(text: &str) -> Result<Self, ToleranceError> {
        match text.parse() {
            Ok(percent) if f64::is_finite(percent) && percent >= 0.0 => Ok(Self(percent)),
            _ => Err(ToleranceError),
        }
    }
}

/// A text is no percentage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub(crate) struct ToleranceError;

impl fmt::Display for ToleranceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a percentage without its sign, 0 or more; write `5` or `2.5`")
    }
}

impl Error for ToleranceError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_the_share_is_allowed_and_nothing_of_nothing() {
        let tolerance: Tolerance = "2.5".parse().unwrap();
        let seen =
            [(1000, 900), (1000, 1025), (1000, 1026), (0, 0), (0, 1)].map(|(old, new)| tolerance.allows(old, new));
        assert_eq!(seen, [true, true, false, true, false]);
        assert!(Tolerance::default().allows(4, 4) && !Tolerance::default().allows(4, 5));
    }

    #[test]
    fn what_is_no_percentage_is_refused() {
        for text in ["", "5%", "-1", "NaN", "inf", "much"] {
            assert_eq!(text.parse::<Tolerance>(), Err(ToleranceError), "{text}");
        }
    }
}
