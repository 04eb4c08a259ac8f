//! A snapshot as lines. A pure function into a string.

use std::time::UNIX_EPOCH;

use obs_runtime::Snapshot;

use super::tags::Tags;
use super::{budgets, costs, functions, line, others};

/// Writes a snapshot as lines of the line protocol, with times in nanoseconds.
///
/// # Shape
/// The measurements, tags and fields of the [module](super); tags are sorted by name, and `tags` are on every line, each in
/// the place of one of the same name that is made from the resource. Counts are integers (at most `i64::MAX`), times are
/// seconds. A field without a finite value is left out, and so is a line without a field.
pub fn encode(snapshot: &Snapshot, tags: &[(String, String)]) -> String {
    let nanos = snapshot.taken().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    let common = Tags::common(snapshot.resource(), tags);
    let mut out = String::new();
    let of_functions = functions::points(snapshot, &common)
        .into_iter()
        .chain(costs::points(snapshot, &common))
        .chain(budgets::points(snapshot, &common));
    for (measurement, tags, fields) in of_functions {
        line::write(&mut out, measurement, &tags, &fields, nanos);
    }
    let taken = [&functions::MEASUREMENTS[..], &[costs::MEASUREMENT, budgets::MEASUREMENT]].concat();
    for (measurement, tags, fields) in others::points(snapshot, &common, &taken) {
        line::write(&mut out, &measurement, &tags, &fields, nanos);
    }
    out
}

/// Cuts lines into messages of at most so many lines.
pub(super) fn messages(lines: &str, at_most: usize) -> impl Iterator<Item = &str> {
    let mut rest = lines;
    std::iter::from_fn(move || {
        let end = rest.match_indices('\n').nth(at_most - 1).map_or(rest.len(), |(at, _)| at + 1);
        let (message, later) = rest.split_at(end);
        rest = later;
        (!message.is_empty()).then_some(message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_whole_lines_and_none_is_empty() {
        let cut = |lines, at_most| messages(lines, at_most).collect::<Vec<_>>();
        assert_eq!(cut("a\nb\nc\n", 2), ["a\nb\n", "c\n"]);
        assert_eq!(cut("a\nb\n", 2), ["a\nb\n"]);
        assert_eq!(cut("", 2), [""; 0]);
    }
}
