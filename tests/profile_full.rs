//! More call paths than there is room for: a binary of its own, because there is no room afterwards.
#![cfg(feature = "enabled")]

use std::time::Duration;

use obs::{Flame, ManualClock, ProfileMode, counted, profiled};

/// Functions that call each other, each its two neighbours.
const FUNCTIONS: [fn(&ManualClock, usize); 3] = [first, second, third];
/// 3 * (2^13 - 1) paths.
const DEPTH: usize = 13;

fn go_on(clock: &ManualClock, me: usize, depth: usize) {
    clock.advance(Duration::from_nanos(1));
    if depth > 1 {
        FUNCTIONS[(me + 1) % 3](clock, depth - 1);
        FUNCTIONS[(me + 2) % 3](clock, depth - 1);
    }
}

#[profiled]
fn first(clock: &ManualClock, depth: usize) {
    go_on(clock, 0, depth);
}

#[profiled]
fn second(clock: &ManualClock, depth: usize) {
    go_on(clock, 1, depth);
}

#[counted]
fn third(clock: &ManualClock, depth: usize) {
    go_on(clock, 2, depth);
}

#[counted]
fn late(clock: &ManualClock) {
    clock.advance(Duration::from_nanos(5));
}

#[test]
fn what_has_no_room_for_its_path_is_kept_by_function() {
    let clock = ManualClock::new();
    obs::profile(ProfileMode::Trace);
    clock.run(|| {
        FUNCTIONS.iter().for_each(|function| function(&clock, DEPTH));
        late(&clock);
    });
    obs::profile(ProfileMode::Off);
    let report = obs::report();
    let kept = |name| report.function(name).and_then(|function| function.kept).expect("kept");
    let calls = (1 << DEPTH) - 1;
    let mut time = 0;
    for name in ["first", "second", "third"] {
        let kept = kept(name);
        assert_eq!((kept.calls, kept.self_time.as_nanos()), (calls, u128::from(calls)), "nothing is lost");
        time += kept.time.as_nanos();
        let callers = report.function(name).map_or(0, |function| function.callers.iter().map(|edge| edge.calls).sum());
        assert!(callers < calls - 1, "some are not known");
    }
    assert_eq!(time, expected_time(), "the time of each function is counted once, known path or not");
    assert_eq!(kept("late").self_time, Duration::from_nanos(5));

    assert_eq!(report.calls_without_path(), 3 * calls + 1 - 16_384);
    assert_eq!(obs::snapshot().health().paths_full, report.calls_without_path());
    let folded = report.folded(Flame::Time);
    assert!(folded.contains("[no room];profile_full::late 5\n"), "{folded}");
    assert_eq!(folded.lines().count(), 16_384 + 4);
    let text = report.to_string();
    let told = format!("too many call paths: the callers of {} calls are not known\n", report.calls_without_path());
    assert!(text.contains(&told), "{text}");
}

/// The time of the outermost calls of each function, in all trees.
fn expected_time() -> u128 {
    fn walk(me: usize, depth: usize, running: &mut Vec<usize>) -> u128 {
        let own = if running.contains(&me) { 0 } else { (1 << depth) - 1 };
        if depth == 1 {
            return own;
        }
        running.push(me);
        let inside: u128 = [1, 2].map(|next| walk((me + next) % 3, depth - 1, running)).iter().sum();
        running.pop();
        own + inside
    }
    (0..3).map(|root| walk(root, DEPTH, &mut Vec::new())).sum()
}
