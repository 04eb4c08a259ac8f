//! Times all candidates in turn, round after round, so that a noisy moment hits all of them; the best round counts.
//!
//! `cargo run --release [-- [--write FILE] [--rounds N] [--only ROW]]`; the first two rows are always there.

use std::fmt::Write as _;

use compare::round::{Player, Round, serve};
use compare::{Candidate, candidates};

/// The best round of a candidate, in nanoseconds a call; of the whole process the median, because work may be put off
/// from one round to the next.
#[derive(Clone)]
struct Best {
    one: f64,
    two: f64,
    process: Vec<f64>,
}

impl Best {
    const NONE: Self = Self { one: f64::MAX, two: f64::MAX, process: Vec::new() };

    fn add(&mut self, round: Round) {
        self.one = self.one.min(round.one);
        self.two = self.two.min(round.two.unwrap_or(f64::MAX));
        self.process.push(round.process);
    }

    fn process(&self) -> f64 {
        let mut rounds = self.process.clone();
        rounds.sort_by(f64::total_cmp);
        rounds[rounds.len() / 2]
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut candidates = candidates();
    if let [option, row, who] = &arguments[..]
        && option == "--rounds-of"
    {
        let found = candidates.iter().find(|candidate| candidate.row == row && candidate.who == who);
        return serve(found.expect("a candidate"));
    }
    let option = |name: &str| arguments.iter().position(|a| a == name).and_then(|i| arguments.get(i + 1));
    let rounds = option("--rounds").map_or(60, |n| n.parse().expect("a number of rounds"));
    if let Some(only) = option("--only") {
        candidates.retain(|candidate| candidate.is_floor() || candidate.row.contains(only));
    }

    let mut players: Vec<_> = candidates.iter().map(Player::start).collect();
    if candidates.iter().any(|candidate| candidate.who == "obs" && !candidate.is_apart) {
        compare::ours::ROWS.iter().for_each(compare::ours::Row::check);
    }
    let mut best = vec![Best::NONE; candidates.len()];
    for _ in 0..rounds {
        players.iter_mut().zip(&mut best).for_each(|(player, best)| best.add(player.round()));
    }
    assert_eq!(obs::snapshot().health().spans_dropped(), 0, "a refused span is cheaper than a recorded one");

    let table = table(&candidates, &best);
    print!("{table}");
    if let Some(file) = option("--write") {
        std::fs::write(file, table).expect("a file that can be written");
    }
}

fn table(candidates: &[Candidate], best: &[Best]) -> String {
    let of = |row: &str, who: &str| {
        let found = candidates.iter().position(|candidate| candidate.row == row && candidate.who == who);
        &best[found.expect("it is in the table")]
    };
    let bare = of("bare", "-");
    let floor = of("two reads of the TSC", "-").one - bare.one;
    let mut text = String::new();
    let head = "| row | who | ns | x 2T | x obs | two threads, ns | two / one | process CPU, ns |\n|---|---|--:|--:|--:|--:|--:|--:|\n";
    text.push_str(head);
    for (candidate, best) in candidates.iter().zip(best) {
        let (row, who) = (candidate.row, candidate.who);
        let mut one = best.one - bare.one;
        if row == "bare" {
            one = best.one;
        }
        let ratio =
            if who == "-" { String::from("-") } else { format!("{:.1}", one / (of(row, "obs").one - bare.one)) };
        let (two, scale) = if candidate.threads {
            (
                format!("{:.1}", best.two - if row == "bare" { 0.0 } else { bare.two }),
                format!("{:.2}", best.two / best.one),
            )
        } else {
            (String::from("-"), String::from("-"))
        };
        let process = best.process() - if row == "bare" { 0.0 } else { bare.process() };
        writeln!(text, "| {row} | {who} | {one:.1} | {:.2} | {ratio} | {two} | {scale} | {process:.1} |", one / floor)
            .expect("a string takes everything");
    }
    text
}
