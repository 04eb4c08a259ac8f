//! Statistical profiling by way of `pprof`: now and then a signal looks at where the program is, and the annotated
//! functions are found on its stacks.
//!
//! Beside [`obs_runtime::profile`], which measures each call: here a call costs nothing, functions that are not annotated
//! show too, and numbers are estimates. `statistical` begins and ends, `samples` is what came of it, `error` says what can
//! go wrong. Unix only.
//!
//! # Examples
//! ```no_run
//! use obs_bridges::pprof::Statistical;
//!
//! let running = Statistical::start(99)?;
//! // What is looked at.
//! let samples = running.finish()?;
//! print!("{samples}");
//! std::fs::write("target/samples.folded", samples.folded())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod samples;
mod statistical;

pub use error::StatisticalError;
pub use samples::{SampledFunction, Samples};
pub use statistical::Statistical;
