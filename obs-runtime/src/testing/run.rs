//! A test under `#[obs::test]`: run, judged, and where only time was short run again.

use std::collections::BTreeMap;
use std::sync::Once;
use std::time::Duration;

use super::broken;
use super::callgrind;
use super::judge::Time;
use super::measured;
use super::record::record_with;
use super::recording::Recording;
use crate::callsite::Callsite;
use crate::limit::{Limit, LimitKind};

/// Runs of a test that broke a limit on time, at most.
const RUNS: u32 = 5;
/// The longest wait between two runs.
const LONGEST_WAIT: Duration = Duration::from_millis(256);

/// What the attribute says of a test.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The test's path, with its crate.
    pub name: &'static str,
    /// The source file.
    pub file: &'static str,
    /// The line.
    pub line: u32,
    /// `runs = ..`.
    pub runs: Option<u32>,
    /// `time = ..`.
    pub time: Option<Time>,
    /// Threads of the executor; `None` for a single one, the test's own.
    pub threads: Option<usize>,
}

impl Settings {
    /// Of a test with nothing said.
    pub const fn of(name: &'static str, file: &'static str, line: u32) -> Self {
        Self { name, file, line, runs: None, time: None, threads: None }
    }

    /// What the attribute says, or `OBS_TEST_RUNS`.
    fn runs(&self) -> u32 {
        let variable = || {
            let said = std::env::var("OBS_TEST_RUNS").ok()?;
            let runs = said.parse().ok().filter(|&runs| runs > 0);
            if runs.is_none() {
                static TOLD: Once = Once::new();
                misunderstood(&TOLD, &format!("OBS_TEST_RUNS={said:?} is no whole number from 1; {RUNS} is used"));
            }
            runs
        };
        self.runs.or_else(variable).unwrap_or(RUNS).max(1)
    }

    /// What the attribute says, or `OBS_TEST_TIME`.
    fn time(&self) -> Time {
        let variable = || match &*std::env::var("OBS_TEST_TIME").ok()? {
            "wall" => Some(Time::Wall),
            "cpu" => Some(Time::Cpu),
            "off" => Some(Time::Off),
            said => {
                static TOLD: Once = Once::new();
                misunderstood(&TOLD, &format!("OBS_TEST_TIME={said:?} is not `wall`, `cpu` or `off`; `wall` is used"));
                None
            }
        };
        self.time.or_else(variable).unwrap_or_default()
    }
}

/// Tells once that a variable was not understood.
fn misunderstood(told: &Once, text: &str) {
    told.call_once(|| crate::telling::config_warning(text));
}

/// The runs of one test so far.
struct Run<'a> {
    settings: &'a Settings,
    done: u32,
    /// Limits on time that every run broke, and the text of the run that broke them by the least.
    late: Option<BTreeMap<LateKey, Late>>,
}

