//! The words that reports for people share. An arrow and a word say what a colour would.

use crate::compare::{Comparison, Row, Verdict};

impl Verdict {
    /// The word for it, in every format.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Grew => "grew",
            Self::Gone => "gone",
            Self::Shrank => "shrank",
            Self::New => "new",
            Self::Within => "within",
            Self::Same => "same",
        }
    }

    /// The word with its sign before it.
    pub(super) fn signed(self) -> String {
        let sign = match self {
            Self::Grew => '↑',
            Self::Gone => '-',
            Self::Shrank => '↓',
            Self::New => '+',
            Self::Within => '~',
            Self::Same => '=',
        };
        format!("{sign} {}", self.word())
    }
}

/// How many figures of each kind: `1 grew, 2 new, 5 same`.
pub(super) fn summary(comparison: &Comparison) -> String {
    let counts = Verdict::ALL.map(|verdict| (comparison.count(verdict), verdict));
    let parts = counts.iter().filter(|(count, _)| *count > 0).map(|(count, verdict)| match verdict {
        Verdict::Within => format!("{count} within {}%", comparison.rule.tolerance.percent()),
        other => format!("{count} {}", other.word()),
    });
    parts.collect::<Vec<_>>().join(", ")
}

/// A figure, or that there is none.
pub(super) fn figure(value: Option<u64>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| value.to_string())
}

/// The change of a figure in percent: `+50.0%`, `-<0.1%`, or that it was 0; nothing where one of both is missing.
pub(super) fn change(row: &Row) -> String {
    match row.change_percent() {
        Some(percent) if percent.abs() < 0.05 => format!("{}<0.1%", if percent < 0.0 { '-' } else { '+' }),
        Some(percent) => format!("{percent:+.1}%"),
        None if row.old == Some(0) && row.new.is_some() => "from 0".to_owned(),
        None => String::new(),
    }
}

/// What to do now, if anything.
pub(super) fn advice(comparison: &Comparison) -> Option<&'static str> {
    let any = |verdicts: &[Verdict]| verdicts.iter().any(|verdict| comparison.count(*verdict) > 0);
    if comparison.fails() {
        Some("If this is wanted, run `cargo obs bless` and commit the file; otherwise undo it.")
    } else if any(&[Verdict::Shrank]) {
        Some("Better than the file says: run `cargo obs bless` and commit it, so that it stays so.")
    } else if any(&[Verdict::New, Verdict::Gone]) {
        Some("Not what the file holds: run `cargo obs bless` and commit it.")
    } else {
        None
    }
}
