//! What came within the last minutes or hours, of totals that only say what came since the start.
//!
//! Totals are read at ticks; a [`History`] keeps what each tick added, in steps that are finer for the last minutes and
//! coarser for the hours before. Bounded in time and in number: only what changed is kept. It knows no clock: time comes in as
//! nanoseconds of any time line. Ticked by [`crate::collector`] and by whoever reads.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::time::Duration;

const SECOND: u64 = 1_000_000_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// How long a step is, and how far back there are steps of this length; finest first.
const TIERS: [(u64, u64); 3] = [(10 * SECOND, 10 * MINUTE), (MINUTE, 2 * HOUR), (10 * MINUTE, 24 * HOUR)];

/// A total that only grows, as it is read at one moment.
pub(crate) trait Total: Copy + Default + PartialEq {
    /// What came since an earlier reading; the default when nothing did.
    fn since(self, earlier: Self) -> Self;
    /// Together with what came at another time.
    fn merged(self, other: Self) -> Self;
}

impl Total for u64 {
    fn since(self, earlier: Self) -> Self {
        self.saturating_sub(earlier)
    }

    fn merged(self, other: Self) -> Self {
        self + other
    }
}

/// What totals have come to, step by step, for the last 24 hours.
pub(crate) struct History<K, V> {
    /// When it began, and when it was ticked last.
    began: u64,
    ticked: u64,
    totals: HashMap<K, V>,
    tiers: [Tier<K, V>; TIERS.len()],
}

impl<K: Copy + Eq + Hash, V: Total> History<K, V> {
    /// Begins now. What the first tick brings counts as if it came at this moment.
    ///
    /// Each of the three tiers keeps `limit` changes at most, a change being one key in one step; then its oldest step goes.
    pub(crate) fn new(now: u64, limit: usize) -> Self {
        let tiers = TIERS.map(|(step, reach)| Tier::new(step, reach, limit));
        Self { began: now, ticked: now, totals: HashMap::new(), tiers }
    }

    /// Whether a step has ended since the last tick.
    pub(crate) const fn is_due(&self, now: u64) -> bool {
        let (step, _) = TIERS[0];
        now / step > self.ticked / step
    }

    /// Takes totals as they are now. A time before the last tick's counts as that.
    pub(crate) fn tick(&mut self, now: u64, totals: impl IntoIterator<Item = (K, V)>) {
        let now = now.max(self.ticked);
        for (key, total) in totals {
            let delta = total.since(self.totals.insert(key, total).unwrap_or_default());
            if delta != V::default() {
                self.tiers.iter_mut().for_each(|tier| tier.add(self.ticked, now, key, delta));
            }
        }
        self.tiers.iter_mut().for_each(|tier| tier.forget(now));
        self.ticked = now;
    }

    /// What came within a time up to the last tick, and how long that time really is: at most 24 hours, and not longer than
    /// there are steps. `None` for one that reaches back to the beginning.
    ///
    /// # Shape
    /// Steps are taken whole. One that began before the window and ended within it is in it: nothing that belongs to the
    /// window is left out, and it is longer than it says by at most one step (10 seconds up to 10 minutes, a minute up to
    /// 2 hours, then 10 minutes) and the time between two ticks.
    pub(crate) fn since(&self, window: Duration) -> (HashMap<K, V>, Option<Duration>) {
        let [.., coarsest] = &self.tiers;
        let window = u64::try_from(window.as_nanos()).unwrap_or(u64::MAX).min(coarsest.reach);
        let tier = self.tiers.iter().find(|tier| window <= tier.reach).unwrap_or(coarsest);
        let is_all = self.ticked - self.began <= window && tier.lost.is_none();
        let from = (!is_all).then(|| self.ticked.saturating_sub(window).max(tier.lost.unwrap_or(0)));
        (tier.since(from), from.map(|from| Duration::from_nanos(self.ticked - from)))
    }
}

/// Steps of one length.
struct Tier<K, V> {
    step: u64,
    reach: u64,
    limit: usize,
    /// Oldest first; steps in which nothing came are not here.
    steps: VecDeque<Step<K, V>>,
    /// Changes in all steps.
    changes: usize,
    /// Until when what came was given up for want of room.
    lost: Option<u64>,
}

