//! A comparison for a terminal.

use std::fmt::Write;
use std::path::Path;

use crate::compare::{Comparison, Verdict};

use super::columns::{Line, Paint, Side, Style, table};
use super::words::{advice, change, figure, summary};

/// What changed, what to do, and how many figures there are of each kind.
pub(crate) fn plain(comparison: &Comparison, style: Style) -> String {
    let mut out = changes(comparison, style);
    let _ = writeln!(out, "obs: {}", summary(comparison));
    if let Some(advice) = advice(comparison) {
        let _ = writeln!(out, "{advice}");
    }
    out
}

/// What was written where, and what became of the figures with it.
pub(crate) fn blessed(comparison: &Comparison, path: &Path) -> String {
    format!("obs: wrote {}: {}\n", path.display(), summary(comparison))
}

/// The figures that changed, as a table; nothing if there are none.
pub(crate) fn changes(comparison: &Comparison, style: Style) -> String {
    const COLUMNS: [(&str, Side); 7] = [
        ("", Side::Left),
        ("figure", Side::Left),
        ("old -> new", Side::Right),
        ("change", Side::Right),
        ("function", Side::Left),
        ("at", Side::Left),
        ("test", Side::Left),
    ];
    let lines = comparison.changes().map(|row| Line {
        cells: [
            row.verdict.signed(),
            row.figure.name().to_owned(),
            format!("{} -> {}", figure(row.old), figure(row.new)),
            change(row),
            row.case.function.clone(),
            row.place.as_ref().map(ToString::to_string).unwrap_or_default(),
            row.case.test.clone(),
        ],
        paint: match row.verdict {
            verdict if comparison.rule.refuses(verdict) => Some(Paint::Bad),
            Verdict::Shrank => Some(Paint::Good),
            _ => None,
        },
    });
    let lines: Vec<_> = lines.collect();
    if lines.is_empty() { String::new() } else { table(style, COLUMNS, &lines) }
}
