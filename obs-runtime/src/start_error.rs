//! Why the telemetry did not start.

use std::error::Error;
use std::fmt;

/// Why the telemetry did not start.
///
/// `Debug` says the same as `Display`, because that is what a `main` that returns this error prints.
#[non_exhaustive]
pub enum StartError {
    /// Telemetry runs already: shut it down first, or keep the first handle.
    AlreadyRunning,
    /// An exporter could not start.
    Exporter {
        /// The exporter's name.
        name: &'static str,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The system did not give a thread.
    Thread(std::io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyRunning => {
                f.write_str("telemetry runs already; keep its first handle, or shut that down before starting again")
            }
            Self::Exporter { name, source } => write!(f, "exporter {name} cannot start: {source}"),
            Self::Thread(error) => write!(f, "the system gave no thread for the telemetry: {error}"),
        }
    }
}

impl fmt::Debug for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for StartError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::AlreadyRunning => None,
            Self::Exporter { source, .. } => Some(&**source),
            Self::Thread(error) => Some(error),
        }
    }
}
