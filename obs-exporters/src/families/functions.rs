//! The families of annotated functions.
//!
//! All functions share them and are told apart by `code.function.name`; `error.type` is there only when a call
//! did not end well. Errors are counted once more by their class, under all labels together. Read by every encoder of metrics.

use std::borrow::Cow;

use obs_runtime::{CallsiteSnapshot, Outcome, Series, Snapshot};

use super::family::{Attribute, Family, Kind, Number};

/// The attribute that names the function.
const FUNCTION: &str = "code.function.name";

pub(super) fn families(snapshot: &Snapshot) -> Vec<Family<'_>> {
    let mut all = Functions::new();
    for callsite in snapshot.callsites() {
        all.add(callsite);
    }
    all.settle()
}

struct Functions<'a> {
    duration: Family<'a>,
    calls: Family<'a>,
    active: Family<'a>,
    busy: Family<'a>,
    polls: Family<'a>,
    longest_poll: Family<'a>,
    errors: Family<'a>,
}

impl<'a> Functions<'a> {
    fn new() -> Self {
        use Kind::{Counter, Gauge, Histogram, UpDown};
        Self {
            duration: Family::new("obs.function.duration", "s", Histogram, "Wall time of calls that were timed."),
            calls: Family::new("obs.function.calls", "{call}", Counter, "Calls that ended."),
            active: Family::new("obs.function.active", "{call}", UpDown, "Calls that are running."),
            busy: Family::new("obs.function.busy", "s", Counter, "Time spent inside polls of async functions."),
            polls: Family::new("obs.function.polls", "{poll}", Counter, "Polls of async functions."),
            longest_poll: Family::new("obs.function.longest_poll", "s", Gauge, "The longest single poll so far."),
            errors: Family::new("obs.errors", "{error}", Counter, "Calls that returned an error, by its class."),
        }
    }

    fn add(&mut self, callsite: &'a CallsiteSnapshot) {
        for series in callsite.series() {
            self.add_series(callsite, series);
        }
        if let Some(running) = callsite.in_flight() {
            self.active.push(function(callsite), Number::Int(running));
        }
        if let Some(polls) = callsite.polls() {
            self.busy.push(function(callsite), Number::Float(polls.busy.as_secs_f64()));
            self.polls.push(function(callsite), Number::Int(polls.count));
            self.longest_poll.push(function(callsite), Number::Float(polls.longest.as_secs_f64()));
        }
    }

    fn add_series(&mut self, callsite: &'a CallsiteSnapshot, series: &'a Series) {
        let meta = callsite.callsite().meta();
        // With labels declared, the series without any only holds calls whose labels were not seen.
        if series.calls() == 0 && !meta.labels.is_empty() {
            return;
        }
        if let Some(duration) = series.duration() {
            self.duration.push_histogram(attributes(callsite, series), duration, series.exemplars());
        }
        // A histogram's count stands for the calls only where all of them were timed.
        if series.duration().is_none() || callsite.callsite().has_untimed_calls() {
            self.calls.push(attributes(callsite, series), Number::Int(series.calls()));
        }
        if series.outcome() == Outcome::Error {
            self.errors.push(error(callsite, series), Number::Int(series.calls()));
        }
    }

    fn settle(self) -> Vec<Family<'a>> {
        let Self { duration, calls, active, busy, polls, longest_poll, errors } = self;
        [duration, calls, active, busy, polls, longest_poll, errors].map(Family::settle).into()
    }
}

/// Says which function it is.
pub(super) fn function(callsite: &CallsiteSnapshot) -> Vec<Attribute<'_>> {
    vec![(Cow::Borrowed(FUNCTION), Cow::Borrowed(callsite.name()))]
}

/// An error without a class is of the class `unknown`.
fn error<'a>(callsite: &'a CallsiteSnapshot, series: &'a Series) -> Vec<Attribute<'a>> {
    let class = series.error_class().map_or("unknown", |class| class.name);
    let mut attributes = function(callsite);
    attributes.extend(series.error_type().map(|error| (Cow::Borrowed("error.type"), Cow::Borrowed(error))));
    attributes.push((Cow::Borrowed("error.class"), Cow::Borrowed(class)));
    attributes
}

fn attributes<'a>(callsite: &'a CallsiteSnapshot, series: &'a Series) -> Vec<Attribute<'a>> {
    let mut attributes = function(callsite);
    if let Some(error) = series.error_type() {
        attributes.push((Cow::Borrowed("error.type"), Cow::Borrowed(error)));
    }
    if series.overflow() {
        attributes.push((Cow::Borrowed("otel.metric.overflow"), Cow::Borrowed("true")));
    }
    let labels = series.labels().iter();
    attributes.extend(labels.map(|(name, value)| (Cow::Borrowed(*name), Cow::Borrowed(&**value))));
    attributes
}
