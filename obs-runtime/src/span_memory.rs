//! The memory of all rings: what finished spans and notes may take on their way to the collector.

use crate::ring::{Memory, Segment};

/// Bytes of spans that may be in rings at the same time, unless the builder says otherwise.
pub(crate) const DEFAULT_MEMORY: usize = 64 << 20;

/// The memory of all rings.
#[expect(clippy::cast_possible_truncation, reason = "some four thousand segments")]
pub(crate) static MEMORY: Memory = Memory::new((DEFAULT_MEMORY / size_of::<Segment>()) as u32);