/// A function, and the place of a limit in its budget. Two functions may have the same name.
type LateKey = (&'static str, *const Callsite, usize);

#[derive(Debug)]
struct Late {
    actual: u64,
    text: String,
}

impl Run<'_> {
    /// Judges a run; says whether it was the last one.
    ///
    /// # Panics
    /// When a limit was broken that one run is enough for, or every run broke the same limit on time.
    #[track_caller]
    fn is_over(&mut self, recording: &Recording) -> bool {
        let time = self.settings.time();
        let (late, broken): (Vec<_>, Vec<_>) =
            recording.judged_by(time).into_iter().partition(|broken| !broken.limit.kind.is_deterministic());
        assert!(broken.is_empty(), "{}", broken::message(&broken));
        if self.done == 0 {
            let instructions = self.count_instructions(recording);
            measured::write(self.settings.name, recording, &instructions);
        }
        self.done += 1;
        self.keep_late(late);
        let Some(late) = self.late.as_ref().filter(|late| !late.is_empty()) else { return true };
        if self.done < self.settings.runs() {
            return false;
        }
        let texts: Vec<_> = late.values().map(|late| &*late.text).collect();
        panic!("a budget was broken in each of {} runs\n\n{}", self.done, texts.join("\n"));
    }

    /// How long to wait before the next run. What slows a machine down comes in bouts that may last longer than all runs
    /// together: the second comes at once, so that it has what the first one has warmed up, the others later and later.
    fn wait(&self) -> Duration {
        match self.done {
            0 | 1 => Duration::ZERO,
            done => Duration::from_millis(16).saturating_mul(4_u32.saturating_pow(done - 2)).min(LONGEST_WAIT),
        }
    }

    /// Keeps what was late in every run, as it was in its best one.
    fn keep_late(&mut self, late: Vec<broken::BrokenBudget<'_>>) {
        let before = self.late.take();
        let mut kept = BTreeMap::new();
        for broken in late {
            let callsite = broken.worst.callsite();
            let place = callsite.limits().iter().position(|limit| *limit == broken.limit).unwrap_or(0);
            let key = (callsite.name(), std::ptr::from_ref(callsite), place);
            let new = Late { actual: broken.actual, text: broken.to_string() };
            match &before {
                None => drop(kept.insert(key, new)),
                Some(before) => {
                    let best = before.get(&key).map(|old| {
                        if old.actual < new.actual { (old.actual, old.text.clone()) } else { (new.actual, new.text) }
                    });
                    kept.extend(best.map(|(actual, text)| (key, Late { actual, text })));
                }
            }
        }
        self.late = Some(kept);
    }

    /// Has callgrind count what has a limit on instructions, and judges it.
    #[track_caller]
    fn count_instructions(&self, recording: &Recording) -> BTreeMap<String, u64> {
        let instructions = |limit: &&Limit| limit.kind == LimitKind::Instructions;
        let limit_of = |callsite: &'static Callsite| callsite.limits().iter().find(instructions).copied();
        let callsites = recording.callsites().map(|function| function.callsite());
        let bounded: BTreeMap<_, _> = callsites
            .filter_map(|callsite| limit_of(callsite).map(|limit| (callsite.name(), (callsite.meta(), limit))))
            .collect();
        if bounded.is_empty() {
            return BTreeMap::new();
        }
        let counts = callgrind::count(self.settings.name);
        for (name, &actual) in &counts {
            let broken = bounded.get(&**name).filter(|(_, limit)| actual > limit.at_most);
            if let Some(&(meta, limit)) = broken {
                let (file, line, excess) = (meta.file, meta.line, broken::excess(limit, actual));
                panic!("a budget was broken\n\n{name} ({file}:{line})\n  {excess}");
            }
        }
        counts
    }
}

/// Runs a test that is no future.
///
/// # Panics
/// As [`__test_with`].
#[track_caller]
pub fn __test<R>(settings: &Settings, body: impl Fn() -> R) -> R {
    __test_with(settings, &body, || record_with(&body))
}

/// Runs a test, given how it is run in a recording, and how where its instructions are counted: then it just runs.
///
/// # Panics
/// When a limit was broken that one run is enough for, or every run broke the same limit on time.
#[track_caller]
pub fn __test_with<R>(settings: &Settings, counted: impl Fn() -> R, recorded: impl Fn() -> (R, Recording)) -> R {
    callgrind::prepare();
    if callgrind::is_counting() {
        return counted();
    }
    let mut run = Run { settings, done: 0, late: None };
    loop {
        let (value, recording) = recorded();
        if run.is_over(&recording) {
            return value;
        }
        std::thread::sleep(run.wait());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_further_and_further_apart() {
        let settings = Settings::of("a_test", file!(), line!());
        let wait = |done| Run { settings: &settings, done, late: None }.wait().as_millis();
        assert_eq!([1, 2, 3, 4, 5, 100].map(wait), [0, 16, 64, 256, 256, 256]);
    }
}
