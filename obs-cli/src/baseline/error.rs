//! Why the file cannot be read or written.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

use super::document::{VERSION, VERSION_KEY};

/// Why the file cannot be read or written.
#[derive(Debug)]
#[non_exhaustive]
pub(crate) enum BaselineError {
    /// There is no such file.
    Missing { path: PathBuf },
    /// The file is there and cannot be read.
    Read { path: PathBuf, source: io::Error },
    /// The file is not what `bless` writes.
    Toml { path: PathBuf, source: Box<toml::de::Error> },
    /// The file is of another version.
    Version { path: PathBuf, version: u32 },
    /// A test has the name of a key of the file.
    Name,
    /// TOML does not hold what was measured.
    Encode(toml::ser::Error),
    /// The file cannot be written.
    Write { path: PathBuf, source: io::Error },
}

impl fmt::Display for BaselineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { path } => {
                write!(f, "there is no {}; run `cargo obs bless` to measure it, and commit it", path.display())
            }
            Self::Read { path, source } => write!(f, "cannot read {}: {source}", path.display()),
            Self::Toml { path, source } => {
                let found = source.to_string();
                let advice = "restore the file, or run `cargo obs bless` again";
                write!(f, "{} is not what `cargo obs bless` writes; {advice}: {}", path.display(), found.trim_end())
            }
            Self::Version { path, version } => write!(
                f,
                "{} is of version {version}, expected {VERSION}; take the `cargo-obs` that wrote it, or run \
                 `cargo obs bless` again",
                path.display()
            ),
            Self::Name => write!(
                f,
                "found a test named `{VERSION_KEY}`, which is a key of the file; expected a path such as \
                 `shop::tests::adds_up`; rename the test"
            ),
            Self::Encode(source) => write!(f, "TOML does not hold what was measured: {source}"),
            Self::Write { path, source } => {
                write!(f, "cannot write {}: {source}; choose another one with `--file`", path.display())
            }
        }
    }
}

impl Error for BaselineError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Read { source, .. } | Self::Write { source, .. } => Some(source),
            Self::Toml { source, .. } => Some(&**source),
            Self::Encode(source) => Some(source),
            Self::Missing { .. } | Self::Version { .. } | Self::Name => None,
        }
    }
}
