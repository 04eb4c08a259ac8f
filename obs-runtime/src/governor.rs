//! Decides which functions record less while recording takes more than its share of the CPU time.
//!
//! A function of numbers: what calls cost in a stretch of time, what the process used, and what is turned down already.
//! [`crate::meter`] measures, [`crate::collector`] asks, [`crate::policy`] makes control words of the answer. Counts are
//! never touched; there is no step for them.
//!
//! Under a load that stays as it is nothing swings: what is turned down is below 80 % of the maximum, and what is turned up
//! again is below 50 %, so that neither asks for the other.

use std::collections::{BinaryHeap, HashMap};

use crate::policy::TurnedDown;

/// The share of the maximum that is aimed for when it is passed.
const GOAL: f64 = 0.8;
/// The share of the maximum below which there must be room for what is turned up again.
const CALM: f64 = 0.5;
/// For so many decisions in a row there must be.
const CALM_FOR: u32 = 10;

/// How much of a function's calls may be recorded, from all to least.
pub(crate) const STAGES: [Option<TurnedDown>; 3] = [None, Some(TurnedDown::Spans), Some(TurnedDown::Times)];

/// One function's calls of a stretch of time.
#[derive(Clone, Debug)]
pub(crate) struct Load {
    /// The callsite's.
    pub(crate) series: u32,
    /// What the calls cost, or would have, in nanoseconds, at each of [`STAGES`].
    pub(crate) costs: [u64; 3],
    /// Which of the steps there are, from one stage to the next.
    pub(crate) steps: [bool; 2],
}

/// What the governor does to one function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    TurnDown(TurnedDown),
    TurnUp,
}

/// A function that is turned down, and for how many decisions in a row there was room to turn it up.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Held {
    turned_down: TurnedDown,
    calm: u32,
}

/// What is turned down.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Governor {
    max: f64,
    held: HashMap<u32, Held>,
}

/// What calls cost, and what the process used, as far as it has been decided.
#[derive(Clone, Copy)]
struct Projection {
    own: f64,
    cpu: f64,
}

impl Projection {
    fn new(cpu: u64, costs: impl Iterator<Item = u64>) -> Self {
        let own: f64 = costs.map(|cost| cost as f64).sum();
        // What calls cost is an estimate, and they cannot cost more than was used.
        Self { own, cpu: own.max(cpu as f64) }
    }

    fn ratio(self) -> f64 {
        if self.own > 0.0 { self.own / self.cpu } else { 0.0 }
    }

    /// With so many nanoseconds less: the process does not use them either.
    fn less(self, nanos: u64) -> Self {
        Self { own: self.own - nanos as f64, cpu: self.cpu - nanos as f64 }
    }

    fn more(self, nanos: u64) -> Self {
        Self { own: self.own + nanos as f64, cpu: self.cpu + nanos as f64 }
    }
}

impl Governor {
    /// Turns nothing down yet; recording may take a share of at most `max`.
    pub(crate) fn new(max: f64) -> Self {
        Self { max, held: HashMap::new() }
    }

    pub(crate) const fn max(&self) -> f64 {
        self.max
    }

    /// What is turned down, by the series of the callsites.
    pub(crate) fn turned_down(&self) -> HashMap<u32, TurnedDown> {
        self.held.iter().map(|(&series, held)| (series, held.turned_down)).collect()
    }

    /// Whether a function is turned down.
    pub(crate) fn holds(&self, series: u32) -> bool {
        self.held.contains_key(&series)
    }

    /// The share of `cpu` that the calls took.
    pub(crate) fn ratio(&self, cpu: u64, loads: &[Load]) -> f64 {
        self.now(cpu, loads).ratio()
    }

    fn now(&self, cpu: u64, loads: &[Load]) -> Projection {
        Projection::new(cpu, loads.iter().map(|load| load.costs[self.stage(load)]))
    }

