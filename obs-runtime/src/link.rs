//! A span's tie to another one that is not its parent.

use crate::ids::{SpanId, TraceId};

/// A span's tie to another one that is not its parent, for example to each of the messages that a batch handles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Link {
    /// The other span's trace.
    pub trace_id: TraceId,
    /// The other span.
    pub span_id: SpanId,
    /// Whether the other trace is recorded.
    pub is_sampled: bool,
    /// Whether the other span belongs to another process.
    pub is_remote: bool,
}
