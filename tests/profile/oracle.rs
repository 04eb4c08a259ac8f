//! Call trees made up at random, against a recomputation that knows nothing of paths.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Waker};

use obs::{ManualClock, ProfileMode, Report, counted, profiled, traced};
use proptest::prelude::*;

use crate::support::{edges, pending_once, profile, wait};

/// One call: which function, how long before and after those inside, and how long a future sleeps.
#[derive(Clone, Debug)]
struct Tree {
    function: usize,
    millis: [u64; 3],
    inside: Vec<Tree>,
}

const NAMES: [&str; 5] = ["timed", "counted", "traced", "sampled", "polled"];
const POLLED: usize = 4;

fn call(tree: &Tree, clock: &ManualClock) {
    match tree.function {
        0 => timed(tree, clock),
        1 => counted(tree, clock),
        2 => traced(tree, clock),
        3 => sampled(tree, clock),
        _ => drive(polled(tree, clock), tree, clock),
    }
}

fn body(tree: &Tree, clock: &ManualClock) {
    wait(clock, tree.millis[0]);
    tree.inside.iter().for_each(|tree| call(tree, clock));
    wait(clock, tree.millis[1]);
}

#[profiled]
fn timed(tree: &Tree, clock: &ManualClock) {
    body(tree, clock);
}

#[counted]
fn counted(tree: &Tree, clock: &ManualClock) {
    body(tree, clock);
}

#[traced]
fn traced(tree: &Tree, clock: &ManualClock) {
    body(tree, clock);
}

#[profiled(sample = 3)]
fn sampled(tree: &Tree, clock: &ManualClock) {
    body(tree, clock);
}

#[profiled]
async fn polled(tree: &Tree, clock: &ManualClock) {
    wait(clock, tree.millis[0]);
    pending_once().await;
    tree.inside.iter().for_each(|tree| call(tree, clock));
    wait(clock, tree.millis[1]);
}

/// Polls to the end; the caller sleeps in between.
fn drive(future: impl Future<Output = ()>, tree: &Tree, clock: &ManualClock) {
    let mut future = pin!(future);
    while future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
        wait(clock, tree.millis[2]);
    }
}

/// Calls, time and own time of each function; calls and time of each edge.
#[derive(Clone, Debug, Default, PartialEq)]
struct Expected {
    functions: BTreeMap<&'static str, [u64; 3]>,
    edges: BTreeMap<(&'static str, &'static str), [u64; 2]>,
}

impl Expected {
    /// Adds a call and those inside; gives what it took. `running` are the functions around it, the outermost first.
    fn add(&mut self, tree: &Tree, running: &mut Vec<usize>) -> u64 {
        let function = tree.function;
        running.push(function);
        let inside: u64 = tree.inside.iter().map(|tree| self.add(tree, running)).sum();
        running.pop();
        let slept: u64 = tree.inside.iter().filter(|tree| tree.function == POLLED).map(|tree| tree.millis[2]).sum();
        let own = tree.millis[0] + tree.millis[1] + slept;
        let is_again = running.contains(&function);
        let [calls, time, own_time] = self.functions.entry(NAMES[function]).or_default();
        (*calls, *own_time) = (*calls + 1, *own_time + own);
        *time += if is_again { 0 } else { own + inside };
        if let Some(&caller) = running.last() {
            let is_again = caller == function || running.windows(2).any(|pair| pair == [caller, function]);
            let [calls, time] = self.edges.entry((NAMES[caller], NAMES[function])).or_default();
            *calls += 1;
            *time += if is_again { 0 } else { own + inside };
        }
        own + inside
    }
}

/// The same as the report tells it.
fn told(report: &Report) -> Expected {
    let mut told = Expected::default();
    for name in NAMES {
        let Some(function) = report.function(&format!("oracle::{name}")) else { continue };
        let Some(kept) = function.kept else { continue };
        let millis = |time: std::time::Duration| u64::try_from(time.as_millis()).expect("a short time");
        told.functions.insert(name, [kept.calls, millis(kept.time), millis(kept.self_time)]);
        for (callee, calls, millis) in edges(&function.callees) {
            told.edges.insert((name, callee), [calls, u64::try_from(millis).expect("a short time")]);
        }
        for (caller, calls, millis) in edges(&function.callers) {
            let edge = told.edges.entry((caller, name)).or_default();
            *edge = [calls, u64::try_from(millis).expect("a short time")];
        }
    }
    told
}

/// The own time of all paths, in milliseconds.
fn own_time_of_stacks(report: &Report) -> u64 {
    let folded = report.folded(obs::Flame::Time);
    let lines = folded.lines().filter(|line| line.starts_with("profile::oracle::"));
    lines.filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok()).sum::<u64>() / 1_000_000
}

/// Calls in the order in which they begin: which function, how many calls end before, and how long it takes.
fn trees() -> impl Strategy<Value = Vec<Tree>> {
    let call = (0..NAMES.len(), 0..3_usize, prop::array::uniform3(0..50_u64));
    prop::collection::vec(call, 1..60).prop_map(|calls| {
        let mut roots = Vec::new();
        let mut open: Vec<Tree> = Vec::new();
        for (function, ends, millis) in calls {
            (0..ends).for_each(|_| end(&mut open, &mut roots));
            open.push(Tree { function, millis, inside: Vec::new() });
        }
        while !open.is_empty() {
            end(&mut open, &mut roots);
        }
        roots
    })
}

/// Puts the innermost of the open calls into the one around it.
fn end(open: &mut Vec<Tree>, roots: &mut Vec<Tree>) {
    if let Some(ended) = open.pop() {
        open.last_mut().map_or(roots, |around| &mut around.inside).push(ended);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_tree_of_calls_is_told_as_it_was(trees in trees()) {
        // A report is of all that ran since the program started.
        static ALL: Mutex<Option<Expected>> = Mutex::new(None);
        let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
        let all = all.get_or_insert_default();
        let report = profile(ProfileMode::Trace, |clock| trees.iter().for_each(|tree| call(tree, clock)));
        trees.iter().for_each(|tree| {
            all.add(tree, &mut Vec::new());
        });
        prop_assert_eq!(report.calls_without_path(), 0, "or callers are not known");
        let told = told(&report);
        prop_assert_eq!(&told, &*all);
        let own: u64 = all.functions.values().map(|[_, _, own]| own).sum();
        prop_assert_eq!(own_time_of_stacks(&report), own);
    }
}
