//! Runs one candidate that often, for `instructions.py`: `instructions list`, `instructions ROW WHO CALLS`.

/// Calls before those that are counted: as many as those.
const WARM: u64 = 80_000;

fn main() {
    let candidates = compare::candidates();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [row, who, calls] = &arguments[..] else {
        candidates.iter().for_each(|candidate| println!("{}\t{}", candidate.row, candidate.who));
        return;
    };
    let found = candidates.iter().find(|candidate| candidate.row == row && candidate.who == who);
    let candidate = found.expect("one of `instructions list`");
    (candidate.start)();
    // Whatever the first calls set up, and the memory that more than these never need, is there before.
    candidate.run(WARM);
    (candidate.settle)();
    measured(candidate, calls.parse().expect("a number of calls"));
    (candidate.settle)();
}

/// Counted by itself on the caller's thread: what runs before may wait for a clock.
#[inline(never)]
#[unsafe(no_mangle)]
fn measured(candidate: &compare::Candidate, calls: u64) {
    candidate.run(calls);
}
