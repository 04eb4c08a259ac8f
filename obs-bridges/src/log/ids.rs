//! The ids that join a line with its trace, for those who print their log themselves.

use std::fmt;

use obs_runtime::{SpanId, TraceId, current};

/// The ids of the span that runs on this thread: to be put into a line that somebody else prints.
///
/// # Examples
/// ```
/// println!("the cache is cold {}", obs_bridges::log::ids());
/// ```
pub fn ids() -> Ids {
    let current = current();
    Ids { trace_id: current.trace_id(), span_id: current.span_id() }
}

/// A trace and a span, or neither; shown as `trace_id=.. span_id=..`, with nothing outside of spans.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ids {
    /// The trace; `None` when none runs.
    pub trace_id: Option<TraceId>,
    /// The span; `None` when none runs.
    pub span_id: Option<SpanId>,
}

impl fmt::Display for Ids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.trace_id, self.span_id) {
            (Some(trace_id), Some(span_id)) => write!(f, "trace_id={trace_id} span_id={span_id}"),
            _ => Ok(()),
        }
    }
}