    /// Decides after a stretch of time in which the process used `cpu` nanoseconds; `loads` has every function that was
    /// called or is turned down. Says what is different now, in the order of the decisions.
    pub(crate) fn decide(&mut self, cpu: u64, loads: &[Load]) -> Vec<(u32, Action)> {
        let mut actions = self.release(loads);
        let now = self.now(cpu, loads);
        if now.ratio() > self.max {
            self.held.values_mut().for_each(|held| held.calm = 0);
            self.turn_down(now, loads, &mut actions);
        } else {
            self.turn_up(now, loads, &mut actions);
        }
        actions
    }

    /// Lets go of functions for which there is no step any more: a rule names them, or they are off.
    fn release(&mut self, loads: &[Load]) -> Vec<(u32, Action)> {
        let without = loads.iter().filter(|load| load.steps == [false; 2]);
        let gone = without.filter(|load| self.held.remove(&load.series).is_some());
        gone.map(|load| (load.series, Action::TurnUp)).collect()
    }

    /// Where a function stands among [`STAGES`].
    fn stage(&self, load: &Load) -> usize {
        self.held.get(&load.series).map_or(0, |held| 1 + held.turned_down as usize)
    }

    /// Takes the step that saves most, until the goal is reached or no step is left that saves anything.
    fn turn_down(&mut self, mut now: Projection, loads: &[Load], actions: &mut Vec<(u32, Action)>) {
        let mut steps: BinaryHeap<_> =
            loads.iter().enumerate().filter_map(|(at, load)| load.next(self.stage(load), at)).collect();
        while now.ratio() > GOAL * self.max {
            let Some((saved, at, stage)) = steps.pop() else { return };
            let Some(turned_down) = STAGES[stage] else { return };
            self.held.insert(loads[at].series, Held { turned_down, calm: 0 });
            actions.push((loads[at].series, Action::TurnDown(turned_down)));
            now = now.less(saved);
            steps.extend(loads[at].next(stage, at));
        }
    }

    /// Takes back one step of each function for which there has been room long enough, those first that cost least.
    fn turn_up(&mut self, now: Projection, loads: &[Load], actions: &mut Vec<(u32, Action)>) {
        let held = loads.iter().filter(|load| self.holds(load.series));
        let mut steps: Vec<_> = held.map(|load| load.previous(self.stage(load))).collect();
        steps.sort_unstable();
        let (mut then, room) = (now, CALM * self.max);
        for (more, series, stage) in steps {
            let Some(held) = self.held.get_mut(&series) else { continue };
            held.calm = if now.more(more).ratio() < room { held.calm + 1 } else { 0 };
            if held.calm < CALM_FOR || then.more(more).ratio() >= room {
                continue;
            }
            then = then.more(more);
            match STAGES[stage] {
                None => drop(self.held.remove(&series)),
                Some(turned_down) => *held = Held { turned_down, calm: 0 },
            }
            actions.push((series, Action::TurnUp));
        }
    }
}

impl Load {
    /// The next step down that saves anything: what it saves, where this load lies, and the stage it leads to.
    fn next(&self, stage: usize, at: usize) -> Option<(u64, usize, usize)> {
        (stage + 1..STAGES.len()).filter(|&to| self.steps[to - 1]).find_map(|to| {
            let saved = self.costs[stage].saturating_sub(self.costs[to]);
            (saved > 0).then_some((saved, at, to))
        })
    }

