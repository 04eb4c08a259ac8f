//! The program's level and rules as a filter of `tracing_subscriber`.

use std::sync::Once;

use obs_runtime::{IS_ENABLED, is_wanted, on_policy_change};
use tracing_core::subscriber::Interest;
use tracing_core::{Metadata, Subscriber, callsite};
use tracing_subscriber::layer::{Context, Filter};

use super::known::{self, Known};

/// Lets through what the program's level and rules want: `Builder::level`, `set_enabled`, `control`. What is not wanted
/// is not made, and costs what a disabled span of `tracing` costs.
///
/// # Shape
/// A rule names the target of a span or an event, or a span by its name. A change of the rules is felt at once.
#[derive(Clone, Debug)]
pub struct PolicyFilter {
    _private: (),
}

impl PolicyFilter {
    /// Makes the filter.
    pub fn new() -> Self {
        static TOLD: Once = Once::new();
        // `tracing` remembers what a callsite was told.
        TOLD.call_once(|| on_policy_change(callsite::rebuild_interest_cache));
        Self { _private: () }
    }
}

impl Default for PolicyFilter {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Subscriber> Filter<S> for PolicyFilter {
    fn callsite_enabled(&self, meta: &'static Metadata<'static>) -> Interest {
        let wanted = IS_ENABLED && is_known_wanted(known::of(meta));
        if wanted { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, meta: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        // Asked where another filter answered `sometimes`.
        IS_ENABLED && known::of_registered(meta).is_none_or(is_known_wanted)
    }
}

fn is_known_wanted(known: Known) -> bool {
    match known {
        Known::Span(callsite) => callsite.is_traced(),
        Known::Event(site, level) => is_wanted(site, level),
        Known::Ours | Known::Hint => true,
    }
}
