//! Measures what calls cost, by making some.
//!
//! A callsite that no list knows is called on a shard that is in no pool, through the guards that annotated functions
//! expand into: nothing of it is counted, drained or exported. The collector asks once, on its own thread, after the
//! program's first second; it takes a quarter of a millisecond, and 64 KiB that stay.
//!
//! The calls do nothing else, so that caches are warm and branches known: what is found is the least that a call costs.

use std::hint::black_box;
use std::pin::pin;
use std::sync::OnceLock;
use std::task::{Context, Waker};
use std::time::Instant;

use crate::call::{Mode, Time, Trace};
use crate::call_costs::{CallCosts, ONE_IN, Spans, Times};
use crate::callsite::{Budget, Callsite, Meta, Name, OnExceed};
use crate::clock;
use crate::control_word::Control;
use crate::field_set::NoFields;
use crate::guard::Guard;
use crate::labels::NoLabels;
use crate::limit::{Limit, LimitKind};
use crate::paths;
use crate::probe::Seen;
use crate::ring::Memory;
use crate::shard::{Current, Local, Shard, TraceInfo, Tracing, local, with_shard_apart};
use crate::task::Task;

/// Calls in one round.
const CALLS: u32 = 64;
/// Rounds of one kind of call; the fastest counts, because nothing interrupted it.
const ROUNDS: u32 = 8;
/// Any number but 0 will do: the slots are not those of the program.
const SERIES: u32 = 1;

const META: Meta = Meta { name: Name::Given("obs::calibration"), traced: true, timed: true, ..Meta::EMPTY };
static PLAIN: Callsite = Callsite::new(Meta { time_one_in: ONE_IN, ..META });
static FRAMED: Callsite = Callsite::new(Meta { alloc: true, ..META });
static CPU: Callsite = Callsite::new(Meta { cpu: true, ..META });
/// Whose budget bounds the calls of another: that nobody calls.
static BOUNDING: Callsite =
    Callsite::new(Meta { budget: Some(Budget { limits: BOUNDS, on_exceed: OnExceed::Count }), ..META });
const BOUNDS: &[Limit] = &[Limit { kind: LimitKind::Calls("obs::nobody"), at_most: 0, share: 1.0 }];

/// What calls cost on this machine, measured at the first time of asking; `None` while the clock is being calibrated or
/// anybody uses a manual one.
pub(crate) fn call_costs() -> Option<&'static CallCosts> {
    static COSTS: OnceLock<CallCosts> = OnceLock::new();
    if COSTS.get().is_none() && clock::is_settled() {
        // Nobody else asks.
        let _ = COSTS.set(measure());
    }
    COSTS.get()
}

fn measure() -> CallCosts {
    let stand = Stand { shard: Shard::apart(), memory: Memory::new(1) };
    with_shard_apart(stand.shard, || paths::leaving_out(|| stand.call_costs()))
}

/// Where calls are measured.
struct Stand {
    shard: &'static Shard,
    memory: Memory,
}

impl Stand {
    fn call_costs(&self) -> CallCosts {
        let bare = self.fastest(CALLS, &PLAIN, 0, Spans::Off, bare);
        let plain = |flags, spans, call| over(self.fastest(CALLS, &PLAIN, Control::COUNT | flags, spans, call), bare);
        let framed = |callsite| {
            // These take so long that few will do.
            let flags = Control::COUNT | Control::FRAME;
            over(self.fastest(CALLS / 8, callsite, flags, Spans::Off, guarded::<Time>), bare)
        };
        let all_times = [Times::None, Times::Some, Times::All];
        let all_spans = [Spans::Off, Spans::Dropped, Spans::Recorded];
        let untraced = all_times.map(|times| plain(times.flags(), Spans::Off, guarded::<Time>));
        let traced =
            all_times.map(|times| all_spans.map(|spans| plain(times.flags() | spans.flags(), spans, guarded::<Trace>)));
        let (counted, all) = (untraced[0], traced[Times::All as usize][Spans::Recorded as usize]);
        let (frame, ledger, cpu) = (framed(&FRAMED), framed(&BOUNDING), framed(&CPU));
        CallCosts {
            untraced,
            traced,
            frame: over(frame, counted),
            ledger: over(ledger, frame),
            cpu: over(cpu, ledger),
            listed: over(plain(Control::IN_FLIGHT, Spans::Off, guarded::<Time>), counted),
            polled: over(plain(Control::TIME | Control::TRACE, Spans::Recorded, polled), all),
        }
    }

    /// Nanoseconds of one call in the fastest round.
    fn fastest(
        &self,
        calls: u32,
        callsite: &'static Callsite,
        flags: u32,
        spans: Spans,
        call: fn(&'static Callsite),
    ) -> f64 {
        callsite.set_series(SERIES);
        callsite.set_control(Control::new(SERIES, flags));
        let rounds = (0..ROUNDS).map(|_| {
            self.make_room();
            local(|local| local.set_current(spans.place()));
            let begin = Instant::now();
            (0..calls).for_each(|_| call(black_box(callsite)));
            begin.elapsed()
        });
        rounds.min().unwrap_or_default().as_nanos() as f64 / f64::from(calls)
    }

    /// Has the ring begin its only segment again if it has no room for the spans of a round: it must not ask the memory of
    /// the program's rings for another.
    fn make_room(&self) {
        /// Eight for each span, and three for its polls.
        const WORDS: usize = CALLS as usize * 11;
        let ring = &self.shard.ring;
        ring.drain(&self.memory, |_, _| {});
        if ring.room(WORDS).is_none() {
            let filler = [0, 0, 0, 0, 0, 0, 0, WORDS as u64];
            // It was drained, so it takes the segment anew.
            let _ = ring.push(&self.memory, filler, &[&[0; WORDS]]);
            ring.drain(&self.memory, |_, _| {});
        }
    }
}

impl Times {
    const fn flags(self) -> u32 {
        match self {
            Self::None => 0,
            Self::Some => Control::TIME | Control::TIME_SOME,
            Self::All => Control::TIME,
        }
    }
}

impl Spans {
    const fn flags(self) -> u32 {
        if matches!(self, Self::Off) { 0 } else { Control::TRACE }
    }

    /// What runs around the calls.
    fn place(self) -> Current {
        let tracing = match self {
            Self::Off => return Current::NONE,
            Self::Dropped => Tracing::Dropped,
            Self::Recorded => Tracing::Recorded,
        };
        Current { trace: [1; 2], span: local(Local::random), info: TraceInfo::new(tracing, true, 0) }
    }
}

/// What one thing costs more than another; what is too little to be measured is nothing.
fn over(cost: f64, base: f64) -> f64 {
    (cost - base).max(0.0)
}

#[inline(never)]
fn bare(callsite: &'static Callsite) {
    black_box(callsite);
}

#[inline(never)]
fn guarded<M: Mode>(callsite: &'static Callsite) {
    Guard::<M>::enter(callsite, NoLabels, NoFields).finish_ok();
}

#[inline(never)]
fn polled(callsite: &'static Callsite) {
    let task = Task::<Trace>::new(callsite, NoLabels, NoFields);
    let call = pin!(task.drive(std::future::ready(()), |task, ()| task.finish(Seen::Ok)));
    let _ = call.poll(&mut Context::from_waker(Waker::noop()));
}
