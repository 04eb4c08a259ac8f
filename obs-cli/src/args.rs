//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::tolerance::Tolerance;

/// As in [`crate::report`], in short.
const JSON: &str = "\
JSON: {version, failed, tolerance_percent, strict, counts: {<verdict>: n}, rows: [{verdict, test,
function, figure, old, new, change_percent, file, line}]}. A verdict is grew, gone, shrank, new,
within or same. Keys are only added while `version` is 1.";

const EXIT_CODES: &str = "\
Exit codes: 0 all is well; 1 `check` found a regression; 2 it could not say, as when a test fails
or there is no file.";

/// Keeps what calls cost in a file, and says what a change adds to it
///
/// Runs the tests, takes what they measured of annotated functions (calls; and of one call
/// allocations, bytes, polls and instructions), and writes it to `obs-budgets.toml`, or compares
/// it with that. No times, no service, no network.
#[derive(Debug, Parser)]
#[command(name = "cargo-obs", bin_name = "cargo obs", version)]
#[command(verbatim_doc_comment, disable_help_subcommand = true, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs the tests, and writes what they measured to the file
    ///
    /// The file then holds what this run measured, and nothing else: give the same options and
    /// arguments as to `check`.
    #[command(verbatim_doc_comment)]
    Bless(Bless),
    /// Runs the tests, and compares what they measured with the file
    #[command(after_help = EXIT_CODES, after_long_help = format!("{JSON}\n\n{EXIT_CODES}"))]
    Check(Check),
    /// Prints the file as a table, without running anything
    Show(Location),
}

#[derive(Debug, Args)]
pub(crate) struct Bless {
    #[command(flatten)]
    pub(crate) location: Location,
    #[command(flatten)]
    pub(crate) suite: Suite,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// How the report looks
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    /// By how much a figure may grow before it is a regression; from 0 it may not grow
    #[arg(long, value_name = "PERCENT", default_value = "0")]
    pub(crate) tolerance: Tolerance,
    /// Fails also if a figure of the file was not measured
    #[arg(long)]
    pub(crate) strict: bool,
    #[command(flatten)]
    pub(crate) location: Location,
    #[command(flatten)]
    pub(crate) suite: Suite,
}

/// Where the file is.
#[derive(Debug, Args)]
pub(crate) struct Location {
    /// The file of figures; `obs-budgets.toml` at the workspace's root, unless another is named
    #[arg(long, value_name = "PATH")]
    pub(crate) file: Option<PathBuf>,
    /// The package or workspace; that of the current directory, unless another is named
    #[arg(long, value_name = "PATH")]
    pub(crate) manifest_path: Option<PathBuf>,
}

/// Which tests run, and how.
#[derive(Debug, Default, Args)]
pub(crate) struct Suite {
    /// What runs the tests
    #[arg(long, value_enum, default_value_t)]
    pub(crate) runner: Runner,
    /// The package whose tests run; may be given several times
    #[arg(short, long, value_name = "SPEC")]
    pub(crate) package: Vec<String>,
    /// Features that the tests are built with
    #[arg(short = 'F', long)]
    pub(crate) features: Vec<String>,
    /// Builds the tests with all features
    #[arg(long)]
    pub(crate) all_features: bool,
    /// More for the runner, as in `-- --workspace` or `-- --lib -- --test-threads=1`
    #[arg(last = true, value_name = "TEST_ARGS")]
    pub(crate) test_args: Vec<OsString>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Runner {
    /// `cargo test`
    #[default]
    Test,
    /// `cargo nextest run`
    Nextest,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Columns for a terminal
    #[default]
    Plain,
    /// A table for a pull request
    Markdown,
    /// One object for programs
    Json,
}

impl Arguments {
    /// Reads the command line of this process, and ends it with a message if that is wrong.
    pub(crate) fn of_process() -> Self {
        Self::parse_from(without_name(std::env::args_os()))
    }
}

/// For `cargo obs check` cargo runs `cargo-obs obs check`; by hand the second word may be left out.
fn without_name(words: impl Iterator<Item = OsString>) -> impl Iterator<Item = OsString> {
    words.enumerate().filter(|(at, word)| *at != 1 || word != "obs").map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(line: &str) -> Result<Command, clap::Error> {
        let words = without_name(line.split_whitespace().map(OsString::from));
        Arguments::try_parse_from(words).map(|arguments| arguments.command)
    }

    #[test]
    fn the_definition_holds() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn cargo_adds_a_word_and_people_need_not() {
        for line in ["cargo-obs obs show", "cargo-obs show"] {
            assert!(matches!(parse(line), Ok(Command::Show(_))), "{line}");
        }
    }

    #[test]
    fn all_after_two_dashes_is_for_the_runner() {
        let Ok(Command::Check(check)) = parse("cargo-obs check -p a -p b --strict -- --lib -- --nocapture -p c") else {
            panic!("it is understood");
        };
        assert_eq!(check.suite.package, ["a", "b"]);
        assert_eq!(check.suite.test_args, ["--lib", "--", "--nocapture", "-p", "c"]);
    }

    #[test]
    fn a_tolerance_is_a_percentage() {
        let message = parse("cargo-obs check --tolerance 5%").unwrap_err().to_string();
        assert!(message.contains("write `5` or `2.5`"), "{message}");
    }

    #[test]
    fn help_says_what_there_is() {
        let mut command = Arguments::command();
        command.build();
        let check = command.find_subcommand_mut("check").unwrap().render_long_help();
        insta::assert_snapshot!(format!("{}\n\n{check}", command.render_long_help()));
    }
}
