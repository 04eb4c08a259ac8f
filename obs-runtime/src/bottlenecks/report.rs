//! All functions, ranked.

use std::cmp::Reverse;
use std::time::Duration;

use super::flame::{self, Flame};
use super::function::FunctionReport;
use super::sums::Sums;
use crate::alloc;
use crate::control::profile_mode;
use crate::paths::{self, PathSnapshot};
use crate::profile_mode::ProfileMode;
use crate::text::name::is_called;

/// Where the time and the memory went, since the program started: every annotated function that was called, the one with the
/// most time of its own first.
///
/// Time of one's own is known while calls are profiled ([`crate::profile`]). Functions of which no profiled call has ended
/// come after the others, by their time with calls inside; the table says how to profile them.
///
/// # Shape
/// Of a sample of call trees ([`ProfileMode::Sample`]) the report has what was measured, and multiplies nothing: `calls`
/// are exact and of all trees, [`FunctionReport::kept`], edges and flame graphs are of the trees that were kept, and
/// [`Report::trees_left_out`] says how many were not. Calls that run are not in it before they end.
///
/// Shown with `{}`, it is [`Report::table`] with 20 functions.
#[derive(Clone, Debug)]
pub struct Report {
    pub(super) mode: ProfileMode,
    pub(super) trees: u64,
    pub(super) left_out: u64,
    pub(super) calls_without_path: u64,
    pub(super) counts_allocations: bool,
    pub(super) functions: Vec<FunctionReport>,
    pub(super) paths: Vec<PathSnapshot>,
}

/// Tells where the time and the memory went, as far as calls were profiled.
///
/// # Cost
/// That of a [`crate::snapshot`], and some hundred nanoseconds for each path; calls wait only while their own thread's
/// table is read.
/// # Examples
/// ```
/// let report = obs_runtime::report();
/// assert_eq!(report.functions().len(), 0, "nothing here is annotated");
/// print!("{report}");
/// ```
pub fn report() -> Report {
    let _unseen = alloc::Unseen::begin();
    let (paths, [begun, left_out]) = (paths::all(), paths::trees());
    let mut sums = Sums::of(&paths);
    let snapshot = crate::snapshot();
    let mut functions: Vec<_> = snapshot.callsites().map(FunctionReport::new).collect();
    for function in &mut functions {
        if let Some(sum) = sums.take(function.callsite) {
            function.kept = Some(sum.kept);
            (function.callers, function.callees) = (sum.callers, sum.callees);
        }
    }
    functions.retain(|function| function.calls > 0);
    functions.sort_by_key(|function| {
        (Reverse(function.self_time()), Reverse(function.time()), Reverse(function.calls), function.name())
    });
    Report {
        mode: profile_mode(),
        trees: begun - left_out,
        left_out,
        calls_without_path: snapshot.health().paths_full,
        counts_allocations: alloc::is_installed(),
        functions,
        paths,
    }
}

impl Report {
    /// Which calls are profiled now.
    pub const fn mode(&self) -> ProfileMode {
        self.mode
    }

    /// Call trees that were kept, those that have not ended included.
    pub const fn trees(&self) -> u64 {
        self.trees
    }

    /// Call trees that began while others were kept, and were left out.
    pub const fn trees_left_out(&self) -> u64 {
        self.left_out
    }

    /// Calls that were kept by function alone, without callers, because there were too many paths (16,384).
    pub const fn calls_without_path(&self) -> u64 {
        self.calls_without_path
    }

    /// Whether memory is counted: [`crate::Alloc`] is the program's allocator.
    pub const fn counts_allocations(&self) -> bool {
        self.counts_allocations
    }

    /// Every function that was called, the most time of its own first.
    pub fn functions(&self) -> &[FunctionReport] {
        &self.functions
    }

    /// The first function with this name, or whose name ends in `::` and this name.
    pub fn function(&self, name: &str) -> Option<&FunctionReport> {
        self.functions.iter().find(|function| is_called(function.name(), name))
    }

    /// Time of all functions' own together: what shares are of.
    pub fn self_time(&self) -> Duration {
        self.functions.iter().filter_map(FunctionReport::self_time).sum()
    }

    /// The functions that asked for memory themselves, the most bytes first.
    pub fn by_allocations(&self) -> Vec<&FunctionReport> {
        let mut functions: Vec<_> = self.functions.iter().filter(|function| function.self_allocs() > 0).collect();
        functions.sort_by_key(|function| Reverse((function.self_bytes(), function.self_allocs())));
        functions
    }

    /// The async functions, the one first that held its thread longest in a single poll.
    pub fn by_longest_poll(&self) -> Vec<&FunctionReport> {
        let mut functions: Vec<_> = self.functions.iter().filter(|function| function.polls.is_some()).collect();
        functions.sort_by_key(|function| Reverse(function.polls.map(|polls| polls.longest)));
        functions
    }

    /// What calls took themselves, as folded stacks: `caller;function 1234`, one line for each call path, which speedscope,
    /// `inferno` and `flamegraph.pl` read.
    ///
    /// # Shape
    /// Paths that took nothing have no line. What had no room for a path stands under `[no room]`.
    pub fn folded(&self, flame: Flame) -> String {
        flame::folded(&self.paths, flame)
    }
}
