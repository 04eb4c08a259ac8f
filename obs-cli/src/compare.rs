//! Old figures beside new ones, and what to think of each.
//!
//! Pure: takes a [`Baseline`] and what was [`Measured`]; the [`crate::report`] shows the [`Comparison`].

use std::collections::BTreeSet;

use crate::baseline::Baseline;
use crate::figure::{Case, Figure};
use crate::measured::{Measured, Place};
use crate::tolerance::Tolerance;

/// What became of a figure, what matters most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// It is larger than the tolerance allows: a regression.
    Grew,
    /// The file has it, and it was not measured: the function, the test or the figure is gone, or did not run.
    Gone,
    /// It is smaller.
    Shrank,
    /// The file does not have it.
    New,
    /// It is larger, by no more than the tolerance.
    Within,
    /// It is what it was.
    Same,
}

impl Verdict {
    pub(crate) const ALL: [Self; 6] = [Self::Grew, Self::Gone, Self::Shrank, Self::New, Self::Within, Self::Same];
}

/// What makes a comparison fail.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rule {
    pub(crate) tolerance: Tolerance,
    /// Whether figures that are gone are failures too.
    pub(crate) strict: bool,
}

impl Rule {
    /// Whether a figure of which this is said makes the check fail.
    pub(crate) fn refuses(self, verdict: Verdict) -> bool {
        verdict == Verdict::Grew || self.strict && verdict == Verdict::Gone
    }

    fn judge(self, old: Option<u64>, new: Option<u64>) -> Option<Verdict> {
        match (old, new) {
            (None, None) => None,
            (None, Some(_)) => Some(Verdict::New),
            (Some(_), None) => Some(Verdict::Gone),
            (Some(old), Some(new)) if new < old => Some(Verdict::Shrank),
            (Some(old), Some(new)) if new == old => Some(Verdict::Same),
            (Some(old), Some(new)) if self.tolerance.allows(old, new) => Some(Verdict::Within),
            (Some(_), Some(_)) => Some(Verdict::Grew),
        }
    }
}

/// One figure of one case, then and now.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) verdict: Verdict,
    pub(crate) case: Case,
    pub(crate) figure: Figure,
    pub(crate) old: Option<u64>,
    pub(crate) new: Option<u64>,
    /// Where the function stands now, if it was measured.
    pub(crate) place: Option<Place>,
}

impl Row {
    /// By how many percent of the old figure the new one is larger; `None` if either is missing, or the old one is 0.
    pub(crate) fn change_percent(&self) -> Option<f64> {
        let (old, new) = (self.old.filter(|old| *old > 0)? as f64, self.new? as f64);
        Some((new - old) * 100.0 / old)
    }
}

/// Every figure that was in the file or was measured.
#[derive(Debug)]
pub(crate) struct Comparison {
    /// By verdict, then by test, function and figure.
    pub(crate) rows: Vec<Row>,
    pub(crate) rule: Rule,
}

impl Comparison {
    pub(crate) fn new(old: &Baseline, new: &Measured, rule: Rule) -> Self {
        let cases: BTreeSet<_> = old.iter().map(|(case, _)| case).chain(new.iter().map(|(case, _)| case)).collect();
        let mut rows: Vec<_> = cases.into_iter().flat_map(|case| rows_of(case, old, new, rule)).collect();
        rows.sort_by_key(|row| row.verdict);
        Self { rows, rule }
    }

    /// Whether the check fails.
    pub(crate) fn fails(&self) -> bool {
        self.rows.iter().any(|row| self.rule.refuses(row.verdict))
    }

    /// How many figures there are of which this is said.
    pub(crate) fn count(&self, verdict: Verdict) -> usize {
        self.rows.iter().filter(|row| row.verdict == verdict).count()
    }

    /// The figures of which there is something to say.
    pub(crate) fn changes(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.verdict != Verdict::Same)
    }
}

fn rows_of(case: &Case, old: &Baseline, new: &Measured, rule: Rule) -> impl Iterator<Item = Row> {
    let (old, new) = (old.get(case), new.get(case));
    Figure::ALL.into_iter().filter_map(move |figure| {
        let old = old.and_then(|figures| figures.get(figure));
        let place = new.map(|call| call.place.clone());
        let new = new.and_then(|call| call.figures.get(figure));
        Some(Row { verdict: rule.judge(old, new)?, case: case.clone(), figure, old, new, place })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_judged_by_what_it_was() {
        let rule = Rule { tolerance: "10".parse().unwrap(), strict: false };
        let judged = [
            (None, None, None),
            (None, Some(0), Some(Verdict::New)),
            (Some(0), None, Some(Verdict::Gone)),
            (Some(10), Some(9), Some(Verdict::Shrank)),
            (Some(10), Some(10), Some(Verdict::Same)),
            (Some(10), Some(11), Some(Verdict::Within)),
            (Some(10), Some(12), Some(Verdict::Grew)),
            (Some(0), Some(1), Some(Verdict::Grew)),
        ];
        judged.iter().for_each(|(old, new, want)| assert_eq!(rule.judge(*old, *new), *want, "{old:?} {new:?}"));
    }

    #[test]
    fn what_is_gone_fails_only_strictly() {
        let case = Case::new("t", "f");
        let old = Baseline::from_iter([(case, [(Figure::Calls, 1)].into_iter().collect())]);
        let fails = |strict| Comparison::new(&old, &Measured::default(), Rule { strict, ..Rule::default() }).fails();
        assert!(fails(true) && !fails(false));
    }

    #[test]
    fn a_change_is_relative_to_the_old_figure() {
        let change = |old, new| {
            let case = Case::new("", "");
            Row { verdict: Verdict::Same, case, figure: Figure::Calls, old, new, place: None }.change_percent()
        };
        assert_eq!(change(Some(4), Some(6)), Some(50.0));
        assert_eq!(change(Some(4), Some(3)), Some(-25.0));
        assert_eq!(change(Some(0), Some(3)), None);
        assert_eq!(change(None, Some(3)), None);
        assert_eq!(change(Some(3), None), None);
    }
}
