//! Which traces are handed on, decided when they have ended: the rules.

use std::time::Duration;

use crate::sampler::Sampler;

/// Which traces are handed on, decided when their first span in this process has ended.
///
/// The collector holds a trace's spans until then. A trace is kept when any rule wants it; what no rule wants is kept in
/// the share [`TailSampler::keep_ratio`] gives, by the trace's id. Spans that end later follow the decision. How many
/// spans were kept and dropped, and why, is in [`crate::Health::sampling`]; counts and histograms are never affected.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use obs_runtime::TailSampler;
///
/// let tail = TailSampler::new()
///     .keep_errors()
///     .keep_over_budget()
///     .keep_slower_than(Duration::from_millis(500))
///     .keep_first(10)
///     .keep_ratio(0.01);
/// let builder = obs_runtime::builder().tail_sampler(tail);
/// # drop(builder);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "give it to `Builder::tail_sampler`"]
pub struct TailSampler {
    pub(crate) errors: bool,
    pub(crate) over_budget: bool,
    pub(crate) slower_than: Option<Duration>,
    pub(crate) first: u64,
    pub(crate) rest: Sampler,
    pub(crate) wait: Duration,
    pub(crate) capacity: usize,
}

impl Default for TailSampler {
    fn default() -> Self {
        Self::new()
    }
}

impl TailSampler {
    /// Keeps nothing yet.
    pub const fn new() -> Self {
        Self {
            errors: false,
            over_budget: false,
            slower_than: None,
            first: 0,
            rest: Sampler::always_off(),
            wait: Duration::from_secs(30),
            capacity: 100_000,
        }
    }

    /// Keeps traces with a span that ended with an error or unwound.
    pub const fn keep_errors(mut self) -> Self {
        self.errors = true;
        self
    }

    /// Keeps traces with a span that broke its budget.
    pub const fn keep_over_budget(mut self) -> Self {
        self.over_budget = true;
        self
    }

    /// Keeps traces whose first span took longer.
    pub const fn keep_slower_than(mut self, duration: Duration) -> Self {
        self.slower_than = Some(duration);
        self
    }

    /// Keeps so many traces that begin in the same function, the first ones, so that none is never seen.
    pub const fn keep_first(mut self, traces: u64) -> Self {
        self.first = traces;
        self
    }

    /// Keeps a share of what no other rule wants, from 0 to 1; by default none.
    pub const fn keep_ratio(mut self, ratio: f64) -> Self {
        self.rest = Sampler::ratio(ratio);
        self
    }

    /// How long a trace's first span may take before the decision falls without it; 30 seconds by default.
    pub const fn decide_after(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }

    /// Spans held at the same time; past it the oldest trace is decided early. 100,000 by default.
    pub const fn capacity(mut self, spans: usize) -> Self {
        self.capacity = spans;
        self
    }
}
