//! Paths as folded stacks.

use std::fmt::Write as _;

use crate::paths::{Before, PathSnapshot};
use crate::shard::PathTotals;
use crate::text::folded;

/// Stands for callers that are not known.
const NO_ROOM: &str = "[no room]";

/// What a flame graph of a [`super::Report`] shows: what calls took themselves, by call path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Flame {
    /// Time, in nanoseconds.
    Time,
    /// Requests for memory; needs [`crate::Alloc`].
    Allocs,
    /// Bytes that were asked for; needs [`crate::Alloc`].
    Bytes,
}

impl Flame {
    /// What the graph shows, as its title.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Time => "Self time by call path",
            Self::Allocs => "Requests for memory by call path",
            Self::Bytes => "Bytes asked for by call path",
        }
    }

    /// What is counted.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Time => "ns",
            Self::Allocs => "requests",
            Self::Bytes => "bytes",
        }
    }

    const fn of(self, totals: &PathTotals) -> u64 {
        match self {
            Self::Time => totals.own_nanos,
            Self::Allocs => totals.own_allocs,
            Self::Bytes => totals.own_bytes,
        }
    }
}

/// One line for each path that took something, in the order of their names.
pub(super) fn folded(paths: &[PathSnapshot], flame: Flame) -> String {
    let mut stacks: Vec<String> = Vec::with_capacity(paths.len());
    for path in paths {
        let mut stack = match path.before {
            Before::Nothing => String::new(),
            Before::Path(before) => stacks[before].clone(),
            Before::Unknown => NO_ROOM.to_owned(),
        };
        folded::push(&mut stack, path.callsite.name());
        stacks.push(stack);
    }
    let mut lines: Vec<_> = stacks.iter().zip(paths).map(|(stack, path)| (stack, flame.of(&path.totals))).collect();
    lines.retain(|(_, value)| *value > 0);
    lines.sort_unstable();
    lines.into_iter().fold(String::new(), |mut text, (stack, value)| {
        let _ = writeln!(text, "{stack} {value}");
        text
    })
}
