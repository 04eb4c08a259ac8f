//! What functions allocate, as a second table: those that ask for the most bytes themselves.

use std::cmp::Reverse;
use std::fmt::Write;

use obs_runtime::{CallsiteSnapshot, Spent};

use super::number;
use super::table::{self, Paint, Row, Style};

const HEADING: [&str; 6] = ["calls", "allocs", "self allocs", "bytes", "self bytes", "max held"];

/// Rows at most: whoever looks for what allocates begins at the top.
const ROWS: usize = 10;

/// Writes the table; nothing where no function was seen to allocate.
pub(super) fn write(out: &mut String, called: &[&CallsiteSnapshot], style: Style) {
    let spent = |callsite: &&CallsiteSnapshot| callsite.spent().filter(|spent| spent.allocs > 0);
    let mut all: Vec<_> = called.iter().filter_map(|callsite| Some((callsite.name(), spent(callsite)?))).collect();
    if all.is_empty() {
        return;
    }
    all.sort_by_key(|(name, spent)| (Reverse(spent.self_bytes), Reverse(spent.bytes), *name));
    let rows: Vec<_> = all.iter().take(ROWS).map(|(name, spent)| row(name, spent)).collect();
    table::write(out, style, "allocations", HEADING, &rows);
    if all.len() > ROWS {
        let _ = writeln!(out, "{}", style.paint(Paint::Dim, &format!("{} more that allocate", all.len() - ROWS)));
    }
}

fn row(name: &str, spent: &Spent) -> Row<6> {
    let cells = [
        spent.calls.to_string(),
        spent.allocs.to_string(),
        spent.self_allocs.to_string(),
        number::bytes(spent.bytes),
        number::bytes(spent.self_bytes),
        number::bytes(spent.max_held),
    ];
    Row { name: name.to_owned(), cells, paint: None }
}
