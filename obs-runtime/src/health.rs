//! What was lost, refused or bent on the way: every bound that was hit, counted by reason.

/// Everything that did not go as asked, counted since the program started.
///
/// Nothing is lost silently: each buffer of the runtime is bounded, each refusal adds to one of these, and
/// every exporter shows them (`obs_events_dropped_total{signal,reason}` in Prometheus).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Health {
    /// Spans that finished and were to be recorded.
    pub spans_finished: u64,
    /// Traces that began here, or came in, and were to be recorded.
    pub traces_sampled: u64,
    /// Traces that were not, by decision of the sampler, another process, or `#[traced(sample = ..)]`.
    pub traces_not_sampled: u64,
    /// Spans inside recorded traces that `#[traced(sample = ..)]` left out.
    pub spans_not_sampled: u64,
    /// Spans the tail sampler holds until their trace is decided.
    pub spans_held: u64,
    /// Spans of traces the tail sampler kept because of an error.
    pub kept_error: u64,
    /// Spans of traces the tail sampler kept because of a broken budget.
    pub kept_over_budget: u64,
    /// Spans of traces the tail sampler kept because they were slow.
    pub kept_slow: u64,
    /// Spans of traces the tail sampler kept because they were the first of their function.
    pub kept_first: u64,
    /// Spans of traces the tail sampler kept by its ratio.
    pub kept_ratio: u64,
    /// Spans of traces that no rule of the tail sampler kept.
    pub not_kept: u64,
    /// Spans of traces past the number of spans a second.
    pub rate_limited: u64,
    /// Spans left out of kept traces because they were shorter than the minimum.
    pub too_short: u64,
    /// Values the redactor changed.
    pub redacted: u64,
    /// Texts on which the redactor panicked; `[redacted]` stands in their place.
    pub redactor_panics: u64,
    /// Calls that `in_flight` does not list, because their thread already had 1,024; they are counted all the same.
    pub in_flight_full: u64,
    /// Events that happened and were to be recorded.
    pub events_recorded: u64,
    /// Events, late fields and links refused because the memory for spans in flight was used up.
    pub notes_full: u64,
    /// Events, late fields and links whose span was not found, because it had ended or its end was lost; and those that
    /// were made when telemetry had stopped. Events of the first kind are there all the same, beside the spans.
    pub notes_late: u64,
    /// Headers of contexts, or members of `tracestate` and `baggage`, that were malformed or past a limit.
    pub headers_dropped: u64,
    /// Spans the other side of an exporter refused, though it took the rest of their batch.
    pub rejected: u64,
    /// Events an exporter failed to export, or the other side refused; counted once for each such exporter.
    pub events_failed: u64,
    /// Spans refused because the memory for spans in flight was used up (`span_memory` in the builder).
    pub ring_full: u64,
    /// Spans refused because an exporter's queue was full; counted once for each such exporter.
    pub queue_full: u64,
    /// Spans an exporter failed to export.
    pub export_failed: u64,
    /// Spans that were still waiting when the deadline of a shutdown passed.
    pub shutdown_timeout: u64,
    /// Spans that had begun while telemetry ran and ended when its shutdown had taken what there was.
    pub after_shutdown: u64,
    /// Field values cut to the limit, or fields left out because the span was full.
    pub fields_truncated: u64,
    /// Durations past the last bucket (78 hours), counted in it.
    pub clamped: u64,
    /// Calls counted in an overflow series because their callsite had no room for another label set or error type.
    pub label_overflow: u64,
    /// Calls not counted in a series of their own because the process had no room for another series.
    pub series_full: u64,
    /// Profiled calls that were kept by function alone, because the process had no room for another path.
    pub paths_full: u64,
    /// Times a clock went backwards between the start and the end of a call; the call counts as 0 ns.
    pub clock_backwards: u64,
    /// 32-bit buckets that wrapped and were carried over; nothing is lost by it.
    pub bucket_carries: u64,
    /// Calls that ended after their thread's storage was gone (in thread-local destructors); they are counted.
    pub late_calls: u64,
    /// Exporter calls that panicked; the exporter goes on with the next batch.
    pub exporter_panics: u64,
    /// Environment variables and settings that were not understood.
    pub config_warnings: u64,
    /// Scrapes that were refused or cut off: too slow, too large, not HTTP.
    pub bad_requests: u64,
    /// Times the governor stopped recording the calls of a function as spans ([`crate::Builder::max_overhead`]).
    pub spans_turned_down: u64,
    /// Times the governor left one call of a function in 16 to be timed.
    pub times_turned_down: u64,
    /// Steps the governor took back.
    pub turned_up: u64,
    /// Functions that the governor has turned down now.
    pub turned_down_now: u64,
}