/// What came in one step.
struct Step<K, V> {
    number: u64,
    /// The tick that brought the last of it.
    until: u64,
    deltas: HashMap<K, V>,
}

impl<K: Copy + Eq + Hash, V: Total> Tier<K, V> {
    fn new(step: u64, reach: u64, limit: usize) -> Self {
        Self { step, reach, limit, steps: VecDeque::new(), changes: 0, lost: None }
    }

    /// Adds what came between two ticks: to the step in which the first of them was, as ticks follow the end of a step closely.
    /// What came between two that are far apart is by itself, so that nothing older is taken along with it.
    fn add(&mut self, from: u64, until: u64, key: K, delta: V) {
        let number = from / self.step;
        let is_same =
            |last: &Step<K, V>| last.number == number && (last.until == until || until / self.step <= number + 1);
        if !self.steps.back().is_some_and(is_same) {
            self.steps.push_back(Step { number, until, deltas: HashMap::new() });
        }
        let Some(step) = self.steps.back_mut() else { return };
        step.until = until;
        let before = step.deltas.len();
        let sum = step.deltas.entry(key).or_default();
        *sum = sum.merged(delta);
        self.changes += step.deltas.len() - before;
    }

    /// Forgets what is out of reach, and the oldest where there is too much.
    fn forget(&mut self, now: u64) {
        while let Some(oldest) = self.steps.front() {
            let is_in_reach = oldest.until.saturating_add(self.reach) >= now;
            if is_in_reach && self.changes <= self.limit {
                return;
            }
            if is_in_reach {
                self.lost = Some(oldest.until);
            }
            self.changes -= oldest.deltas.len();
            self.steps.pop_front();
        }
    }

