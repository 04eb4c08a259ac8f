//! What can go wrong.

use std::error::Error;
use std::fmt;

/// Statistical profiling did not begin, or its samples cannot be read.
#[derive(Debug)]
#[non_exhaustive]
pub enum StatisticalError {
    /// So many samples a second cannot be taken.
    Rate {
        /// What was asked for.
        hz: u32,
    },
    /// A process is profiled once at a time.
    AlreadyRunning,
    /// What `pprof` says.
    Profiler {
        /// Its error.
        source: ::pprof::Error,
    },
}

impl fmt::Display for StatisticalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rate { hz } => write!(f, "found a rate of {hz} samples a second, expected 1 to 1000"),
            Self::AlreadyRunning => f.write_str("statistical profiling runs already; finish that first"),
            Self::Profiler { source } => write!(f, "pprof cannot sample: {source}"),
        }
    }
}

impl Error for StatisticalError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Profiler { source } => Some(source),
            Self::Rate { .. } | Self::AlreadyRunning => None,
        }
    }
}

impl From<::pprof::Error> for StatisticalError {
    fn from(source: ::pprof::Error) -> Self {
        match source {
            ::pprof::Error::Running => Self::AlreadyRunning,
            source => Self::Profiler { source },
        }
    }
}
