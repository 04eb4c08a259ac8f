//! Recorded calls as a tree of text.

use std::fmt::Write as _;
use std::time::Duration;

use super::call::Call;
use super::calls::Calls;
use crate::limit::{LimitKind, LimitUnit};
use crate::text::number;

/// Lines of a tree that are shown.
const LINES: usize = 40;

/// What is shown beside the names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Columns {
    time: bool,
    memory: bool,
    polls: bool,
}

impl Columns {
    pub(super) const fn all() -> Self {
        Self { time: true, memory: true, polls: true }
    }

    /// What a limit of this kind is about: a text that shows no more is the same in each run.
    pub(super) const fn of(kind: LimitKind) -> Self {
        Self {
            time: matches!(kind.unit(), LimitUnit::Nanos),
            memory: matches!(kind, LimitKind::Allocs | LimitKind::Bytes),
            polls: matches!(kind, LimitKind::Polls | LimitKind::Poll | LimitKind::Busy),
        }
    }

    fn of_calls(self, calls: &[Call<'_>]) -> String {
        let mut text = String::new();
        if self.time && calls.iter().any(|call| call.duration().is_some()) {
            let _ = write!(text, "  {}", time(calls.iter().filter_map(|call| call.record().nanos).sum()));
        }
        let polls = calls.iter().filter_map(Call::polls).map(|polls| polls.count).sum();
        if self.polls && polls > 0 {
            let longest = calls.iter().filter_map(|call| call.record().polls).map(|[_, _, longest]| longest).max();
            let _ = write!(text, "  {}", LimitKind::Polls.amount(polls));
            if self.time {
                let _ = write!(text, ", longest {}", time(longest.unwrap_or(0)));
            }
        }
        let (allocs, bytes) = (calls.iter().map(Call::allocs).sum(), calls.iter().map(Call::bytes).sum());
        if self.memory && (allocs > 0 || !self.time) {
            let _ = write!(text, "  {}, {}", LimitKind::Allocs.amount(allocs), LimitKind::Bytes.amount(bytes));
        }
        text
    }
}

/// All calls of a recording.
pub(super) fn of_all(calls: &Calls) -> String {
    calls.roots().iter().map(|&at| of(Call::new(calls, at), Columns::all(), None)).collect()
}

/// A call and all that ran in it. Calls of one function that stand side by side share a line.
pub(super) fn of(root: Call<'_>, columns: Columns, marked: Option<&Call<'_>>) -> String {
    let mut rows = Vec::new();
    add(&[root], ["", ""], columns, marked, &mut rows);
    let left_out = rows.len().saturating_sub(LINES);
    rows.truncate(LINES);
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for (name, numbers) in &rows {
        let line = format!("{name:width$}{numbers}");
        let _ = writeln!(text, "{}", line.trim_end());
    }
    if left_out > 0 {
        let _ = writeln!(text, "... and {left_out} more lines");
    }
    text
}

/// Adds a row for calls of one function, and rows for what ran in them. `before` is what stands before their name, and
/// before what is below.
fn add(
    calls: &[Call<'_>],
    before: [&str; 2],
    columns: Columns,
    marked: Option<&Call<'_>>,
    rows: &mut Vec<(String, String)>,
) {
    let [here, below] = before;
    let Some(first) = calls.first() else { return };
    let times = if calls.len() > 1 { format!(" \u{d7}{}", calls.len()) } else { String::new() };
    let mark = marked.is_some_and(|marked| calls.iter().any(|call| call.is(marked)));
    let mut numbers = columns.of_calls(calls);
    if mark {
        numbers += "  <- over budget";
    }
    rows.push((format!("  {here}{}{times}", first.name()), numbers));
    let children: Vec<_> = calls.iter().flat_map(Call::children).collect();
    let groups: Vec<&[Call<'_>]> = children.chunk_by(|a, b| std::ptr::eq(a.callsite(), b.callsite())).collect();
    for (at, group) in groups.iter().enumerate() {
        let is_last = at + 1 == groups.len();
        let (branch, rest) = if is_last { ("\u{2514}\u{2500} ", "   ") } else { ("\u{251c}\u{2500} ", "\u{2502}  ") };
        add(group, [&format!("{below}{branch}"), &format!("{below}{rest}")], columns, marked, rows);
    }
}

/// Nanoseconds to three digits, with a unit.
pub(super) fn time(nanos: u64) -> String {
    number::duration(Duration::from_nanos(nanos))
}
