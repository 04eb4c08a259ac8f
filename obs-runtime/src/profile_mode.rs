//! Which calls are profiled: all, one call tree in so many, or none.
//!
//! Set by [`crate::builder`] and [`crate::control`]; what it means is up to [`crate::paths`] and [`crate::policy`].

use std::fmt;
use std::str::FromStr;

/// Which call trees have their paths kept, for [`crate::report`].
///
/// A call tree is a call that runs in no other annotated one, with all that run inside it. It is kept whole or not at all.
/// Counts and histograms do not depend on it.
///
/// # Cost
/// Some 50 ns more for each call of a kept tree, of which some seem to be its caller's own time; some 10 ns for each of one that
/// is left out (`benches/profile.rs`). Each thread has 16 KiB for 256 paths it met. Nothing while it is off.
/// # Examples
/// ```
/// use obs_runtime::ProfileMode;
///
/// assert_eq!("sample:16".parse(), Ok(ProfileMode::Sample(16)));
/// assert_eq!(ProfileMode::Sample(16).to_string(), "sample:16");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProfileMode {
    /// None.
    #[default]
    Off,
    /// All of them.
    Trace,
    /// One in so many: on each thread the first, and one at a random place among each as many after it. 0 is `Off`.
    Sample(u32),
}

impl ProfileMode {
    /// One tree in so many; 0 for none.
    pub(crate) const fn one_in(self) -> u32 {
        match self {
            Self::Off => 0,
            Self::Trace => 1,
            Self::Sample(n) => n,
        }
    }

    /// The mode that keeps one tree in `n`.
    pub(crate) const fn of_one_in(n: u32) -> Self {
        match n {
            0 => Self::Off,
            1 => Self::Trace,
            n => Self::Sample(n),
        }
    }
}

impl fmt::Display for ProfileMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::Trace => f.write_str("trace"),
            Self::Sample(n) => write!(f, "sample:{n}"),
        }
    }
}

impl FromStr for ProfileMode {
    type Err = ParseProfileModeError;

    fn from_str(text: &str) -> Result<Self, ParseProfileModeError> {
        let (word, n) = text.split_once(':').map_or((text, None), |(word, n)| (word, Some(n)));
        let mode = match (word.to_ascii_lowercase().as_str(), n) {
            ("off", None) => Some(Self::Off),
            ("trace", None) => Some(Self::Trace),
            ("sample", Some(n)) => n.parse().ok().filter(|n| *n > 0).map(Self::Sample),
            _ => None,
        };
        mode.ok_or_else(|| ParseProfileModeError(text.to_owned()))
    }
}

/// A text that is not a mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseProfileModeError(String);

impl fmt::Display for ParseProfileModeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "found profile mode {:?}, expected off, trace, or sample:16 for one call tree in 16", self.0)
    }
}

impl std::error::Error for ParseProfileModeError {}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn modes_come_back_as_they_were_written() {
        for mode in [ProfileMode::Off, ProfileMode::Trace, ProfileMode::Sample(2), ProfileMode::Sample(u32::MAX)] {
            assert_eq!(mode.to_string().parse(), Ok(mode));
        }
        assert_eq!("Trace".parse(), Ok(ProfileMode::Trace));
    }

    #[test]
    fn what_is_no_mode_is_named() {
        for text in ["", "on", "trace:1", "sample", "sample:", "sample:0", "sample:-1", "sample:4294967296"] {
            let error = text.parse::<ProfileMode>().expect_err("not a mode").to_string();
            assert!(error.starts_with(&format!("found profile mode {text:?}")), "{error}");
        }
    }
}
