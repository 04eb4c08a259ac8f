//! How important a span is, and what role it plays.

use std::fmt;
use std::str::FromStr;

/// How important a span is; `#[traced(level = debug)]`.
///
/// Ordered by severity: `Level::Trace < Level::Error`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Level {
    /// Detail that is off almost everywhere.
    Trace = 1,
    /// Detail for the developer of the function.
    Debug = 5,
    /// The normal run of things; the default of `#[traced]`.
    #[default]
    Info = 9,
    /// Worth a look.
    Warn = 13,
    /// Worth a page.
    Error = 17,
}

impl Level {
    /// All levels, least severe first.
    pub const ALL: [Self; 5] = [Self::Trace, Self::Debug, Self::Info, Self::Warn, Self::Error];

    /// The level in lower case, as it is written in attributes and filters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }

    /// The level of a severity number; the next lower one where none has it.
    pub(crate) const fn from_severity(severity: u8) -> Self {
        match severity {
            0..5 => Self::Trace,
            5..9 => Self::Debug,
            9..13 => Self::Info,
            13..17 => Self::Warn,
            _ => Self::Error,
        }
    }

    /// OpenTelemetry's severity number: 1, 5, 9, 13 or 17.
    pub const fn severity_number(self) -> u8 {
        self as u8
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Level {
    type Err = ParseLevelError;

    fn from_str(text: &str) -> Result<Self, ParseLevelError> {
        Self::ALL
            .into_iter()
            .find(|level| level.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| ParseLevelError(text.to_owned()))
    }
}

/// A word that is not a level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseLevelError(String);

impl fmt::Display for ParseLevelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "found level {:?}, expected trace, debug, info, warn or error", self.0)
    }
}

impl std::error::Error for ParseLevelError {}

/// What role a span plays between services; `#[traced(kind = server)]`.
///
/// The discriminants are OTLP's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum SpanKind {
    /// Work inside one process; the default.
    #[default]
    Internal = 1,
    /// Handling a request that came in.
    Server = 2,
    /// Waiting for a request that went out.
    Client = 3,
    /// Handing a message to a queue.
    Producer = 4,
    /// Taking a message from a queue.
    Consumer = 5,
}

impl SpanKind {
    /// The kind in lower case, as it is written in attributes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Server => "server",
            Self::Client => "client",
            Self::Producer => "producer",
            Self::Consumer => "consumer",
        }
    }
}

impl fmt::Display for SpanKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
