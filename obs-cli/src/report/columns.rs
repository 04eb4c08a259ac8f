//! Cells in columns, for a terminal.

/// How a table looks.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Style {
    /// Whether ANSI sequences are wanted. They only repeat what words say.
    pub(crate) color: bool,
}

impl Style {
    fn paint(self, paint: Paint, text: &str) -> String {
        if self.color { format!("\x1b[{}m{text}\x1b[0m", paint.code()) } else { text.to_owned() }
    }
}

/// What a text stands out for.
#[derive(Clone, Copy)]
pub(super) enum Paint {
    Heading,
    Good,
    Bad,
}

impl Paint {
    const fn code(self) -> &'static str {
        match self {
            Self::Heading => "1",
            Self::Good => "32",
            Self::Bad => "31",
        }
    }
}

/// To which side the cells of a column go.
#[derive(Clone, Copy)]
pub(super) enum Side {
    Left,
    Right,
}

/// One line of a table.
pub(super) struct Line<const N: usize> {
    pub(super) cells: [String; N],
    /// How the first cell stands out.
    pub(super) paint: Option<Paint>,
}

/// Headings and lines, two spaces between columns, each line ending in a newline.
pub(super) fn table<const N: usize>(style: Style, columns: [(&str, Side); N], lines: &[Line<N>]) -> String {
    let mut widths = columns.map(|(heading, _)| length(heading));
    for line in lines {
        for (width, cell) in widths.iter_mut().zip(&line.cells) {
            *width = length(cell).max(*width);
        }
    }
    let padded = |cells: &[&str]| -> Vec<String> {
        let parts = cells.iter().zip(widths).zip(columns);
        parts.map(|((cell, width), (_, side))| pad(cell, width, side)).collect()
    };
    let heading = padded(&columns.map(|(heading, _)| heading)).join("  ");
    let mut out = format!("{}\n", style.paint(Paint::Heading, heading.trim_end()));
    for line in lines {
        let mut cells = padded(&line.cells.each_ref().map(String::as_str));
        if let Some(paint) = line.paint {
            cells[0] = style.paint(paint, &cells[0]);
        }
        out += cells.join("  ").trim_end();
        out.push('\n');
    }
    out
}

fn pad(cell: &str, width: usize, side: Side) -> String {
    match side {
        Side::Left => format!("{cell:<width$}"),
        Side::Right => format!("{cell:>width$}"),
    }
}

/// Columns that a text takes; one for each character is near enough for names.
fn length(text: &str) -> usize {
    text.chars().count()
}