impl Health {
    /// Every counter as (signal, reason, count), for exporters.
    ///
    /// # Shape
    /// `signal` is `spans`, `events`, `fields`, `contexts`, `metrics`, `exporter` or `config`; `reason` is the name of
    /// the field.
    pub fn counters(&self) -> impl Iterator<Item = (&'static str, &'static str, u64)> + use<> {
        [
            ("spans", "ring_full", self.ring_full),
            ("spans", "queue_full", self.queue_full),
            ("spans", "export_failed", self.export_failed),
            ("spans", "shutdown_timeout", self.shutdown_timeout),
            ("spans", "after_shutdown", self.after_shutdown),
            ("spans", "rejected", self.rejected),
            ("spans", "not_kept", self.not_kept),
            ("spans", "rate_limited", self.rate_limited),
            ("spans", "too_short", self.too_short),
            ("events", "notes_full", self.notes_full),
            ("events", "notes_late", self.notes_late),
            ("events", "events_failed", self.events_failed),
            ("fields", "fields_truncated", self.fields_truncated),
            ("fields", "redactor_panics", self.redactor_panics),
            ("contexts", "headers_dropped", self.headers_dropped),
            ("metrics", "in_flight_full", self.in_flight_full),
            ("metrics", "clamped", self.clamped),
            ("metrics", "label_overflow", self.label_overflow),
            ("metrics", "series_full", self.series_full),
            ("metrics", "paths_full", self.paths_full),
            ("metrics", "clock_backwards", self.clock_backwards),
            ("metrics", "bucket_carries", self.bucket_carries),
            ("metrics", "late_calls", self.late_calls),
            ("exporter", "exporter_panics", self.exporter_panics),
            ("config", "config_warnings", self.config_warnings),
            ("exporter", "bad_requests", self.bad_requests),
        ]
        .into_iter()
    }

    /// Every decision about recording and keeping, as (what, decision, reason, count), for exporters.
    ///
    /// # Shape
    /// `what` is `traces` for decisions at a trace's beginning and `spans` for those at its end.
    pub fn sampling(&self) -> impl Iterator<Item = (&'static str, &'static str, &'static str, u64)> + use<> {
        [
            ("traces", "kept", "sampler", self.traces_sampled),
            ("traces", "dropped", "sampler", self.traces_not_sampled),
            ("spans", "dropped", "sample_of_function", self.spans_not_sampled),
            ("spans", "kept", "error", self.kept_error),
            ("spans", "kept", "over_budget", self.kept_over_budget),
            ("spans", "kept", "slow", self.kept_slow),
            ("spans", "kept", "first", self.kept_first),
            ("spans", "kept", "ratio", self.kept_ratio),
            ("spans", "dropped", "not_kept", self.not_kept),
            ("spans", "dropped", "rate_limited", self.rate_limited),
            ("spans", "dropped", "too_short", self.too_short),
        ]
        .into_iter()
    }

    /// Every step of the governor, as (action, count), for exporters.
    pub fn governor_steps(&self) -> impl Iterator<Item = (&'static str, u64)> + use<> {
        [
            ("spans_off", self.spans_turned_down),
            ("times_sampled", self.times_turned_down),
            ("turned_up", self.turned_up),
        ]
        .into_iter()
    }

    /// Spans the tail sampler, the rate limit and the minimum duration left out on purpose.
    pub fn spans_sampled_out(&self) -> u64 {
        self.not_kept + self.rate_limited + self.too_short
    }

    /// Spans that did not reach every exporter though they were meant to, for whatever reason.
    pub fn spans_dropped(&self) -> u64 {
        self.ring_full
            + self.queue_full
            + self.export_failed
            + self.rejected
            + self.shutdown_timeout
            + self.after_shutdown
    }
}
