//! Owned, immutable totals of the whole program at one moment.
//!
//! Made by the collector's side from callsites and shards; read by exporters and by people.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::alloc::Memory;
use crate::callsite::Callsite;
use crate::clock::ClockSource;
use crate::error_class::ErrorClass;
use crate::exemplars::Exemplar;
use crate::health::Health;
use crate::histogram::Histogram;
use crate::metric::Metric;
use crate::outcome::{Outcome, Outcomes};
use crate::overhead::Overhead;
use crate::resource::Resource;
use crate::spent::{LimitTotals, Spent};
use crate::text::name::is_called;

/// The totals of every annotated function, since the program started.
///
/// Counts never go backwards from one snapshot to the next. A snapshot taken while calls are being recorded
/// may miss the calls of the last instant; after they have returned (and their threads were joined), it is exact.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub(crate) taken: SystemTime,
    pub(crate) started: SystemTime,
    pub(crate) clock: ClockSource,
    pub(crate) threads: usize,
    pub(crate) resource: Arc<Resource>,
    pub(crate) callsites: Vec<CallsiteSnapshot>,
    pub(crate) metrics: Vec<Metric>,
    pub(crate) memory: Option<Memory>,
    pub(crate) health: Health,
    pub(crate) overhead: Option<Arc<Overhead>>,
}

impl Snapshot {
    /// When it was taken.
    pub const fn taken(&self) -> SystemTime {
        self.taken
    }

    /// When counting began.
    pub const fn started(&self) -> SystemTime {
        self.started
    }

    /// The clock that timed the calls, and why that one.
    pub const fn clock(&self) -> &ClockSource {
        &self.clock
    }

    /// Threads that have recorded anything at the same time, at most.
    pub const fn threads(&self) -> usize {
        self.threads
    }

    /// Who is speaking.
    pub fn resource(&self) -> &Resource {
        &self.resource
    }

    /// Every known annotated function, also those that were never called.
    pub fn callsites(&self) -> impl ExactSizeIterator<Item = &CallsiteSnapshot> {
        self.callsites.iter()
    }

    /// The first callsite with this name, or whose name ends in `::` and this name.
    pub fn callsite(&self, name: &str) -> Option<&CallsiteSnapshot> {
        self.callsites().find(|callsite| is_called(callsite.name(), name))
    }

    /// Metrics that came in through a bridge, for example from crates that use `metrics`.
    pub fn metrics(&self) -> &[Metric] {
        &self.metrics
    }

    /// What the process asked of its allocator; `None` unless that is [`crate::Alloc`].
    pub const fn memory(&self) -> Option<Memory> {
        self.memory
    }

    /// What was lost, refused or bent on the way.
    pub const fn health(&self) -> &Health {
        &self.health
    }

    /// What recording cost the process lately; `None` as [`crate::overhead()`] says.
    pub fn overhead(&self) -> Option<&Overhead> {
        self.overhead.as_deref()
    }
}

/// The totals of one annotated function.
#[derive(Clone, Debug)]
pub struct CallsiteSnapshot {
    pub(crate) callsite: &'static Callsite,
    pub(crate) series: Vec<Series>,
}

impl CallsiteSnapshot {
    /// The callsite itself: attributes, doc comment, whether it is on.
    pub const fn callsite(&self) -> &'static Callsite {
        self.callsite
    }

    /// The function's qualified name, `my_crate::cart::Cart::checkout`.
    pub fn name(&self) -> &'static str {
        self.callsite.name()
    }

    /// The source file, as the compiler names it.
    pub fn file(&self) -> &'static str {
        self.callsite.meta().file
    }

    /// The line of the function's name, from 1.
    pub fn line(&self) -> u32 {
        self.callsite.meta().line
    }

    /// All series: one for each set of labels and each way of ending. The first is the one without labels
    /// and with outcome ok; it is always there.
    pub fn series(&self) -> &[Series] {
        &self.series
    }

    /// Calls that have ended.
    pub fn calls(&self) -> u64 {
        self.series.iter().map(|series| series.calls).sum()
    }

    /// Calls by how they ended.
    pub fn outcomes(&self) -> Outcomes {
        let mut outcomes = Outcomes::default();
        for series in &self.series {
            outcomes.add(series.outcome, series.calls);
        }
        outcomes
    }

    /// Calls that are running now; only counted under `#[counted(in_flight)]`. Beside calls that begin and end it may be off
    /// by as many: starts and ends are read one after the other.
    pub fn in_flight(&self) -> Option<u64> {
        self.callsite.meta().in_flight.then(|| {
            let entered: u64 = self.series.iter().map(|series| series.entered).sum();
            entered.saturating_sub(self.calls())
        })
    }

    /// The durations of all timed calls in one histogram; `None` where the function is not timed.
    pub fn duration(&self) -> Option<Histogram> {
        let mut histograms = self.series.iter().filter_map(|series| series.duration.as_ref());
        let mut all = histograms.next()?.clone();
        histograms.for_each(|histogram| all.merge(histogram));
        Some(all)
    }

    /// The time below which a share `q` of the timed calls stayed, within 2.2 %.
    pub fn quantile(&self, q: f64) -> Option<Duration> {
        self.duration()?.quantile(q).map(Duration::from_secs_f64)
    }

    /// The median duration.
    pub fn p50(&self) -> Option<Duration> {
        self.quantile(0.5)
    }

    /// The duration that 99 % of the calls do not pass.
    pub fn p99(&self) -> Option<Duration> {
        self.quantile(0.99)
    }

    /// The longest call, exactly.
    pub fn max(&self) -> Duration {
        self.series.iter().map(|series| series.max).max().unwrap_or_default()
    }

    /// Wall time of all timed calls together, exactly.
    pub fn total(&self) -> Duration {
        self.series.iter().map(|series| series.total).sum()
    }

    /// How often the future was polled, for how long, and the longest poll; `None` for functions that are not async.
    pub fn polls(&self) -> Option<Polls> {
        self.series.iter().filter_map(|series| series.polls).reduce(Polls::merge)
    }

    /// Calls that broke any limit of the budget that is about each call.
    pub fn over_budget(&self) -> u64 {
        self.series.iter().map(|series| series.over_budget).sum()
    }

    /// How calls kept each limit of the budget, in the order of the limits.
    pub fn limits(&self) -> Vec<LimitTotals> {
        let mut all = self.series.first().map(|series| series.limits.to_vec()).unwrap_or_default();
        for series in self.series.iter().skip(1) {
            all.iter_mut().zip(&series.limits).for_each(|(all, more)| all.add(more));
        }
        all
    }

    /// What calls took beside time; `None` where no call was measured.
    pub fn spent(&self) -> Option<Spent> {
        self.series.iter().filter_map(|series| series.spent).reduce(Spent::merge)
    }
}