    /// The step back up: what it costs, whose it is, and the stage it leads to.
    fn previous(&self, stage: usize) -> (u64, u32, usize) {
        let to = (1..stage).rev().find(|&to| self.steps[to - 1]).unwrap_or(0);
        (self.costs[to].saturating_sub(self.costs[stage]), self.series, to)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SPANS: Action = Action::TurnDown(TurnedDown::Spans);
    const TIMES: Action = Action::TurnDown(TurnedDown::Times);

    fn load(series: u32, costs: [u64; 3]) -> Load {
        Load { series, costs, steps: [costs[0] > costs[1], costs[1] > costs[2]] }
    }

    /// Decides once about a process that does so many nanoseconds of work of its own.
    fn decide(governor: &mut Governor, work: u64, loads: &[Load]) -> Vec<(u32, Action)> {
        governor.decide(work + own(governor, loads), loads)
    }

    fn own(governor: &Governor, loads: &[Load]) -> u64 {
        loads.iter().map(|load| load.costs[governor.stage(load)]).sum()
    }

    #[test]
    fn the_step_that_saves_most_comes_first_and_no_more_than_is_needed() {
        let mut governor = Governor::new(0.01);
        let loads = [load(1, [6_000, 2_000, 100]), load(2, [9_000, 1_000, 1_000]), load(3, [300, 200, 100])];
        assert_eq!(decide(&mut governor, 985_000, &loads), [(2, SPANS)], "7,300 of a million is below 8,000");
        let loads = [load(1, [6_000, 2_000, 100]), load(2, [9_000, 1_000, 1_000]), load(3, [4_300, 4_200, 100])];
        assert_eq!(decide(&mut governor, 985_000, &loads), [(1, SPANS)]);
        assert_eq!(decide(&mut governor, 985_000, &loads), [], "7,300 again");
    }

    #[test]
    fn times_come_after_spans_and_at_once_where_there_are_none() {
        let mut governor = Governor::new(0.01);
        let mut only_timed = load(2, [7_000, 7_000, 500]);
        only_timed.steps = [false, true];
        let loads = [load(1, [20_000, 15_000, 500]), only_timed];
        assert_eq!(decide(&mut governor, 500_000, &loads), [(2, TIMES), (1, SPANS), (1, TIMES)]);
        assert_eq!(own(&governor, &loads), 1_000);
    }

    #[test]
    fn what_was_turned_down_comes_back_step_by_step_after_ten_calm_decisions() {
        let mut governor = Governor::new(0.01);
        decide(&mut governor, 1_000, &[load(1, [900, 600, 100])]);
        assert_eq!(governor.turned_down(), HashMap::from([(1, TurnedDown::Times)]));
        let idle = [Load { costs: [0; 3], ..load(1, [3, 2, 1]) }];
        let actions: Vec<_> = (1..=20).filter(|_| !decide(&mut governor, 1_000, &idle).is_empty()).collect();
        assert_eq!((actions, governor.turned_down().len()), (vec![10, 20], 0));
    }

    #[test]
    fn the_calm_begins_anew_when_there_was_no_room() {
        let mut governor = Governor::new(0.01);
        let busy = [load(1, [900, 100, 100])];
        decide(&mut governor, 50_000, &busy);
        let idle = [Load { costs: [0; 3], ..busy[0].clone() }];
        for (work, loads) in [(50_000, &idle), (100_000, &busy), (50_000, &idle)] {
            (0..9).for_each(|_| assert_eq!(decide(&mut governor, work, loads), []));
        }
        assert_eq!(decide(&mut governor, 50_000, &idle), [(1, Action::TurnUp)]);
    }

    #[test]
    fn what_a_rule_names_meanwhile_is_let_go() {
        let mut governor = Governor::new(0.01);
        let mut loads = [load(1, [900, 100, 100])];
        assert_eq!(decide(&mut governor, 1_000, &loads), [(1, SPANS)]);
        loads[0].steps = [false; 2];
        assert_eq!(decide(&mut governor, 1_000, &loads), [(1, Action::TurnUp)]);
        assert_eq!(decide(&mut governor, 1_000, &loads), [], "it costs too much, and stays");
    }

    fn loads() -> impl Strategy<Value = Vec<Load>> {
        let costs = (0_u64..1_000_000, 0_u64..1_000_000, 0_u64..1_000_000);
        let one = (costs, any::<[bool; 2]>()).prop_map(|((a, b, c), steps)| ([a + b + c, b + c, c], steps));
        prop::collection::vec(one, 0..20)
            .prop_map(|all| (1..).zip(all).map(|(series, (costs, steps))| Load { series, costs, steps }).collect())
    }

    /// Loads of functions that share the processor evenly; the costs they come with are those of one call.
    fn called_as_often_as_they_can(governor: &Governor, loads: &[Load], work: u64, cpu: u64) -> Vec<Load> {
        let scaled = |load: &Load| {
            let calls = cpu / loads.len() as u64 / (work + load.costs[governor.stage(load)]);
            Load { costs: load.costs.map(|cost| cost * calls), ..load.clone() }
        };
        loads.iter().map(scaled).collect()
    }

    proptest! {
        /// Under one load all is settled soon: first what is turned down, then what is turned up, and never down again.
        #[test]
        fn nothing_swings_under_a_load_that_stays(loads in loads(), work in 1_u64..1_000_000_000, max in 0.0001..0.9) {
            let mut governor = Governor::new(max);
            let actions: Vec<_> = (0..500).flat_map(|_| decide(&mut governor, work, &loads)).collect();
            let downs = actions.iter().take_while(|(_, action)| *action != Action::TurnUp).count();
            prop_assert!(actions[downs..].iter().all(|(_, action)| *action == Action::TurnUp), "{actions:?}");
            prop_assert!(actions.len() <= 4 * loads.len());
            let settled = governor.turned_down();
            (0..50).for_each(|_| drop(decide(&mut governor, work, &loads)));
            prop_assert_eq!(governor.turned_down(), settled);
        }

        /// After one decision the maximum is kept, or there is nothing left to turn down.
        #[test]
        fn the_maximum_is_kept_or_everything_is_turned_down(loads in loads(), work in 1_u64..1_000_000_000, max in 0.0001..0.9) {
            let mut governor = Governor::new(max);
            decide(&mut governor, work, &loads);
            let own = own(&governor, &loads) as f64;
            let nothing_left = loads.iter().enumerate().all(|(at, load)| load.next(governor.stage(load), at).is_none());
            prop_assert!(nothing_left || own / (own + work as f64) <= max);
        }

        /// The same where threads never rest: what takes less is called more often.
        #[test]
        fn nothing_swings_where_what_takes_less_is_called_more(loads in loads(), work in 1_u64..1_000_000, max in 0.0001..0.9) {
            const CPU: u64 = 1_000_000_000;
            let mut governor = Governor::new(max);
            let mut actions = Vec::new();
            for _ in 0..500 {
                let loads = called_as_often_as_they_can(&governor, &loads, work, CPU);
                actions.extend(governor.decide(CPU, &loads));
            }
            let downs = actions.iter().take_while(|(_, action)| *action != Action::TurnUp).count();
            prop_assert!(actions[downs..].iter().all(|(_, action)| *action == Action::TurnUp), "{actions:?}");
            let loads = called_as_often_as_they_can(&governor, &loads, work, CPU);
            let nothing_left = loads.iter().enumerate().all(|(at, load)| load.next(governor.stage(load), at).is_none());
            prop_assert!(nothing_left || own(&governor, &loads) as f64 <= max * CPU as f64);
        }

        /// Whatever loads come one after the other, only steps that there are are taken.
        #[test]
        fn no_step_is_taken_that_is_not_there(rounds in prop::collection::vec(loads(), 1..40), max in 0.0001..0.5) {
            let mut governor = Governor::new(max);
            for loads in &rounds {
                for (series, action) in decide(&mut governor, 1_000_000, loads) {
                    let load = &loads[series as usize - 1];
                    let is_there = !matches!(action, Action::TurnDown(step) if !load.steps[step as usize]);
                    prop_assert!(is_there, "{action:?} of {load:?}");
                }
            }
        }
    }
}
