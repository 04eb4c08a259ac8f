//! Which clock is read, and the reading of it.

use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Instant;

use super::{ManualClock, manual, scale, tsc};

/// How long the counter is compared with the operating system's clock before it is trusted.
const CALIBRATION: u64 = 10_000_000;

static STATE: AtomicU8 = AtomicU8::new(State::NEW);

struct State;

impl State {
    const NEW: u8 = 0;
    const CALIBRATING: u8 = 1;
    /// One thread is writing the scale; the others read the operating system's clock a little longer.
    const ADOPTING: u8 = 2;
    const TSC: u8 = 3;
    const OS: u8 = 4;
}

/// The clock that times calls, and why that one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClockSource {
    /// The processor's time stamp counter, calibrated against the operating system.
    Tsc,
    /// The operating system's monotonic clock, because of what is said.
    Os(&'static str),
    /// A clock that tests move by hand.
    Manual,
}

impl fmt::Display for ClockSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tsc => f.write_str("tsc"),
            Self::Os(reason) => write!(f, "os ({reason})"),
            Self::Manual => f.write_str("manual"),
        }
    }
}

/// Which clock to use; `Builder::clock`, or `OBS_CLOCK=auto|tsc|os`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum ClockChoice {
    /// The time stamp counter where it can be trusted.
    #[default]
    Auto,
    /// The time stamp counter, even where the machine does not vouch for it.
    Tsc,
    /// The operating system's clock.
    Os,
    /// A clock that tests move by hand, for the whole program.
    Manual(ManualClock),
}

impl From<ManualClock> for ClockChoice {
    fn from(clock: ManualClock) -> Self {
        Self::Manual(clock)
    }
}

/// One moment on the operating system's clock and on the counter. The first one is where the time line begins.
#[derive(Clone, Copy)]
struct Moment {
    instant: Instant,
    ticks: u64,
}

impl Moment {
    /// Reads both clocks as closely together as eight tries allow: a thread that is interrupted between the two
    /// readings would be off by as much.
    fn now() -> Self {
        let read = |_| {
            let before = tsc::read();
            let instant = Instant::now();
            let gap = tsc::read().wrapping_sub(before);
            (gap, Self { instant, ticks: before.wrapping_add(gap / 2) })
        };
        (0..8).map(read).min_by_key(|(gap, _)| *gap).map_or_else(|| read(0).1, |(_, moment)| moment)
    }

    fn nanos_since(&self, origin: &Self) -> u64 {
        u64::try_from(self.instant.saturating_duration_since(origin.instant).as_nanos()).unwrap_or(u64::MAX)
    }
}

fn origin() -> &'static Moment {
    static ORIGIN: OnceLock<Moment> = OnceLock::new();
    ORIGIN.get_or_init(Moment::now)
}

/// Nanoseconds since the origin, where they are one read of the counter away.
#[inline(always)]
pub(crate) fn quick() -> Option<u64> {
    scale::now()
}

/// Nanoseconds since the origin.
///
/// # Cost
/// One read of the counter and one multiplication; elsewhere what the operating system takes.
#[inline(always)]
pub(crate) fn now() -> u64 {
    match scale::now() {
        Some(nanos) => nanos,
        None => now_cold(),
    }
}

#[cold]
#[inline(never)]
fn now_cold() -> u64 {
    if let Some(nanos) = manual::read() {
        return nanos;
    }
    let state = STATE.load(Ordering::Acquire);
    if state == State::TSC {
        // A manual clock is in use somewhere, so the fast path is shut; this thread still reads the counter.
        return scale::now_beside_manual();
    }
    let origin = origin();
    if state == State::NEW {
        choose(&ClockChoice::Auto);
    }
    let nanos = u64::try_from(origin.instant.elapsed().as_nanos()).unwrap_or(u64::MAX);
    if state == State::CALIBRATING && nanos >= CALIBRATION {
        adopt(origin);
    }
    nanos
}

/// Takes the counter into use, now that some time has passed since the origin.
fn adopt(origin: &Moment) {
    let moment = Moment::now();
    let (nanos, ticks) = (moment.nanos_since(origin), moment.ticks);
    let elapsed = ticks.wrapping_sub(origin.ticks);
    let rate = (u128::from(nanos) << 64) / u128::from(elapsed.max(1));
    let Ok(rate) = u64::try_from(rate) else {
        // Slower than 1 GHz: the rate does not fit, and such a counter is too coarse anyway.
        return STATE.store(State::OS, Ordering::Relaxed);
    };
    if STATE.compare_exchange(State::CALIBRATING, State::ADOPTING, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
        scale::set(rate, ticks, nanos);
        // Release pairs with the Acquire in `now_cold`: whoever sees the state sees the scale.
        STATE.store(State::TSC, Ordering::Release);
        manual::publish();
    }
}

/// Decides for a clock; the first decision stands, except that a manual clock can always be put in.
pub(crate) fn choose(choice: &ClockChoice) {
    origin();
    let state = match choice {
        ClockChoice::Auto if tsc::trusted().is_ok() => State::CALIBRATING,
        ClockChoice::Tsc if tsc::EXISTS => State::CALIBRATING,
        ClockChoice::Manual(clock) => {
            manual::install(clock);
            return choose(&ClockChoice::Auto);
        }
        _ => State::OS,
    };
    let _ = STATE.compare_exchange(State::NEW, state, Ordering::Relaxed, Ordering::Relaxed);
}

/// Whether calls read the clock that they will go on to read: the counter is not being calibrated, and nobody uses a manual
/// clock.
pub(crate) fn is_settled() -> bool {
    if manual::is_in_use() {
        return false;
    }
    // Calibration ends with a reading.
    now();
    matches!(STATE.load(Ordering::Relaxed), State::TSC | State::OS)
}

/// Which clock is in use.
pub(crate) fn current() -> ClockSource {
    if manual::is_installed() {
        return ClockSource::Manual;
    }
    match STATE.load(Ordering::Relaxed) {
        State::TSC => ClockSource::Tsc,
        State::OS => ClockSource::Os(tsc::trusted().err().unwrap_or("chosen by configuration")),
        _ => ClockSource::Os("the counter is being calibrated"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_goes_forward_through_the_change_of_clocks() {
        let mut last = now();
        let begin = Instant::now();
        let calibrated = || tsc::trusted().is_err() || current() == ClockSource::Tsc;
        while begin.elapsed().as_millis() < 15 || !calibrated() && begin.elapsed().as_secs() < 10 {
            let next = now();
            // The two clocks are aligned to within the error of a paired reading.
            assert!(next + 20_000 >= last, "went from {last} to {next}");
            last = next;
        }
        assert!(calibrated(), "still {}", current());
    }

    #[test]
    fn the_counter_agrees_with_the_operating_system() {
        let (a, begin) = (now(), Instant::now());
        while begin.elapsed().as_millis() < 30 {
            std::hint::spin_loop();
        }
        let (b, os) = (now(), begin.elapsed());
        let ratio = (b - a) as f64 / os.as_nanos() as f64;
        assert!((ratio - 1.0).abs() < 0.01, "the counter ran at {ratio} of the operating system's clock");
    }
}
