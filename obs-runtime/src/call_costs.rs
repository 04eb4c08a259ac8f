//! What a call costs by what is on for it, as [`crate::calibration`] found.

use crate::callsite::{Meta, Needs};
use crate::control_word::Control;

/// What calls cost the threads that make them, in nanoseconds over a call without attributes, as measured on this machine
/// while the program runs.
#[derive(Clone, Debug, PartialEq)]
pub struct CallCosts {
    /// Of functions that are not traced: by [`Times`].
    pub(crate) untraced: [f64; 3],
    /// Of functions that are: by [`Times`], then by [`Spans`].
    pub(crate) traced: [[f64; 3]; 3],
    /// What a frame adds, what a ledger adds to that, and to both reading the thread's CPU time twice.
    pub(crate) frame: f64,
    pub(crate) ledger: f64,
    pub(crate) cpu: f64,
    /// What being listed while it runs adds.
    pub(crate) listed: f64,
    /// What a future of one poll adds.
    pub(crate) polled: f64,
}

/// Which of the calls are timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Times {
    None,
    /// One in [`ONE_IN`].
    Some,
    All,
}

/// Whether a call becomes a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spans {
    Off,
    /// The trace that runs is not recorded.
    Dropped,
    Recorded,
}

/// One call in so many was timed when [`Times::Some`] was measured.
pub(crate) const ONE_IN: u32 = 16;

impl CallCosts {
    /// A call that is counted.
    pub const fn counted(&self) -> f64 {
        self.untraced[Times::None as usize]
    }

    /// A call that is counted and timed.
    pub const fn timed(&self) -> f64 {
        self.untraced[Times::All as usize]
    }

    /// A call of a traced function in a trace that is not recorded.
    pub const fn not_sampled(&self) -> f64 {
        self.traced[Times::None as usize][Spans::Dropped as usize]
    }

    /// A call that is recorded as the child of another, without what the collector and the exporters do with it.
    pub const fn traced(&self) -> f64 {
        self.traced[Times::None as usize][Spans::Recorded as usize]
    }

    /// A call that is timed and recorded.
    pub const fn timed_and_traced(&self) -> f64 {
        self.traced[Times::All as usize][Spans::Recorded as usize]
    }

    /// A call that keeps a frame, as `#[profiled(alloc)]` asks for.
    pub const fn framed(&self) -> f64 {
        self.counted() + self.frame
    }

    /// A call of a function for which this is on, and of whose calls a share of `spans` becomes spans. Fields, labels and
    /// further polls are not in it.
    pub(crate) fn of(&self, meta: &Meta, control: Control, one_in: u32, spans: f64) -> f64 {
        if !control.is_on() {
            return 0.0;
        }
        let by_times = |times: Times| self.by_spans(meta, control, times, spans);
        let call = if !control.has(Control::TIME) {
            by_times(Times::None)
        } else if control.has(Control::TIME_SOME) {
            some_timed(by_times(Times::None), by_times(Times::Some), by_times(Times::All), one_in)
        } else {
            by_times(Times::All)
        };
        let extra = |is_there, cost| if is_there { cost } else { 0.0 };
        let (has_frame, needs) = (control.has(Control::FRAME), Needs::new(meta));
        call + extra(has_frame, self.frame)
            + extra(has_frame && (needs.ledger || meta.is_async), self.ledger)
            + extra(has_frame && needs.cpu, self.cpu)
            + extra(control.has(Control::IN_FLIGHT), self.listed)
            + extra(meta.is_async, self.polled)
    }

    fn by_spans(&self, meta: &Meta, control: Control, times: Times, spans: f64) -> f64 {
        if !meta.traced {
            return self.untraced[times as usize];
        }
        let [off, dropped, recorded] = self.traced[times as usize];
        if control.has(Control::TRACE) { dropped + spans * (recorded - dropped) } else { off }
    }
}

/// What a call costs where one in `n` is timed: that each asks whether it is its turn, and a share of timing it.
fn some_timed(none: f64, some: f64, all: f64, n: u32) -> f64 {
    let asks = some - none - (all - none) / f64::from(ONE_IN);
    none + asks + (all - none) / f64::from(n)
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "sums of small whole numbers and halves of them")]
mod tests {
    use super::*;

    const COSTS: CallCosts = CallCosts {
        untraced: [1.0, 5.0, 33.0],
        traced: [[2.0, 3.0, 43.0], [7.0, 8.0, 48.0], [34.0, 35.0, 75.0]],
        frame: 100.0,
        ledger: 200.0,
        cpu: 1_000.0,
        listed: 10_000.0,
        polled: 100_000.0,
    };

    fn cost(meta: &Meta, flags: u32, one_in: u32, spans: f64) -> f64 {
        COSTS.of(meta, Control::new(1, flags), one_in, spans)
    }

    #[test]
    fn a_call_costs_what_is_on_for_it() {
        let timed = Control::COUNT | Control::TIME;
        assert_eq!(cost(&Meta::EMPTY, 0, 16, 1.0), 0.0);
        assert_eq!(cost(&Meta::EMPTY, Control::COUNT, 16, 1.0), 1.0);
        assert_eq!(cost(&Meta::EMPTY, timed, 16, 1.0), 33.0);
        let flags = timed | Control::FRAME | Control::IN_FLIGHT;
        assert_eq!(cost(&Meta { cpu: true, is_async: true, ..Meta::EMPTY }, flags, 16, 0.0), 111_333.0);
    }

    #[test]
    fn of_a_traced_function_the_share_counts_that_becomes_spans() {
        let cost = |flags, spans| cost(&Meta { traced: true, ..Meta::EMPTY }, Control::COUNT | flags, 16, spans);
        assert_eq!((cost(0, 0.5), cost(Control::TRACE, 0.0)), (2.0, 3.0));
        assert_eq!((cost(Control::TRACE, 0.25), cost(Control::TRACE | Control::TIME, 1.0)), (13.0, 75.0));
    }

    #[test]
    fn where_some_calls_are_timed_each_asks_and_a_share_is() {
        let cost = |one_in| cost(&Meta::EMPTY, Control::COUNT | Control::TIME | Control::TIME_SOME, one_in, 0.0);
        // To ask takes two nanoseconds: five, without one to count and a sixteenth of 32.
        assert_eq!([16, 4, 32].map(cost), [5.0, 11.0, 4.0]);
    }
}
