//! What can go wrong with the files.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

/// A file cannot be opened or written.
#[derive(Debug)]
#[non_exhaustive]
pub struct FileError {
    /// The file, or the directory that was to hold it.
    pub path: PathBuf,
    /// What the system says.
    pub source: io::Error,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        write!(f, "cannot write {path}: {}; `JsonLines::to_dir` takes a directory that can be written", self.source)
    }
}

impl Error for FileError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}

/// A line cannot be read back.
///
/// The ones before and after it can: go on with the iterator.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReadError {
    /// The file cannot be read.
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The last line ends in the middle, as a crash leaves it.
    Torn {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
    },
    /// A line is not JSON.
    Json {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What the parser says.
        source: serde_json::Error,
    },
    /// A line is JSON, but not what was expected of it.
    Shape {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is missing or of another kind, as a path into the line.
        at: String,
    },
}

impl ReadError {
    /// Whether it is a last line that was cut off.
    pub const fn is_torn(&self) -> bool {
        matches!(self, Self::Torn { .. })
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, source } => write!(f, "cannot read {}: {source}", path.display()),
            Self::Torn { path, line } => {
                write!(f, "{}:{line}: the line is cut off; its program was stopped while it wrote", path.display())
            }
            Self::Json { path, line, source } => write!(f, "{}:{line}: not JSON: {source}", path.display()),
            Self::Shape { path, line, at } => {
                write!(
                    f,
                    "{}:{line}: expected OTLP/JSON as `JsonLines` writes it, found none of it at `{at}`",
                    path.display()
                )
            }
        }
    }
}

impl Error for ReadError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::File { source, .. } => Some(source),
            Self::Json { source, .. } => Some(source),
            Self::Torn { .. } | Self::Shape { .. } => None,
        }
    }
}
