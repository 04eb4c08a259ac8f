//! What the two forms of B3 share: ids, and who decides about recording.

use super::hex;
use crate::context::{Context, Decision};
use crate::ids::{SpanId, TraceId};
use crate::trace_state::TraceState;

/// A trace's id of 32 digits, or of 16: those are filled up with zeros on the left.
pub(super) fn trace_id(digits: &str) -> Option<TraceId> {
    match digits.len() {
        16 | 32 => TraceId::new(hex::number(digits.as_bytes())?),
        _ => None,
    }
}

/// A span's id of 16 digits.
pub(super) fn span_id(digits: &str) -> Option<SpanId> {
    hex::span_id(digits.as_bytes())
}

/// A span of another process, with what was decided.
pub(super) fn context(trace: TraceId, span: SpanId, decision: Decision) -> Context {
    Context::remote(trace, span, 0, TraceState::EMPTY).with_decision(decision)
}
