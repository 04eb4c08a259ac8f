//! The end of a call that has more to it than a count, a time, a span and a frame: a limit that may be broken, a ledger.
//!
//! [`crate::call`] and [`crate::task`] come here with all that they know; calls that have no more to them never do.

use crate::alloc::Unseen;
use crate::bounds::{self, Told, Took};
use crate::callsite::Callsite;
use crate::control_word::Control;
use crate::error_name::ErrorName;
use crate::fields::Fields;
use crate::frame::Ran;
use crate::origin::Origin;
use crate::outcome::Outcome;
use crate::paths;
use crate::record;
use crate::recording::{self, CallEnd};
use crate::span_part::{End, SpanPart};

/// All that is known of a call that has ended.
pub(crate) struct Ended<'a, S: SpanPart> {
    pub(crate) callsite: &'static Callsite,
    pub(crate) control: Control,
    pub(crate) outcome: Outcome,
    pub(crate) error: Option<&'a ErrorName>,
    pub(crate) start: u64,
    pub(crate) nanos: u64,
    pub(crate) is_timed: bool,
    /// Polls, busy and longest poll in nanoseconds; empty for what has none.
    pub(crate) polls: &'a [u64],
    pub(crate) span: S,
    pub(crate) place: S::Place,
    pub(crate) origin: Option<Origin>,
    pub(crate) fields: Option<&'a Fields>,
    pub(crate) extra: Option<&'a Fields>,
    /// Where the call had a frame.
    pub(crate) ran: Option<&'a Ran>,
}

impl<S: SpanPart> Ended<'_, S> {
    /// Writes everything down. What a broken budget asks for is left to be done when the span was left.
    pub(crate) fn settle(self) -> Told {
        let nanos = self.is_timed.then_some(self.nanos);
        let series = record::ended(self.callsite, self.control, self.outcome, self.error, nanos);
        let polls = <[u64; 3]>::try_from(self.polls).ok().filter(|_| self.is_timed);
        if let Some(polls) = polls {
            record::polled(series, polls);
        }
        let took = Took { nanos, polls, ran: self.ran };
        let broken = bounds::check(self.callsite, series, took);
        let over_budget = broken.is_any();
        // Before the span is: what is noted on it must have been noted while it ran.
        let told = if over_budget { broken.note(self.callsite, S::current(self.place)) } else { Told::default() };
        if self.span.is_recorded() {
            self.span.record(self.place, self.origin, self.end(series, over_budget));
        }
        if let Some(ran) = self.ran {
            self.hand_on(ran, series, took);
        }
        told
    }

    fn end(&self, series: u32, over_budget: bool) -> End<'_> {
        let Self { callsite, outcome, start, nanos, is_timed, polls, fields, extra, .. } = *self;
        End { callsite, series, outcome, start, nanos, is_timed, over_budget, polls, fields, extra }
    }

    /// Hands on what the call took: to the function's totals, to its path, to a test that records.
    fn hand_on(&self, ran: &Ran, series: u32, took: Took<'_>) {
        record::costs(self.callsite, series, ran);
        let Some(ledger) = &ran.ledger else { return };
        let _unseen = Unseen::begin();
        let (with_inside, alone) = ledger.profiled();
        paths::ended(ledger.path, with_inside, alone);
        if let Some(start) = &ledger.recorded {
            let (fields, extra) =
                (self.fields.map_or(&[][..], Fields::words), self.extra.map_or(&[][..], Fields::words));
            recording::end(
                start,
                CallEnd {
                    callsite: self.callsite,
                    outcome: self.outcome,
                    error_type: self.error.map(|error| error.to_text().into_owned()),
                    nanos: took.nanos,
                    polls: took.polls,
                    ids: self.span.ids(),
                    costs: ran.costs,
                    own: ran.own(),
                    took: took.of_limits(self.callsite).map(|(_, taken)| taken).collect(),
                    fields: &[fields, extra],
                },
            );
        }
    }
}
