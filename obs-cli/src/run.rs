//! Runs the tests, and takes what they measured.
//!
//! Each process finds the directory to write to in `OBS_BUDGETS_OUT`. What the tests print goes to standard error, so
//! that standard output has nothing but the report.

use std::error::Error;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{self, ExitStatus};

use crate::args::{Runner, Suite};
use crate::cargo::cargo;
use crate::measured::{Measured, ReadError};

/// Tells the tests where to write.
const OUT: &str = "OBS_BUDGETS_OUT";

/// Runs the suite, with a directory of its own under `target`.
pub(crate) fn run(suite: &Suite, manifest_path: Option<&Path>, target: &Path) -> Result<Measured, RunError> {
    let directory = fresh(target)?;
    let arguments = arguments(suite, manifest_path);
    let status = cargo()
        .args(&arguments)
        .env(OUT, &directory)
        .stdout(io::stderr())
        .status()
        .map_err(|source| RunError::Start { command: shown(&arguments), source })?;
    // What cannot be read is left there for a look.
    let measured = status.success().then(|| Measured::read(&directory)).transpose()?;
    // Under `target` it does no harm if it stays.
    _ = fs::remove_dir_all(&directory);
    let command = shown(&arguments);
    match measured {
        None => Err(RunError::Failed { command, status }),
        Some(measured) if measured.is_empty() => Err(RunError::Nothing { command }),
        Some(measured) => Ok(measured),
    }
}

/// An empty directory that no other run writes to.
fn fresh(target: &Path) -> Result<PathBuf, RunError> {
    let directory = target.join("obs-budgets").join(process::id().to_string());
    let emptied = match fs::remove_dir_all(&directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => fs::create_dir_all(&directory),
    };
    match emptied {
        Ok(()) => Ok(directory),
        Err(source) => Err(RunError::Directory { path: directory, source }),
    }
}

/// What cargo is told.
fn arguments(suite: &Suite, manifest_path: Option<&Path>) -> Vec<OsString> {
    let runner: &[&str] = match suite.runner {
        Runner::Test => &["test"],
        Runner::Nextest => &["nextest", "run"],
    };
    let mut arguments: Vec<OsString> = runner.iter().map(OsString::from).collect();
    let mut option = |name: &str, value: &OsStr| arguments.extend([name.into(), value.to_owned()]);
    if let Some(path) = manifest_path {
        option("--manifest-path", path.as_os_str());
    }
    suite.package.iter().for_each(|package| option("--package", package.as_ref()));
    suite.features.iter().for_each(|features| option("--features", features.as_ref()));
    if suite.all_features {
        arguments.push("--all-features".into());
    }
    arguments.extend(suite.test_args.iter().cloned());
    arguments
}

/// The command as a person would type it.
fn shown(arguments: &[OsString]) -> String {
    arguments.iter().fold("cargo".to_owned(), |text, argument| text + " " + &argument.to_string_lossy())
}

/// The tests gave no figures.
#[derive(Debug)]
#[non_exhaustive]
pub(crate) enum RunError {
    /// The directory for their files cannot be made.
    Directory { path: PathBuf, source: io::Error },
    /// Cargo did not start.
    Start { command: String, source: io::Error },
    /// They did not build, or one failed.
    Failed { command: String, status: ExitStatus },
    /// What they wrote cannot be read.
    Read(ReadError),
    /// They wrote nothing.
    Nothing { command: String },
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory { path, source } => write!(
                f,
                "cannot make {} for the figures: {source}; choose another place with `CARGO_TARGET_DIR`",
                path.display()
            ),
            Self::Start { command, source } => write!(f, "cannot run `{command}`: {source}; put cargo into `PATH`"),
            Self::Failed { command, status } => {
                write!(f, "`{command}` failed ({status}), so its figures are not taken; make it pass, then try again")
            }
            Self::Read(source) => source.fmt(f),
            Self::Nothing { command } => write!(
                f,
                "`{command}` passed, and no test in it measured a call; measure one of an annotated function, with \
                 `enabled` on, or choose other tests with `--package`, `--features` or after `--`"
            ),
        }
    }
}

impl Error for RunError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Directory { source, .. } | Self::Start { source, .. } => Some(source),
            Self::Read(source) => Some(source),
            Self::Failed { .. } | Self::Nothing { .. } => None,
        }
    }
}

impl From<ReadError> for RunError {
    fn from(source: ReadError) -> Self {
        Self::Read(source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_is_passed_on_in_order() {
        let suite = Suite {
            runner: Runner::Nextest,
            package: vec!["shop".into(), "cart".into()],
            features: vec!["a,b".into()],
            all_features: true,
            test_args: vec!["--lib".into(), "--".into(), "adds_up".into()],
        };
        let command = shown(&arguments(&suite, Some(Path::new("x/Cargo.toml"))));
        assert_eq!(
            command,
            "cargo nextest run --manifest-path x/Cargo.toml --package shop --package cart --features a,b \
             --all-features --lib -- adds_up"
        );
    }

    #[test]
    fn plainly_it_is_cargo_test() {
        let suite = Suite::default();
        assert_eq!(shown(&arguments(&suite, None)), "cargo test");
    }
}
