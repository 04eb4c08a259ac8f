//! The cases of the file, and the way from and to its text.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use super::document::{Document, Tests, VERSION, VERSION_KEY, Version};
use super::error::BaselineError;
use crate::figure::{Case, Figures};
use crate::measured::Measured;

const HEADER: &str = "\
# Measured by `cargo obs bless`; `cargo obs check` compares with it.
# Run `cargo obs bless` again to refresh it, and commit the difference.
";

/// The figures of the cases in a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Baseline {
    cases: BTreeMap<Case, Figures>,
}

impl Baseline {
    pub(crate) fn read(path: &Path) -> Result<Self, BaselineError> {
        let text = fs::read_to_string(path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => BaselineError::Missing { path: path.to_owned() },
            _ => BaselineError::Read { path: path.to_owned(), source },
        })?;
        Self::from_toml(path, &text)
    }

    pub(crate) fn write(&self, path: &Path) -> Result<(), BaselineError> {
        let text = self.to_toml()?;
        fs::write(path, text).map_err(|source| BaselineError::Write { path: path.to_owned(), source })
    }

    fn from_toml(path: &Path, text: &str) -> Result<Self, BaselineError> {
        let failed = |source| BaselineError::Toml { path: path.to_owned(), source: Box::new(source) };
        let Version { version } = toml::from_str(text).map_err(failed)?;
        if version != VERSION {
            return Err(BaselineError::Version { path: path.to_owned(), version });
        }
        let document: Document = toml::from_str(text).map_err(failed)?;
        let cases = document.tests.into_iter().flat_map(|(test, functions)| {
            functions.into_iter().map(move |(function, figures)| (Case { test: test.clone(), function }, figures))
        });
        Ok(cases.collect())
    }

    fn to_toml(&self) -> Result<String, BaselineError> {
        let mut tests = Tests::new();
        for (case, figures) in &self.cases {
            tests.entry(case.test.clone()).or_default().insert(case.function.clone(), figures.clone());
        }
        if tests.contains_key(VERSION_KEY) {
            return Err(BaselineError::Name);
        }
        let document = toml::to_string(&Document { version: VERSION, tests }).map_err(BaselineError::Encode)?;
        Ok(format!("{HEADER}{document}"))
    }

    pub(crate) fn get(&self, case: &Case) -> Option<&Figures> {
        self.cases.get(case)
    }

    /// By test, then by function.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Case, &Figures)> {
        self.cases.iter()
    }
}

impl From<&Measured> for Baseline {
    fn from(measured: &Measured) -> Self {
        measured.iter().map(|(case, call)| (case.clone(), call.figures.clone())).collect()
    }
}

impl FromIterator<(Case, Figures)> for Baseline {
    fn from_iter<T: IntoIterator<Item = (Case, Figures)>>(cases: T) -> Self {
        Self { cases: cases.into_iter().collect() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::figure::Figure;

    fn read(text: &str) -> Result<Baseline, BaselineError> {
        Baseline::from_toml(Path::new("obs-budgets.toml"), text)
    }

    #[test]
    fn one_figure_is_one_line_by_test_and_function() {
        let figures: Figures = [(Figure::Allocs, 4), (Figure::Calls, 3), (Figure::Bytes, 96)].into_iter().collect();
        let cases = [Case::new("t::b", "<f::A as B<\"x\">>::c"), Case::new("t::b", "f"), Case::new("t::a", "f")];
        let baseline: Baseline = cases.into_iter().map(|case| (case, figures.clone())).collect();
        insta::assert_snapshot!(baseline.to_toml().unwrap());
    }

    #[test]
    fn what_is_not_the_file_is_refused_with_its_line() {
        for (text, part) in [
            ("", "missing field `version`"),
            ("version = 1\n<<<<<<< HEAD\n", "line 2"),
            ("version = 1\n[t.f]\nseconds = 1\n", "unknown variant `seconds`"),
            ("version = 1\n[t.f]\ncalls = -1\n", "expected u64"),
            ("version = 2\n[[t]]\n", "version 2, expected 1"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn a_test_cannot_be_called_like_a_key() {
        let baseline = Baseline::from_iter([(Case::new("version", "f"), Figures::default())]);
        assert!(baseline.to_toml().unwrap_err().to_string().ends_with("rename the test"));
    }

    /// Names that are mostly made of what is difficult.
    fn name() -> impl Strategy<Value = String> {
        let character = prop_oneof![Just(':'), Just('"'), Just('\''), Just('\\'), Just('.'), Just('\n'), any::<char>()];
        prop::collection::vec(character, 0..8).prop_map(|characters| characters.into_iter().collect())
    }

    fn figures() -> impl Strategy<Value = Figures> {
        let figure = prop::sample::select(Figure::ALL.to_vec());
        prop::collection::vec((figure, any::<u64>()), 0..5).prop_map(Figures::from_iter)
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(cases in prop::collection::vec((name(), name(), figures()), 0..6)) {
            let cases = cases.into_iter().map(|(test, function, figures)| (Case { test, function }, figures));
            let baseline: Baseline = cases.collect();
            let text = baseline.to_toml().unwrap();
            prop_assert_eq!(read(&text).unwrap(), baseline);
        }
    }
}
