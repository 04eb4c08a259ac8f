//! The cargo that started this program, and what it knows of the workspace.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use serde::Deserialize;

/// Cargo tells the programs that it starts where it is.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Where a workspace is.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Workspace {
    #[serde(rename = "workspace_root")]
    pub(crate) root: PathBuf,
    #[serde(rename = "target_directory")]
    pub(crate) target: PathBuf,
}

impl Workspace {
    /// Asks `cargo metadata`, which reads manifests only.
    pub(crate) fn find(manifest_path: Option<&Path>) -> Result<Self, WorkspaceError> {
        let mut command = cargo();
        command.args(["metadata", "--format-version=1", "--no-deps"]);
        if let Some(path) = manifest_path {
            command.arg("--manifest-path").arg(path);
        }
        let output = command.stderr(Stdio::inherit()).output().map_err(WorkspaceError::Start)?;
        if !output.status.success() {
            return Err(WorkspaceError::Failed(output.status));
        }
        serde_json::from_slice(&output.stdout).map_err(WorkspaceError::Metadata)
    }
}

/// The workspace is not known.
#[derive(Debug)]
#[non_exhaustive]
pub(crate) enum WorkspaceError {
    /// Cargo did not start.
    Start(io::Error),
    /// Cargo found none; it has said why.
    Failed(ExitStatus),
    /// Cargo answered something else.
    Metadata(serde_json::Error),
}

impl fmt::Display for WorkspaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(source) => write!(f, "cannot run `cargo metadata`: {source}; put cargo into `PATH`"),
            Self::Failed(status) => write!(
                f,
                "`cargo metadata` failed ({status}); run this in a package, or name one with `--manifest-path`"
            ),
            Self::Metadata(source) => {
                write!(f, "expected the workspace from `cargo metadata`, found {source}; update `cargo-obs`")
            }
        }
    }
}

impl Error for WorkspaceError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Start(source) => Some(source),
            Self::Metadata(source) => Some(source),
            Self::Failed(_) => None,
        }
    }
}
