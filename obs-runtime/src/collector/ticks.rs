//! What the collector does once a second beside collecting: it measures what recording costs, and has the governor act.

use std::time::{Duration, Instant};

use crate::callsite::Callsite;
use crate::event_site::EventSite;
use crate::governor::{Action, Governor};
use crate::health_counters::{SPANS_TURNED_DOWN, TIMES_TURNED_DOWN, TURNED_DOWN_NOW, TURNED_UP};
use crate::level::Level;
use crate::meter::{Measured, Meter, Stretch};
use crate::note;
use crate::overhead::{self, CallsiteCost, Overhead};
use crate::policy::TurnedDown;
use crate::registry;

/// Functions that an [`Overhead`] names.
const HOTTEST: usize = 20;

/// What the builder says about overhead.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watching {
    /// How often it is measured.
    pub(crate) every: Duration,
    /// The share of the CPU time that recording may take.
    pub(crate) max: Option<f64>,
}

/// The measuring and the governing.
pub(super) struct Ticks {
    every: Duration,
    due: Instant,
    meter: Meter,
    governor: Option<Governor>,
    /// That something is turned down was told.
    is_told: bool,
}

impl Ticks {
    /// Begins to measure, given the spans collected so far.
    pub(super) fn new(watching: Watching, spans: &[u64]) -> Self {
        let Watching { every, max } = watching;
        let governor = max.map(Governor::new);
        Self { every, due: Instant::now() + every, meter: Meter::new(spans), governor, is_told: false }
    }

    /// Measures and governs when it is time, given the spans collected so far by the series of their callsite; gives what
    /// is to be told when no lock is held.
    pub(super) fn tick(&mut self, spans: &[u64]) -> Option<Notice> {
        let now = Instant::now();
        if now < self.due {
            return None;
        }
        self.due = now + self.every;
        let stretch = self.meter.measure(spans)?;
        let notice = self.govern(&stretch);
        overhead::publish(Some(self.overhead(&stretch)));
        notice
    }

    fn govern(&mut self, stretch: &Stretch) -> Option<Notice> {
        let governor = self.governor.as_mut()?;
        let loads = self.meter.loads(stretch.call_costs, governor);
        let ratio = governor.ratio(stretch.cpu, &loads);
        let actions = governor.decide(stretch.cpu, &loads);
        if actions.is_empty() {
            return None;
        }
        actions.iter().for_each(|(_, action)| count(*action));
        let turned_down = governor.turned_down();
        let functions = turned_down.len();
        TURNED_DOWN_NOW.set(functions as u64);
        registry::change_policy(|policy| policy.turned_down = turned_down);
        let was_told = std::mem::replace(&mut self.is_told, functions > 0);
        let is_first = |measured: &&Measured| measured.callsite.series() == actions[0].0;
        let first = stretch.functions.iter().find(is_first)?.callsite;
        (functions > 0 && !was_told).then(|| Notice { ratio, max: governor.max(), functions, first })
    }

    fn overhead(&self, stretch: &Stretch) -> Overhead {
        let mut hottest = stretch.functions.clone();
        hottest.sort_by_key(|function| std::cmp::Reverse(function.nanos));
        let turned_down = self.governor.as_ref().map(Governor::turned_down).unwrap_or_default();
        let cost = |function: &Measured| CallsiteCost {
            callsite: function.callsite,
            calls: function.calls,
            cost: Duration::from_nanos(function.nanos),
            turned_down: turned_down.get(&function.callsite.series()).copied(),
        };
        Overhead {
            time: stretch.time,
            cpu: Duration::from_nanos(stretch.cpu),
            calls: Duration::from_nanos(stretch.functions.iter().map(|function| function.nanos).sum()),
            threads: Duration::from_nanos(stretch.threads),
            max: self.governor.as_ref().map(Governor::max),
            call_costs: stretch.call_costs,
            hottest: hottest.iter().take(HOTTEST).map(cost).collect(),
        }
    }
}

fn count(action: Action) {
    match action {
        Action::TurnDown(TurnedDown::Spans) => SPANS_TURNED_DOWN.add(1),
        Action::TurnDown(TurnedDown::Times) => TIMES_TURNED_DOWN.add(1),
        Action::TurnUp => TURNED_UP.add(1),
    }
}

/// Leaves nothing turned down, and nothing measured, where nobody measures any more.
pub(super) fn end() {
    registry::change_policy(|policy| policy.turned_down.clear());
    TURNED_DOWN_NOW.set(0);
    overhead::publish(None);
}

/// That functions record less from now on: told when the first does, until none does any more.
pub(super) struct Notice {
    ratio: f64,
    max: f64,
    functions: usize,
    first: &'static Callsite,
}

impl Notice {
    /// Tells on standard error, and as an event.
    pub(super) fn tell(&self) {
        static SITE: EventSite = EventSite::new("obs::governor", file!(), line!());
        let Self { ratio, max, functions, first } = *self;
        let (name, plural) = (first.name(), if functions == 1 { "" } else { "s" });
        eprintln!(
            "obs: recording took {:.2} % of the CPU time, at most {:.2} % may; {functions} function{plural} record less, \
             first {name}; further steps are counted, not printed",
            100.0 * ratio,
            100.0 * max
        );
        note::event(&SITE, Level::Warn, "recording took more than its share of the CPU time", |fields| {
            fields.value("obs.overhead.ratio", &ratio);
            fields.value("obs.overhead.max", &max);
            fields.value("obs.governor.turned_down", &functions);
            fields.value("code.function.name", name);
        });
    }
}
