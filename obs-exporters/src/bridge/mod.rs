//! The bridge to the `metrics` crate, both ways.
//!
//! In: [`MetricsRecorder`] is a recorder; what crates record through `metrics` joins every snapshot and leaves
//! through every exporter of ours. `instrument` holds one value, `registry` all of them, `recorder` connects them.
//!
//! Out: [`MetricsOut`] is an exporter; our functions appear in whatever recorder is installed, for example that of
//! `metrics-exporter-prometheus`.

mod instrument;

mod registry;

mod recorder;

mod out;

pub use out::{LoopError, MetricsOut};
pub use recorder::{InstallError, MetricsRecorder};
