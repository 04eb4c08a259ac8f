//! A comparison for a pull request: a heading, a table, what to do.

use std::fmt::Write;

use crate::compare::{Comparison, Row};

use super::words::{advice, change, figure, summary};

const HEADER: &str = "
| | figure | old → new | change | function | test |
|---|---|--:|--:|---|---|
";

/// The comparison in the Markdown of GitHub and GitLab.
pub(crate) fn markdown(comparison: &Comparison) -> String {
    let verdict = if comparison.fails() { "failed" } else { "passed" };
    let mut out = format!("### cargo obs check {verdict}: {}\n", summary(comparison));
    let rows: String = comparison.changes().map(line).collect();
    if !rows.is_empty() {
        out += HEADER;
        out += &rows;
    }
    if let Some(advice) = advice(comparison) {
        let _ = write!(out, "\n{advice}\n");
    }
    out
}

fn line(row: &Row) -> String {
    let mut function = code(&row.case.function);
    if let Some(place) = &row.place {
        let _ = write!(function, " ({})", code(&place.to_string()));
    }
    format!(
        "| {} | {} | {} → {} | {} | {function} | {} |\n",
        row.verdict.signed(),
        row.figure.name(),
        figure(row.old),
        figure(row.new),
        change(row),
        code(&row.case.test)
    )
}

/// A text as code in a cell, whatever it is made of.
fn code(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ").replace('|', "\\|");
    // A run of backticks ends only at one of the same length.
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    if longest == 0 {
        return format!("`{text}`");
    }
    let fence = "`".repeat(longest + 1);
    format!("{fence} {text} {fence}")
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn no_name_breaks_the_table() {
        assert_eq!(code("shop::Cart::checkout"), "`shop::Cart::checkout`");
        assert_eq!(code("a|b\nc"), "`a\\|b c`");
        assert_eq!(code("`a``b"), "``` `a``b ```");
    }
}
