//! Folded stacks as a picture.

use std::io;

use inferno::flamegraph::{Options, from_lines};

/// Draws folded stacks; of none it says so.
pub(super) fn svg(folded: &str, title: &str, unit: &str) -> io::Result<Vec<u8>> {
    let mut options = Options::default();
    (options.title, options.count_name) = (title.to_owned(), unit.to_owned());
    options.deterministic = true;
    let folded = if folded.is_empty() { "[nothing was recorded] 1\n" } else { folded };
    let mut bytes = Vec::new();
    from_lines(&mut options, folded.lines(), &mut bytes)?;
    Ok(bytes)
}
