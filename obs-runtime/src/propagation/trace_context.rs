//! W3C Trace Context: `traceparent`, with `tracestate` beside it.

use super::carrier::{Carrier, CarrierMut};
use super::{dropped, hex, trace_state};
use crate::context::Context;

const PARENT: &str = "traceparent";
const STATE: &str = "tracestate";
/// Of version 00, and of the part that later versions share with it.
const LENGTH: usize = 55;
/// Whether the trace is recorded, and whether its id is random; all other bits are written as zero.
const KNOWN_FLAGS: u8 = 0b11;

/// The context of a request, if it has a valid `traceparent`. Without one `tracestate` is not read.
pub(super) fn extract(carrier: &dyn Carrier) -> Option<Context> {
    let values = carrier.header_values(PARENT);
    // Two are no better than none: nobody can say which is meant.
    let context = if let [value] = values[..] { parent(value) } else { None };
    let Some(context) = context else {
        dropped::count(values.len());
        return None;
    };
    Some(context(trace_state::read(&carrier.header_values(STATE))))
}

/// Reads a `traceparent`; what comes back takes the `tracestate`.
fn parent(value: &str) -> Option<impl FnOnce(crate::TraceState) -> Context + use<>> {
    let value = value.trim_matches([' ', '\t']).as_bytes();
    let (known, rest) = value.split_at_checked(LENGTH)?;
    let [b'-', b'-', b'-'] = [known[2], known[35], known[52]] else { return None };
    let version = hex::byte(&known[..2])?;
    let is_whole = match version {
        0xff => false,
        0 => rest.is_empty(),
        _ => rest.first().is_none_or(|first| *first == b'-'),
    };
    let (trace, span) = (hex::trace_id(&known[3..35])?, hex::span_id(&known[36..52])?);
    let flags = hex::byte(&known[53..])?;
    is_whole.then_some(move |state| Context::remote(trace, span, flags & KNOWN_FLAGS, state))
}

/// Writes the context of a request, if there is a trace; always as version 00.
pub(super) fn inject(context: &Context, carrier: &mut dyn CarrierMut) {
    let (Some(trace), Some(span)) = (context.trace_id(), context.span_id()) else { return };
    carrier.set_header(PARENT, format!("00-{trace}-{span}-{:02x}", context.trace_flags() & KNOWN_FLAGS));
    match trace_state::written(&context.trace_state()) {
        Some(state) => carrier.set_header(STATE, state),
        // One that came with another trace does not go with this one.
        None => carrier.remove_header(STATE),
    }
}
