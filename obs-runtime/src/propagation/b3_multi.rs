//! B3 in several headers: `X-B3-TraceId`, `X-B3-SpanId`, `X-B3-Sampled`, `X-B3-Flags`.

use super::b3_fields::{context, span_id, trace_id};
use super::carrier::{Carrier, CarrierMut};
use crate::context::{Context, Decision};

const TRACE: &str = "x-b3-traceid";
const SPAN: &str = "x-b3-spanid";
const PARENT: &str = "x-b3-parentspanid";
const SAMPLED: &str = "x-b3-sampled";
const FLAGS: &str = "x-b3-flags";

/// Whether any of the headers is there.
pub(super) fn is_in(carrier: &dyn Carrier) -> bool {
    [TRACE, SPAN, SAMPLED, FLAGS].iter().any(|name| carrier.header(name).is_some())
}

/// Reads the headers.
pub(super) fn read(carrier: &dyn Carrier) -> Option<Context> {
    let text = |name| carrier.header(name).map(|value: &str| value.trim_matches([' ', '\t']));
    let decision = decision(text(SAMPLED), text(FLAGS))?;
    match (text(TRACE), text(SPAN)) {
        (Some(trace), Some(span)) => Some(context(trace_id(trace)?, span_id(span)?, decision)),
        (None, None) if decision != Decision::Deferred => Some(Context::decided(decision)),
        _ => None,
    }
}

/// `None` for words that mean nothing.
fn decision(sampled: Option<&str>, flags: Option<&str>) -> Option<Decision> {
    match (flags, sampled) {
        (Some("1"), _) => Some(Decision::Debug),
        (_, None) => Some(Decision::Deferred),
        (_, Some("1" | "true")) => Some(Decision::Record),
        (_, Some("0" | "false")) => Some(Decision::Drop),
        _ => None,
    }
}

/// Writes the headers, if there is something to say, and takes out those of another trace.
pub(super) fn inject(context: &Context, carrier: &mut dyn CarrierMut) {
    let Some(decision) = context.decision() else { return };
    [TRACE, SPAN, PARENT, SAMPLED, FLAGS].iter().for_each(|name| carrier.remove_header(name));
    if let (Some(trace), Some(span)) = (context.trace_id(), context.span_id()) {
        carrier.set_header(TRACE, trace.to_string());
        carrier.set_header(SPAN, span.to_string());
    }
    match decision {
        Decision::Deferred => {}
        Decision::Drop => carrier.set_header(SAMPLED, "0".to_owned()),
        Decision::Record => carrier.set_header(SAMPLED, "1".to_owned()),
        // Debugging implies recording, and is said alone.
        Decision::Debug => carrier.set_header(FLAGS, "1".to_owned()),
    }
}
