//! What is said on standard error, by whatever runs into it.

use std::fmt;
use std::io::{self, Write as _};

use crate::health_counters::CONFIG_WARNINGS;

/// Tells, on standard error, that a setting was not understood, and counts it in `Health::config_warnings`.
#[doc(hidden)]
pub fn config_warning(text: &str) {
    CONFIG_WARNINGS.add(1);
    tell(&text);
}

/// Says something on standard error, from wherever the program is: where nobody can be told, nobody is, and nothing
/// panics, as `eprintln!` does.
pub(crate) fn tell(text: &dyn fmt::Display) {
    let _ = writeln!(io::stderr(), "obs: {text}");
}
