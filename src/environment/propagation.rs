//! `OTEL_PROPAGATORS`.

use obs_runtime::propagation::Propagators;

use super::reader::Reader;

const NAME: &str = "OTEL_PROPAGATORS";

/// The formats of the list. Where none of its words is known, nothing was said.
pub(super) fn propagators(reader: &mut Reader<'_>) -> Option<Propagators> {
    let value = reader.text(NAME)?;
    let (mut known, mut some) = (Propagators::NONE, false);
    for word in value.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        match word.parse() {
            Ok(propagator) => (known, some) = (known.with(propagator), true),
            Err(_) if word.eq_ignore_ascii_case("none") => some = true,
            Err(_) => reader.warn(NAME, word, "tracecontext, baggage, b3, b3multi or none", "the others"),
        }
    }
    some.then_some(known)
}
