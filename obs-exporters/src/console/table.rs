//! Cells aligned in columns: the first to the left, the others to the right.

use std::fmt::Write;

use super::name::{SHORTEST, length, shorten};

/// How the report looks.
///
/// # Examples
/// ```
/// use obs_exporters::console::Style;
///
/// let style = Style { color: true, ..Style::default() };
/// assert_eq!(style.width, 80);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether headings and errors are coloured with ANSI sequences.
    pub color: bool,
    /// Columns that a line may take; names are shortened to keep it, numbers are not.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self { color: false, width: 80 }
    }
}

impl Style {
    /// Puts an ANSI sequence around a text, if colour is wanted.
    pub(super) fn paint(self, paint: Paint, text: &str) -> String {
        if self.color { format!("\x1b[{}m{text}\x1b[0m", paint.code()) } else { text.to_owned() }
    }
}

/// What a text stands out for.
#[derive(Clone, Copy)]
pub(super) enum Paint {
    Heading,
    Dim,
    Bad,
}

impl Paint {
    const fn code(self) -> &'static str {
        match self {
            Self::Heading => "1",
            Self::Dim => "2",
            Self::Bad => "31",
        }
    }
}

/// One line of the table.
pub(super) struct Row<const N: usize> {
    pub(super) name: String,
    pub(super) cells: [String; N],
    pub(super) paint: Option<(usize, Paint)>,
}

/// Writes heading and rows, each ending in a newline; `names` is what stands above the names.
pub(super) fn write<const N: usize>(out: &mut String, style: Style, names: &str, heading: [&str; N], rows: &[Row<N>]) {
    let mut widths = heading.map(length);
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(&row.cells) {
            *width = length(cell).max(*width);
        }
    }
    let numbers = widths.iter().map(|width| width + 1).sum::<usize>();
    let longest = rows.iter().map(|row| length(&row.name)).max().unwrap_or(0).max(length(names));
    let first = longest.min(style.width.saturating_sub(numbers).max(SHORTEST));
    let mut line = format!("{names:first$}");
    for (text, width) in heading.iter().zip(widths) {
        let _ = write!(line, " {text:>width$}");
    }
    *out += &style.paint(Paint::Heading, &line);
    out.push('\n');
    for row in rows {
        let _ = write!(out, "{:first$}", shorten(&row.name, first));
        for (at, (cell, width)) in row.cells.iter().zip(widths).enumerate() {
            let cell = format!("{cell:>width$}");
            out.push(' ');
            *out += &match row.paint {
                Some((column, paint)) if column == at => style.paint(paint, &cell),
                _ => cell,
            };
        }
        out.push('\n');
    }
}
