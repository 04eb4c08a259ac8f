//! What is counted of a call, and of which calls.
//!
//! The vocabulary of [`crate::measured`], [`crate::baseline`] and [`crate::compare`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One thing that is counted, the same on every machine that runs the same code.
///
/// Times are not among them. In the order in which files and reports show them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Figure {
    /// Calls of the function in the test.
    Calls,
    /// Allocations of one call, the most there were.
    Allocs,
    /// Bytes that one call allocated, the most there were.
    Bytes,
    /// Polls of one call, the most there were.
    Polls,
    /// Instructions of one call, the most there were. These differ between processors and compilers.
    Instructions,
}

impl Figure {
    pub(crate) const ALL: [Self; 5] = [Self::Calls, Self::Allocs, Self::Bytes, Self::Polls, Self::Instructions];

    /// Its key in lines, files and reports.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Allocs => "allocs",
            Self::Bytes => "bytes",
            Self::Polls => "polls",
            Self::Instructions => "instructions",
        }
    }
}

/// A function as one test calls it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Case {
    pub(crate) test: String,
    pub(crate) function: String,
}

#[cfg(test)]
impl Case {
    pub(crate) fn new(test: &str, function: &str) -> Self {
        Self { test: test.to_owned(), function: function.to_owned() }
    }
}

/// The figures of a case; one that was not measured is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Figures(BTreeMap<Figure, u64>);

impl Figures {
    pub(crate) fn get(&self, figure: Figure) -> Option<u64> {
        self.0.get(&figure).copied()
    }

    /// Takes a figure in, unless a larger one is there.
    pub(crate) fn keep_largest(&mut self, figure: Figure, value: u64) {
        let kept = self.0.entry(figure).or_insert(value);
        *kept = value.max(*kept);
    }
}

impl FromIterator<(Figure, u64)> for Figures {
    fn from_iter<T: IntoIterator<Item = (Figure, u64)>>(figures: T) -> Self {
        Self(figures.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_keys_of_files() {
        for figure in Figure::ALL {
            assert_eq!(serde_json::to_string(&figure).unwrap(), format!("\"{}\"", figure.name()));
        }
    }
}
