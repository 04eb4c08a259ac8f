//! The bridge from `log`: records become events, with the ids of the span they happen in.
//!
//! # Examples
//! ```
//! use obs_bridges::log::LogBridge;
//!
//! LogBridge::new().install()?;
//! log::warn!(hits = 0, region = "eu"; "the cache is cold");
//! # Ok::<(), log::SetLoggerError>(())
//! ```

mod bridge;
mod ids;
mod keys;

pub use bridge::LogBridge;
pub use ids::{Ids, ids};
