//! Which formats are used, by the program and in one call.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};

use super::carrier::{Carrier, CarrierMut};
use super::{b3_multi, b3_single, baggage, dropped, trace_context};
use crate::baggage::Baggage;
use crate::context::Context;

/// What the program uses.
static IN_USE: AtomicU32 = AtomicU32::new(Propagators::W3C.0);

/// The context of a request, as the program's formats find it; [`Context::NONE`] when there is none.
///
/// # Cost
/// Each header that is looked up; one allocation for a `tracestate` or baggage.
/// # Errors
/// None: a header that is malformed is as if it were not there, and is counted in
/// [`Health::headers_dropped`](crate::Health::headers_dropped).
pub fn extract(carrier: &(impl Carrier + ?Sized)) -> Context {
    Propagators::in_use().extract(carrier)
}

/// Writes a context into a request, in the program's formats. What the request had of them before is replaced.
pub fn inject(context: &Context, carrier: &mut (impl CarrierMut + ?Sized)) {
    Propagators::in_use().inject(context, carrier);
}

/// Sets what the program uses.
pub(crate) fn set(propagators: Propagators) {
    // Relaxed: a request that is under way may still go by the formats of a moment ago.
    IN_USE.store(propagators.0, Ordering::Relaxed);
}

/// One format that contexts travel in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Propagator {
    /// W3C `traceparent` and `tracestate`; `tracecontext`.
    TraceContext,
    /// W3C `baggage`; `baggage`.
    Baggage,
    /// The header `b3`; `b3`. Reads `X-B3-..` too, where that is not there.
    B3,
    /// The headers `X-B3-..`; `b3multi`. Reads `b3` too, which goes first.
    B3Multi,
}

impl Propagator {
    const ALL: [Self; 4] = [Self::TraceContext, Self::Baggage, Self::B3, Self::B3Multi];

    /// Its name in `OTEL_PROPAGATORS`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TraceContext => "tracecontext",
            Self::Baggage => "baggage",
            Self::B3 => "b3",
            Self::B3Multi => "b3multi",
        }
    }

    const fn code(self) -> u32 {
        match self {
            Self::TraceContext => 1,
            Self::Baggage => 2,
            Self::B3 => 3,
            Self::B3Multi => 4,
        }
    }
}

impl FromStr for Propagator {
    type Err = ParsePropagatorError;

    fn from_str(text: &str) -> Result<Self, ParsePropagatorError> {
        let named = |known: &Self| known.name().eq_ignore_ascii_case(text.trim());
        Self::ALL.into_iter().find(named).ok_or_else(|| ParsePropagatorError(text.trim().into()))
    }
}

/// The name of a format that is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsePropagatorError(Box<str>);

impl fmt::Display for ParsePropagatorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "found propagator {:?}, expected tracecontext, baggage, b3 or b3multi", self.0)
    }
}

impl std::error::Error for ParsePropagatorError {}

/// The formats that contexts travel in, in order. All of them are written; of several that find a trace the last counts.
///
/// # Examples
/// ```
/// use obs_runtime::Context;
/// use obs_runtime::propagation::{Propagator, Propagators};
///
/// let b3 = Propagators::from([Propagator::B3]);
/// let context = b3.extract(&[("b3", "463ac35c9f6413ad48485a3953bb6124-0020000000000001-1")]);
/// assert!(context.is_sampled());
/// let mut headers = Vec::new();
/// b3.inject(&context, &mut headers);
/// assert_eq!(headers[0].1, "463ac35c9f6413ad48485a3953bb6124-0020000000000001-1");
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Propagators(u32);

impl Propagators {
    /// No format: contexts stay in the process.
    pub const NONE: Self = Self(0);
    /// `traceparent`, `tracestate` and `baggage`; what a program uses unless it says otherwise.
    pub const W3C: Self = Self::NONE.with(Propagator::TraceContext).with(Propagator::Baggage);

    /// What the program uses now.
    pub fn in_use() -> Self {
        Self(IN_USE.load(Ordering::Relaxed))
    }

    /// One more, at the end; one that is there already stays where it is.
    pub const fn with(self, propagator: Propagator) -> Self {
        // Four bits for each, the first one lowest.
        let mut shift = 0;
        while self.0 >> shift != 0 {
            if self.0 >> shift & 0xf == propagator.code() {
                return self;
            }
            shift += 4;
        }
        Self(self.0 | propagator.code() << shift)
    }

    /// All of them in order.
    pub fn iter(self) -> impl Iterator<Item = Propagator> {
        let codes = (0..8).map(move |at| self.0 >> (4 * at) & 0xf).take_while(|code| *code != 0);
        codes.filter_map(|code| Propagator::ALL.into_iter().find(|known| known.code() == code))
    }

    /// The context of a request; [`Context::NONE`] when there is none.
    pub fn extract(self, carrier: &(impl Carrier + ?Sized)) -> Context {
        let carrier: &dyn Carrier = &carrier;
        let (mut context, mut bags) = (Context::NONE, Baggage::EMPTY);
        for propagator in self.iter() {
            let found = match propagator {
                Propagator::TraceContext => trace_context::extract(carrier),
                Propagator::B3 | Propagator::B3Multi => b3(carrier),
                Propagator::Baggage => {
                    bags = baggage::extract(carrier);
                    None
                }
            };
            context = found.unwrap_or(context);
        }
        if bags.is_empty() { context } else { context.with_baggage(bags) }
    }

    /// Writes a context into a request.
    pub fn inject(self, context: &Context, carrier: &mut (impl CarrierMut + ?Sized)) {
        let mut carrier = carrier;
        let carrier: &mut dyn CarrierMut = &mut carrier;
        for propagator in self.iter() {
            match propagator {
                Propagator::TraceContext => trace_context::inject(context, carrier),
                Propagator::Baggage => baggage::inject(context.baggage(), carrier),
                Propagator::B3 => b3_single::inject(context, carrier),
                Propagator::B3Multi => b3_multi::inject(context, carrier),
            }
        }
    }
}

/// B3 in either form; one header goes before several.
fn b3(carrier: &dyn Carrier) -> Option<Context> {
    let single = carrier.header(b3_single::NAME);
    let found = single.and_then(b3_single::read).or_else(|| b3_multi::read(carrier));
    if found.is_none() && (single.is_some() || b3_multi::is_in(carrier)) {
        dropped::count(1);
    }
    found
}

impl Default for Propagators {
    fn default() -> Self {
        Self::W3C
    }
}

impl<const N: usize> From<[Propagator; N]> for Propagators {
    fn from(propagators: [Propagator; N]) -> Self {
        propagators.into_iter().collect()
    }
}

impl FromIterator<Propagator> for Propagators {
    fn from_iter<I: IntoIterator<Item = Propagator>>(propagators: I) -> Self {
        propagators.into_iter().fold(Self::NONE, Self::with)
    }
}

impl fmt::Debug for Propagators {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
