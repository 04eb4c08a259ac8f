//! The bridge to `tracing`, in both directions.
//!
//! In: [`TracingLayer`] is a layer of `tracing_subscriber`; spans and events of crates that use `tracing` become ours.
//! A `tracing` span that is opened inside an annotated function is its child, and an annotated function that is called
//! inside an entered `tracing` span is that span's child.
//!
//! Out: [`mirror`] shows our calls and events to whatever subscriber is installed. Both may be used together.
//!
//! # Examples
//! ```
//! use obs_bridges::tracing::{PolicyFilter, TracingLayer};
//! use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
//!
//! // Beside other layers; for this one alone there is `obs_bridges::tracing::subscriber()`.
//! let subscriber = tracing_subscriber::registry().with(TracingLayer::new().with_filter(PolicyFilter::new()));
//! tracing::subscriber::with_default(subscriber, || tracing::info_span!("checkout", items = 3).in_scope(|| ()));
//! ```

mod entered;
mod filter;
mod known;
mod layer;
mod out;
mod out_site;
mod table;
mod visitor;

pub use filter::PolicyFilter;
pub use layer::{TracingLayer, subscriber};
pub use out::mirror;
