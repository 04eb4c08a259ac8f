//! The identifiers of traces and spans.
//!
//! Plain numbers that print as lower-case hex, as W3C Trace Context and OTLP want them.

use std::fmt;

/// Names one trace: 16 bytes, never all zero.
///
/// # Examples
/// ```
/// let id = obs_runtime::TraceId::new(0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736).unwrap();
/// assert_eq!(id.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
/// assert_eq!(obs_runtime::TraceId::new(0), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TraceId(u128);

impl TraceId {
    /// Makes an id of a number; zero is not an id.
    pub const fn new(raw: u128) -> Option<Self> {
        if raw == 0 { None } else { Some(Self(raw)) }
    }

    /// The id as a number.
    pub const fn get(self) -> u128 {
        self.0
    }

    /// The id of the high and the low half, as threads and rings keep it.
    pub(crate) const fn from_halves([high, low]: [u64; 2]) -> Option<Self> {
        Self::new((high as u128) << 64 | low as u128)
    }

    /// The high and the low half.
    #[expect(clippy::cast_possible_truncation, reason = "the two halves")]
    pub(crate) const fn halves(self) -> [u64; 2] {
        [(self.0 >> 64) as u64, self.0 as u64]
    }

    /// The id in network byte order, as OTLP carries it.
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TraceId({self})")
    }
}

/// Names one span inside its trace: 8 bytes, never all zero.
///
/// # Examples
/// ```
/// let id = obs_runtime::SpanId::new(0xf067_aa0b_a902_b7).unwrap();
/// assert_eq!(id.to_string(), "00f067aa0ba902b7");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SpanId(u64);

impl SpanId {
    /// Makes an id of a number; zero is not an id.
    pub const fn new(raw: u64) -> Option<Self> {
        if raw == 0 { None } else { Some(Self(raw)) }
    }

    /// The id as a number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The id in network byte order, as OTLP carries it.
    pub const fn to_bytes(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SpanId({self})")
    }
}
