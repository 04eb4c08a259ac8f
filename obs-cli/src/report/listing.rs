//! A file of figures as a table.

use crate::baseline::Baseline;
use crate::figure::Figure;

use super::columns::{Line, Side, Style, table};

/// One line for each case, one column for each figure; `-` is what was not measured.
pub(crate) fn listing(baseline: &Baseline, style: Style) -> String {
    let headings = Figure::ALL.map(|figure| (figure.name(), Side::Right));
    let columns = between(("function", Side::Left), headings, ("test", Side::Left));
    let lines = baseline.iter().map(|(case, figures)| {
        let values = Figure::ALL.map(|figure| match figures.get(figure) {
            Some(value) => value.to_string(),
            None => "-".to_owned(),
        });
        Line { cells: between(case.function.clone(), values, case.test.clone()), paint: None }
    });
    table(style, columns, &lines.collect::<Vec<_>>())
}

/// The function, its figures, the test.
fn between<T>(function: T, [calls, allocs, bytes, polls, instructions]: [T; 5], test: T) -> [T; 7] {
    [function, calls, allocs, bytes, polls, instructions, test]
}
