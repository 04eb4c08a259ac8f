//! Lines with a name to the left and cells in columns to the right.

use std::fmt::Write as _;

use super::name::{SHORTEST, length, shorten};

/// One line of a table.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// What stands before the name.
    pub before: &'static str,
    /// A qualified name, which is shortened where it is too long.
    pub name: String,
    /// One for each column; missing ones are empty.
    pub cells: Vec<String>,
}

/// Writes a heading and lines, each ending in a newline, in at most `width` columns unless numbers alone take more. The first
/// word of the heading stands above the names.
pub fn write(out: &mut String, heading: &[&str], lines: &[Line], width: usize) {
    let [first, rest @ ..] = heading else { return };
    let cell = |line: &Line, at: usize| line.cells.get(at).map_or(0, |cell| length(cell));
    let widest = |(at, text): (usize, &&str)| lines.iter().map(|line| cell(line, at)).max().max(Some(length(text)));
    let widths: Vec<_> = rest.iter().enumerate().filter_map(widest).collect();
    let numbers = widths.iter().map(|width| width + 1).sum::<usize>();
    let longest = lines.iter().map(|line| length(line.before) + length(&line.name)).max().unwrap_or(0);
    let names = longest.max(length(first)).min(width.saturating_sub(numbers).max(SHORTEST));
    write_line(out, first, rest.iter().copied(), names, &widths);
    for Line { before, name, cells } in lines {
        let name = shorten(name, names.saturating_sub(length(before)));
        write_line(out, &format!("{before}{name}"), cells.iter().map(String::as_str), names, &widths);
    }
}

fn write_line<'a>(out: &mut String, name: &str, cells: impl Iterator<Item = &'a str>, names: usize, widths: &[usize]) {
    let mut line = format!("{name:names$}");
    for (cell, width) in cells.zip(widths) {
        let _ = write!(line, " {cell:>width$}");
    }
    *out += line.trim_end();
    out.push('\n');
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn names_give_way_to_numbers_and_nothing_trails() {
        let line = |before, name: &str, cells: &[&str]| Line {
            before,
            name: name.to_owned(),
            cells: cells.iter().map(|&cell| cell.to_owned()).collect(),
        };
        let lines = [line("", "shop::cart::Cart::checkout", &["1234", "1.00s"]), line("  -> ", "shop::db", &["1"])];
        let mut out = String::new();
        write(&mut out, &["function", "calls", "total"], &lines, 34);
        let want =
            "function               calls total\n..::Cart::checkout      1234 1.00s\n  -> shop::db              1\n";
        assert_eq!(out, want);
        assert!(out.lines().all(|line| line.len() <= 34));
    }
}
