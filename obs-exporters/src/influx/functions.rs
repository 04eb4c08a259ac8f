//! Annotated functions as points.

use std::collections::BTreeMap;
use std::time::Duration;

use obs_runtime::{CallsiteSnapshot, Histogram, Outcomes, Polls, Series, Snapshot};

use super::line::Field;
use super::tags::Tags;

/// The measurements of functions: of calls, errors, what runs, polls.
pub(super) const MEASUREMENTS: [&str; 4] =
    ["obs_function", "obs_function_errors", "obs_function_active", "obs_function_polls"];

/// The quantiles of a point.
const QUANTILES: [(&str, f64); 5] =
    [("p50_seconds", 0.5), ("p90_seconds", 0.9), ("p95_seconds", 0.95), ("p99_seconds", 0.99), ("p999_seconds", 0.999)];

/// Measurement, tags, fields.
pub(super) type Point<'a> = (&'static str, Tags<'a>, Fields);

pub(super) type Fields = Vec<(&'static str, Field)>;

/// All points of annotated functions. No two have the same measurement and tags: the second would overwrite the first.
pub(super) fn points<'a>(snapshot: &'a Snapshot, common: &Tags<'a>) -> Vec<Point<'a>> {
    let mut all = Functions::default();
    for callsite in snapshot.callsites() {
        all.add(callsite, &common.with("code.function.name", callsite.name()));
    }
    all.into_points()
}

/// Totals by tags: callsites of one name become one.
#[derive(Default)]
struct Functions<'a> {
    calls: BTreeMap<Tags<'a>, Calls>,
    errors: BTreeMap<Tags<'a>, u64>,
    active: BTreeMap<Tags<'a>, u64>,
    polls: BTreeMap<Tags<'a>, Polls>,
}

#[derive(Default)]
struct Calls {
    outcomes: Outcomes,
    total: Duration,
    max: Duration,
    duration: Option<Histogram>,
}

impl<'a> Functions<'a> {
    fn add(&mut self, callsite: &'a CallsiteSnapshot, function: &Tags<'a>) {
        for series in callsite.series() {
            self.add_series(callsite, series, function);
        }
        if let Some(running) = callsite.in_flight() {
            *self.active.entry(function.clone()).or_default() += running;
        }
        if let Some(polls) = callsite.polls() {
            let all = self.polls.entry(function.clone()).or_default();
            all.count += polls.count;
            all.busy += polls.busy;
            all.longest = all.longest.max(polls.longest);
        }
    }

    fn add_series(&mut self, callsite: &CallsiteSnapshot, series: &'a Series, function: &Tags<'a>) {
        // With labels declared, the series without any only holds calls whose labels were not seen.
        if series.calls() == 0 && !callsite.callsite().meta().labels.is_empty() {
            return;
        }
        let mut tags = function.clone();
        for (name, value) in series.labels() {
            tags.add(*name, &**value);
        }
        if series.overflow() {
            tags.add("otel.metric.overflow", "true");
        }
        if let Some(error) = series.error_type() {
            let class = series.error_class().map_or("", |class| class.name);
            let error = tags.with("error.type", error).with("error.class", class);
            *self.errors.entry(error).or_default() += series.calls();
        }
        self.calls.entry(tags).or_default().add(series);
    }

    fn into_points(self) -> Vec<Point<'a>> {
        let [calls, errors, active, polls] = MEASUREMENTS;
        let mut points = Vec::with_capacity(self.calls.len());
        points.extend(self.calls.into_iter().map(|(tags, all)| (calls, tags, all.fields())));
        let count = |count| vec![("calls", Field::Int(count))];
        points.extend(self.errors.into_iter().map(|(tags, calls)| (errors, tags, count(calls))));
        points.extend(self.active.into_iter().map(|(tags, calls)| (active, tags, count(calls))));
        points.extend(self.polls.into_iter().map(|(tags, all)| (polls, tags, poll_fields(all))));
        points
    }
}

impl Calls {
    fn add(&mut self, series: &Series) {
        self.outcomes.add(series.outcome(), series.calls());
        self.total += series.total();
        self.max = self.max.max(series.max());
        if let Some(more) = series.duration() {
            // All have the scale of the cells they were recorded in.
            self.duration.get_or_insert_default().merge(more);
        }
    }

    fn fields(&self) -> Fields {
        let Outcomes { ok, error, panic, cancelled, .. } = self.outcomes;
        let calls = self.outcomes.total();
        let counts = [("calls", calls), ("ok", ok), ("error", error), ("panic", panic), ("cancelled", cancelled)];
        let mut fields: Fields = counts.into_iter().map(|(name, count)| (name, Field::Int(count))).collect();
        if let Some(duration) = &self.duration {
            fields.extend([("sum_seconds", seconds(self.total)), ("max_seconds", seconds(self.max))]);
            let quantiles =
                QUANTILES.iter().filter_map(|(name, q)| Some((*name, Field::Float(duration.quantile(*q)?))));
            fields.extend(quantiles);
        }
        fields
    }
}

fn poll_fields(polls: Polls) -> Fields {
    vec![
        ("polls", Field::Int(polls.count)),
        ("busy_seconds", seconds(polls.busy)),
        ("longest_poll_seconds", seconds(polls.longest)),
    ]
}

fn seconds(duration: Duration) -> Field {
    Field::Float(duration.as_secs_f64())
}
