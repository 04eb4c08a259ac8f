//! Counts instructions: runs a test once more, alone, under callgrind.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use crate::call::Time;
use crate::callsite::{Budget, Callsite, Meta, Name, OnExceed};
use crate::field_set::NoFields;
use crate::guard::Guard;
use crate::labels::NoLabels;
use crate::limit::{Limit, LimitKind};
use crate::valgrind;

/// The function of empty calls, by which what a call takes by itself is known.
const EMPTY: &str = "obs::empty";

/// Tells the test under callgrind that it is there to be counted.
const COUNTED: &str = "OBS_CALLGRIND";

/// Whether this process is there to be counted.
pub(super) fn is_counting() -> bool {
    static COUNTING: OnceLock<bool> = OnceLock::new();
    *COUNTING.get_or_init(|| std::env::var_os(COUNTED).is_some() && valgrind::is_running())
}

/// Before the first run of a test: where it is counted, measures what a call takes by itself.
pub(super) fn prepare() {
    if is_counting() {
        valgrind::count_calls();
        calibrate();
    }
}

/// Makes some empty calls.
fn calibrate() {
    static CALLSITE: Callsite = Callsite::new(Meta {
        name: Name::Given(EMPTY),
        timed: true,
        budget: Some(Budget {
            limits: &[Limit { kind: LimitKind::Instructions, at_most: u64::MAX, share: 1.0 }],
            on_exceed: OnExceed::Count,
        }),
        ..Meta::EMPTY
    });
    for _ in 0..8 {
        Guard::<Time>::enter(&CALLSITE, NoLabels, NoFields).finish_ok();
    }
}

/// The most instructions that a call of each bounded function took in a test; nothing, and a message, without valgrind.
///
/// # Panics
/// When the test fails there.
#[track_caller]
pub(super) fn count(test: &str) -> BTreeMap<String, u64> {
    let skip = |why: &str| {
        eprintln!("obs: the limits on instructions in {test} were not checked: {why}");
        BTreeMap::new()
    };
    if Command::new("valgrind").arg("--version").output().is_err() {
        return skip("valgrind is not installed");
    }
    let Ok(program) = std::env::current_exe() else { return skip("where the test's program lies is not known") };
    let directory =
        std::env::temp_dir().join(format!("obs-callgrind-{}-{}", std::process::id(), test.replace("::", "-")));
    if let Err(error) = std::fs::create_dir_all(&directory) {
        return skip(&format!("{} cannot be made: {error}", directory.display()));
    }
    // The harness knows tests by their path without the crate.
    let name = test.split_once("::").map_or(test, |(_, name)| name);
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--collect-atstart=no", "--quiet"])
        .arg(format!("--callgrind-out-file={}", directory.join("out").display()))
        .arg(program)
        .args([name, "--exact", "--include-ignored", "--test-threads=1", "--nocapture"])
        .env(COUNTED, "1")
        .env_remove("OBS_BUDGETS_OUT")
        .output();
    let counts = read(&directory);
    let _ = std::fs::remove_dir_all(&directory);
    match output {
        Ok(output) if output.status.success() && !counts.is_empty() => counts,
        Ok(output) => panic!("{test} failed under callgrind:\n{}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => skip(&format!("valgrind cannot be run: {error}")),
    }
}

/// What the dumps in a directory say.
fn read(directory: &Path) -> BTreeMap<String, u64> {
    let mut calls: BTreeMap<String, u64> = BTreeMap::new();
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let text = std::fs::read_to_string(entry.path()).unwrap_or_default();
        for (call, count) in stretch(&text) {
            *calls.entry(call.to_owned()).or_default() += count;
        }
    }
    // Of several calls, and of the empty ones, the one that took the most, or the least.
    let of_function = |name: &str| {
        let calls = calls.iter().filter(move |(call, _)| call.rsplit_once('#').is_some_and(|(of, _)| of == name));
        calls.map(|(_, &count)| count).collect::<Vec<_>>()
    };
    let own = of_function(EMPTY).into_iter().min().unwrap_or(0);
    let names: Vec<_> = calls.keys().filter_map(|call| call.rsplit_once('#')).map(|(name, _)| name).collect();
    let counted = names.iter().filter(|name| **name != EMPTY);
    counted
        .map(|name| ((*name).to_owned(), of_function(name).into_iter().max().unwrap_or(0).saturating_sub(own)))
        .collect()
}

/// The calls that ran during one dump, and the instructions in it.
fn stretch(dump: &str) -> impl Iterator<Item = (&str, u64)> {
    let after = |prefix: &str| dump.lines().find_map(|line| line.strip_prefix(prefix)).map(str::trim);
    let calls = after("desc: Trigger: Client Request: ").unwrap_or_default();
    let count = after("totals: ").or_else(|| after("summary: ")).and_then(|count| count.parse().ok()).unwrap_or(0);
    calls.split('|').filter(|call| !call.is_empty()).map(move |call| (call, count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_says_which_calls_ran_and_how_many_instructions_there_were() {
        let dump =
            "version: 1\ndesc: Trigger: Client Request: a::f#1|a::g#2\n\nevents: Ir\nsummary: 40\n\n0 40\ntotals: 40\n";
        assert_eq!(stretch(dump).collect::<Vec<_>>(), [("a::f#1", 40), ("a::g#2", 40)]);
        assert_eq!(stretch("desc: Trigger: Program termination\ntotals: 5\n").count(), 0);
    }
}
