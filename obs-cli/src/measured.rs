//! What a run of the tests measured: the lines they wrote, put together.
//!
//! Each process writes a file `*.jsonl`, with one object on each line:
//! ```json
//! {"test":"shop::tests::adds_up","function":"shop::cart::Cart::checkout","file":"src/cart.rs","line":12,
//!  "calls":3,"allocs":4,"bytes":96,"polls":null,"instructions":null}
//! ```
//! `null` is what was not measured; keys that are not known here are skipped. Lines of one case become one, with the
//! largest of each figure.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::figure::{Case, Figure, Figures};

/// The cases of one run.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Measured {
    cases: BTreeMap<Case, Call>,
}

/// What one case came to, and where its function stands now.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) figures: Figures,
    pub(crate) place: Place,
}

/// Where a function stands in the sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) file: String,
    pub(crate) line: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

impl Measured {
    /// Reads every `*.jsonl` of a directory.
    pub(crate) fn read(directory: &Path) -> Result<Self, ReadError> {
        let failed = |path: &Path, source| ReadError::File { path: path.to_owned(), source };
        let mut paths = list(directory).map_err(|source| failed(directory, source))?;
        // The place of a case is that of its first line: the same whatever order the system lists the files in.
        paths.sort();
        let mut measured = Self::default();
        for path in paths {
            let text = fs::read_to_string(&path).map_err(|source| failed(&path, source))?;
            measured.add_text(&path, &text)?;
        }
        Ok(measured)
    }

    /// Adds the lines of a file.
    pub(crate) fn add_text(&mut self, path: &Path, text: &str) -> Result<(), ReadError> {
        for (number, line) in (1..).zip(text.lines()) {
            match serde_json::from_str(line) {
                Ok(entry) => self.add(entry),
                Err(source) => return Err(ReadError::Line { path: path.to_owned(), number, source }),
            }
        }
        Ok(())
    }

    fn add(&mut self, entry: Entry) {
        let figures = entry.figures();
        let case = Case { test: entry.test, function: entry.function };
        let place = Place { file: entry.file, line: entry.line };
        let call = self.cases.entry(case).or_insert_with(|| Call { figures: Figures::default(), place });
        figures.for_each(|(figure, value)| call.figures.keep_largest(figure, value));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    pub(crate) fn get(&self, case: &Case) -> Option<&Call> {
        self.cases.get(case)
    }

    /// By test, then by function.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Case, &Call)> {
        self.cases.iter()
    }
}

fn list(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let paths: io::Result<Vec<_>> = fs::read_dir(directory)?.map(|entry| Ok(entry?.path())).collect();
    Ok(paths?.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "jsonl")).collect())
}

/// A line as the tests write it.
#[derive(Deserialize)]
struct Entry {
    test: String,
    function: String,
    file: String,
    line: u32,
    calls: u64,
    allocs: Option<u64>,
    bytes: Option<u64>,
    polls: Option<u64>,
    instructions: Option<u64>,
}

impl Entry {
    fn figures(&self) -> impl Iterator<Item = (Figure, u64)> + use<> {
        let values = [Some(self.calls), self.allocs, self.bytes, self.polls, self.instructions];
        Figure::ALL.into_iter().zip(values).filter_map(|(figure, value)| Some((figure, value?)))
    }
}

/// What the tests wrote cannot be read.
#[derive(Debug)]
#[non_exhaustive]
pub(crate) enum ReadError {
    /// The directory or a file in it cannot be read.
    File { path: PathBuf, source: io::Error },
    /// A line is not what tests write.
    Line { path: PathBuf, number: u64, source: serde_json::Error },
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, source } => write!(f, "cannot read {}: {source}", path.display()),
            Self::Line { path, number, source } => write!(
                f,
                "{}:{number}: expected one object with `test`, `function`, `file`, `line` and `calls`, found {source}; \
                 use `obs` and `cargo-obs` of the same version, and let nothing else write there",
                path.display()
            ),
        }
    }
}

impl Error for ReadError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::File { source, .. } => Some(source),
            Self::Line { source, .. } => Some(source),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = r#"{"test":"t","function":"f","file":"a.rs","line":1,"calls":3,"allocs":4,"bytes":96,"polls":null,"instructions":null}"#;

    fn measured(text: &str) -> Result<Measured, ReadError> {
        let mut measured = Measured::default();
        measured.add_text(Path::new("1.jsonl"), text).map(|()| measured)
    }

    #[test]
    fn lines_of_one_case_become_the_largest_of_each_figure() {
        let again = r#"{"test":"t","function":"f","file":"a.rs","line":1,"calls":2,"allocs":5,"bytes":95,"polls":7}"#;
        let measured = measured(&format!("{FIRST}\n{again}\n")).unwrap();
        let call = measured.get(&Case::new("t", "f")).unwrap();
        let seen = Figure::ALL.map(|figure| call.figures.get(figure));
        assert_eq!(seen, [Some(3), Some(5), Some(96), Some(7), None]);
        assert_eq!(call.place.to_string(), "a.rs:1");
        assert_eq!(measured.iter().count(), 1);
    }

    #[test]
    fn other_tests_and_other_functions_are_other_cases() {
        let others = [FIRST, &FIRST.replace("\"t\"", "\"u\""), &FIRST.replace("\"f\"", "\"g\"")].join("\n");
        let measured = measured(&others).unwrap();
        let cases: Vec<_> = measured.iter().map(|(case, _)| case.clone()).collect();
        assert_eq!(cases, [Case::new("t", "f"), Case::new("t", "g"), Case::new("u", "f")]);
    }

    #[test]
    fn keys_of_later_versions_are_skipped() {
        let later = FIRST.replace("\"calls\"", "\"branches\":5,\"calls\"");
        assert_eq!(measured(&later).unwrap(), measured(FIRST).unwrap());
    }

    #[test]
    fn a_bad_line_is_named_by_file_and_number() {
        for bad in ["", "{", "[]", "{\"test\":\"t\"}", &FIRST.replace(":3,", ":-3,")] {
            let error = measured(&format!("{FIRST}\n{bad}\n{FIRST}")).unwrap_err().to_string();
            assert!(error.starts_with("1.jsonl:2: expected one object with `test`"), "{error}");
        }
    }
}