    /// The sums of the steps that ended after a time, or of all.
    fn since(&self, from: Option<u64>) -> HashMap<K, V> {
        let mut sums: HashMap<K, V> = HashMap::new();
        let is_in = |step: &&Step<K, V>| from.is_none_or(|from| step.until > from);
        for (key, delta) in self.steps.iter().rev().take_while(is_in).flat_map(|step| &step.deltas) {
            let sum = sums.entry(*key).or_default();
            *sum = sum.merged(*delta);
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    const ROOM: usize = 1 << 20;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// What came, tick by tick, and nothing forgotten: the steps are looked for each time.
    #[derive(Default)]
    struct Oracle {
        /// Between which times, and what.
        ticks: Vec<(u64, u64, Came)>,
    }

    /// By key.
    type Came = Vec<(u8, u64)>;

    impl Oracle {
        fn since(&self, window: u64, now: u64) -> HashMap<u8, u64> {
            let step = match window / MINUTE {
                _ if window <= 10 * MINUTE => 10 * SECOND,
                _ if window <= 2 * HOUR => MINUTE,
                _ => 10 * MINUTE,
            };
            let began = self.ticks.first().map_or(0, |(from, ..)| *from);
            let reaches = |until: u64| now - began <= window || until > now - window;
            let mut sums = HashMap::new();
            for (from, until, came) in &self.ticks {
                let is_short = |from, until| until / step <= from / step + 1;
                let is_same = |other: u64, other_until| {
                    (other, other_until) == (*from, *until)
                        || other / step == from / step && is_short(*from, *until) && is_short(other, other_until)
                };
                let mut same = self.ticks.iter().filter(|(from, until, _)| is_same(*from, *until));
                if same.any(|(_, until, came)| !came.is_empty() && reaches(*until)) {
                    came.iter().for_each(|(key, n)| *sums.entry(*key).or_default() += n);
                }
            }
            sums
        }
    }

    proptest! {
        /// Ticks up to some hours apart, more than 24 hours of them, each with some keys that grew.
        #[test]
        fn a_window_holds_what_the_oracle_holds(
            began in 0..HOUR,
            ticks in vec((prop_oneof![0..15 * SECOND, 0..5 * MINUTE, 0..3 * HOUR], vec((0_u8..5, 1_u64..9), 0..4)), 1..120),
            windows in vec(prop_oneof![0..15 * MINUTE, 0..26 * HOUR], 1..8),
        ) {
            let (mut history, mut oracle) = (History::new(began, ROOM), Oracle::default());
            let (mut now, mut totals) = (began, HashMap::<u8, u64>::new());
            for (after, came) in ticks {
                let from = now;
                now += after;
                came.iter().for_each(|(key, n)| *totals.entry(*key).or_default() += n);
                history.tick(now, totals.clone());
                oracle.ticks.push((from, now, came));
                for &window in &windows {
                    let (found, length) = history.since(Duration::from_nanos(window));
                    let window = window.min(24 * HOUR);
                    prop_assert_eq!(found, oracle.since(window, now));
                    let is_all = now - began <= window;
                    prop_assert_eq!(length, (!is_all).then(|| Duration::from_nanos(window)));
                }
            }
        }

        /// As the collector ticks: shortly after each step has ended.
        #[test]
        fn nothing_in_the_window_is_left_out_and_little_before_it_is_in(
            late in vec(0..SECOND, 400),
            window in 1..3600_u64,
        ) {
            let mut history = History::new(0, ROOM);
            let mut now = 0;
            for (step, late) in (1..).zip(late) {
                now = step * 10 * SECOND + late;
                // One each second, so the total says when.
                history.tick(now, [((), now / SECOND)]);
            }
            let (found, _) = history.since(seconds(window));
            let found = found[&()];
            let step = if window <= 600 { 10 } else { 60 };
            prop_assert!(found + 1 >= window.min(now / SECOND) && found <= window + step + 11, "{found} in {window} s");
        }
    }

    #[test]
    fn what_came_since_the_last_tick_is_in_the_next_reading() {
        let mut history = History::new(0, ROOM);
        history.tick(5 * SECOND, [("a", 2), ("b", 7)]);
        history.tick(HOUR, [("a", 3), ("b", 7)]);
        assert_eq!(history.since(seconds(60)), (HashMap::from([("a", 1)]), Some(seconds(60))));
        assert_eq!(history.since(seconds(3600)), (HashMap::from([("a", 3), ("b", 7)]), None), "since the beginning");
    }

    #[test]
    fn a_tick_is_due_when_a_step_has_ended() {
        let mut history = History::<u8, u64>::new(12 * SECOND, ROOM);
        assert!(!history.is_due(19 * SECOND) && history.is_due(20 * SECOND));
        history.tick(29 * SECOND, []);
        assert!(!history.is_due(11 * SECOND) && history.is_due(30 * SECOND));
    }

    #[test]
    fn a_clock_that_goes_back_stands_still() {
        let mut history = History::new(HOUR, ROOM);
        history.tick(HOUR, [("a", 1)]);
        history.tick(0, [("a", 4)]);
        assert_eq!(history.since(seconds(0)), (HashMap::from([("a", 4)]), None));
    }

    #[test]
    fn the_oldest_steps_go_where_too_much_changes() {
        let mut history = History::new(0, 100);
        for step in 1..=12 {
            history.tick(step * 10 * SECOND, (0..10_u8).map(|key| (key, step)));
            assert!(history.tiers.iter().all(|tier| tier.changes <= 100));
        }
        let (found, length) = history.since(seconds(600));
        assert_eq!((found.len(), found[&0], length), (10, 10, Some(seconds(100))));
        assert_eq!(history.since(seconds(3600)).1, None, "a minute is one step with ten changes");
    }

    #[test]
    fn a_day_of_changes_takes_as_many_steps_as_there_are_in_the_tiers() {
        let mut history = History::new(0, ROOM);
        (1..=9000).for_each(|step| history.tick(step * 10 * SECOND, [("a", step)]));
        assert_eq!(history.tiers.each_ref().map(|tier| tier.steps.len()), [61, 121, 145]);
        assert_eq!(history.since(seconds(u64::MAX)).1, Some(seconds(24 * 3600)));
    }
}
