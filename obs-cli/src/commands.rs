//! What each command does, in terms of the other modules.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::args::{Arguments, Bless, Check, Command, Format, Location};
use crate::baseline::Baseline;
use crate::cargo::Workspace;
use crate::compare::{Comparison, Rule};
use crate::report;
use crate::run::run;
use crate::stdout::{print, style};

/// The file at the workspace's root.
const FILE: &str = "obs-budgets.toml";

/// How a command ended that could do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// There is nothing to object to.
    Passed,
    /// The comparison fails.
    Regressed,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Passed => Self::SUCCESS,
            Outcome::Regressed => Self::from(1),
        }
    }
}

/// Does what was asked for.
pub(crate) fn execute(arguments: &Arguments) -> Result<Outcome, Box<dyn Error>> {
    match &arguments.command {
        Command::Bless(options) => bless(options),
        Command::Check(options) => check(options),
        Command::Show(location) => show(location),
    }
}

fn bless(Bless { location, suite }: &Bless) -> Result<Outcome, Box<dyn Error>> {
    let workspace = Workspace::find(location.manifest_path.as_deref())?;
    let path = file(location, &workspace);
    // Whatever is wrong with the old file, the new one takes its place.
    let old = Baseline::read(&path);
    let measured = run(suite, location.manifest_path.as_deref(), &workspace.target)?;
    Baseline::from(&measured).write(&path)?;
    let has_old = old.is_ok();
    let comparison = Comparison::new(&old.unwrap_or_default(), &measured, Rule::default());
    let changes = if has_old { report::changes(&comparison, style()) } else { String::new() };
    print(&(changes + &report::blessed(&comparison, &path)))?;
    Ok(Outcome::Passed)
}

fn check(options: &Check) -> Result<Outcome, Box<dyn Error>> {
    let Check { format, tolerance, strict, location, suite } = options;
    let workspace = Workspace::find(location.manifest_path.as_deref())?;
    // First, because the tests may take long.
    let baseline = Baseline::read(&file(location, &workspace))?;
    let measured = run(suite, location.manifest_path.as_deref(), &workspace.target)?;
    let comparison = Comparison::new(&baseline, &measured, Rule { tolerance: *tolerance, strict: *strict });
    print(&match format {
        Format::Plain => report::plain(&comparison, style()),
        Format::Markdown => report::markdown(&comparison),
        Format::Json => report::json(&comparison)?,
    })?;
    Ok(if comparison.fails() { Outcome::Regressed } else { Outcome::Passed })
}

fn show(location: &Location) -> Result<Outcome, Box<dyn Error>> {
    // A file that is named is shown anywhere.
    let path = match &location.file {
        Some(path) => path.clone(),
        None => file(location, &Workspace::find(location.manifest_path.as_deref())?),
    };
    let baseline = Baseline::read(&path)?;
    print(&report::listing(&baseline, style()))?;
    Ok(Outcome::Passed)
}

fn file(location: &Location, workspace: &Workspace) -> PathBuf {
    location.file.clone().unwrap_or_else(|| workspace.root.join(FILE))
}
