//! Rows of text in columns, for what people print.

use std::fmt;

/// Writes a line for each row, the head first, each after a line break; `right` columns stand at their right edge.
pub fn write<const N: usize>(
    f: &mut fmt::Formatter<'_>,
    right: [bool; N],
    head: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> fmt::Result {
    let rows: Vec<_> = std::iter::once(head.map(str::to_owned)).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    for row in &rows {
        let cells = row.iter().zip(widths).zip(right);
        let cells: Vec<_> = cells
            .map(|((cell, width), right)| if right { format!("{cell:>width$}") } else { format!("{cell:width$}") })
            .collect();
        write!(f, "\n{}", cells.join(" ").trim_end())?;
    }
    Ok(())
}
