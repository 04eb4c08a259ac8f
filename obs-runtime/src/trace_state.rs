//! What systems on the way have to say of a trace: W3C `tracestate`.

use std::fmt;
use std::sync::Arc;

/// The members of a W3C `tracestate`, as text that was found well formed: `ot=th:c,vendor=value`.
///
/// Cheap to clone. Made by [`crate::propagation`] from a header, or by a sampler.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TraceState(Option<Arc<str>>);

impl TraceState {
    /// No member.
    pub const EMPTY: Self = Self(None);

    /// Takes text that is known to be well formed.
    pub(crate) fn from_valid(text: &str) -> Self {
        if text.is_empty() { Self::EMPTY } else { Self(Some(text.into())) }
    }

    /// All members, as in the header; empty when there are none.
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or("")
    }

    /// Whether there is no member.
    pub const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The members in order, each with its key: `("ot", "th:c")`.
    pub fn members(&self) -> impl Iterator<Item = (&str, &str)> {
        self.as_str().split(',').filter_map(|member| member.split_once('='))
    }

    /// One member's value.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.members().find_map(|(known, value)| (known == key).then_some(value))
    }
}

impl fmt::Display for TraceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