/// One set of labels and one way of ending.
#[derive(Clone, Debug)]
pub struct Series {
    pub(crate) labels: Arc<[(&'static str, Box<str>)]>,
    pub(crate) overflow: bool,
    pub(crate) exemplars: Vec<Exemplar>,
    pub(crate) outcome: Outcome,
    pub(crate) error_type: Option<&'static str>,
    pub(crate) error_class: Option<ErrorClass>,
    pub(crate) calls: u64,
    pub(crate) entered: u64,
    pub(crate) over_budget: u64,
    pub(crate) limits: Box<[LimitTotals]>,
    pub(crate) spent: Option<Spent>,
    pub(crate) total: Duration,
    pub(crate) max: Duration,
    pub(crate) duration: Option<Histogram>,
    pub(crate) polls: Option<Polls>,
}

impl Series {
    /// The labels of `#[counted(labels(..))]`, name and value.
    pub fn labels(&self) -> &[(&'static str, Box<str>)] {
        &self.labels
    }

    /// Whether this series stands for all label sets past the bound.
    pub const fn overflow(&self) -> bool {
        self.overflow
    }

    /// Recorded calls that stand as examples beside the buckets, shortest first, at most one for each power of two of
    /// nanoseconds; only when an exporter wants them.
    pub fn exemplars(&self) -> &[Exemplar] {
        &self.exemplars
    }

    /// How these calls ended.
    pub const fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// The value of `error.type`: the error's type or variant, `panic` or `cancelled`; `None` when all went well.
    pub const fn error_type(&self) -> Option<&'static str> {
        self.error_type
    }

    /// The class of the error, where its type says one ([`Classify`](crate::Classify)).
    pub const fn error_class(&self) -> Option<ErrorClass> {
        self.error_class
    }

    /// Calls that have ended.
    pub const fn calls(&self) -> u64 {
        self.calls
    }

    /// Calls that broke any limit of the budget that is about each call.
    pub const fn over_budget(&self) -> u64 {
        self.over_budget
    }

    /// How these calls kept each limit of the budget, in the order of the limits.
    pub fn limits(&self) -> &[LimitTotals] {
        &self.limits
    }

    /// What these calls took beside time; `None` where no call was measured.
    pub const fn spent(&self) -> Option<Spent> {
        self.spent
    }

    /// Wall time of all timed calls together.
    pub const fn total(&self) -> Duration {
        self.total
    }

    /// The longest call.
    pub const fn max(&self) -> Duration {
        self.max
    }

    /// The durations; `None` where the function is not timed.
    pub const fn duration(&self) -> Option<&Histogram> {
        self.duration.as_ref()
    }

    /// Polls of the future; `None` for functions that are not async.
    pub const fn polls(&self) -> Option<Polls> {
        self.polls
    }
}

/// How a future was driven.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Polls {
    /// How often it was polled.
    pub count: u64,
    /// Time spent inside `poll`; the rest of the wall time is idle.
    pub busy: Duration,
    /// The longest single poll: how long an executor's thread was held.
    pub longest: Duration,
}

impl Polls {
    pub(crate) fn merge(self, other: Self) -> Self {
        Self { count: self.count + other.count, busy: self.busy + other.busy, longest: self.longest.max(other.longest) }
    }
}
