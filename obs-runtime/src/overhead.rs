//! What the runtime itself cost lately.
//!
//! Measured by [`crate::meter`] about once a second while telemetry runs; read by people and exporters.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::call_costs::CallCosts;
use crate::callsite::Callsite;
use crate::policy::TurnedDown;
use crate::sync::lock;

static LATEST: Mutex<Option<Arc<Overhead>>> = Mutex::new(None);

/// What recording cost the process in the last second or so.
#[derive(Clone, Debug)]
pub struct Overhead {
    pub(crate) time: Duration,
    pub(crate) cpu: Duration,
    pub(crate) calls: Duration,
    pub(crate) threads: Duration,
    pub(crate) max: Option<f64>,
    pub(crate) call_costs: &'static CallCosts,
    pub(crate) hottest: Vec<CallsiteCost>,
}

impl Overhead {
    /// The share of the process's CPU time that went into recording: 0.01 is one percent. Of a process that does next to
    /// nothing most of it is ours, some milliseconds a second at the most: look at [`Overhead::cpu`], too.
    ///
    /// # Source
    /// Calls counted, times what calls cost ([`CallCosts`]), and what the collector's and the exporters' threads used.
    pub fn ratio(&self) -> f64 {
        let own = self.calls + self.threads;
        if own.is_zero() { 0.0 } else { own.div_duration_f64(self.cpu.max(own)) }
    }

    /// How long it was measured for.
    pub const fn time(&self) -> Duration {
        self.time
    }

    /// CPU time that the process used meanwhile; where the system does not tell, the time itself.
    pub const fn cpu(&self) -> Duration {
        self.cpu
    }

    /// What annotated calls cost the threads that made them, estimated; without their fields, labels and events.
    pub const fn calls(&self) -> Duration {
        self.calls
    }

    /// CPU time of the collector's and the exporters' threads; zero where the system does not tell. Threads that an exporter
    /// makes itself, such as those of a page's server, are not in it.
    pub const fn threads(&self) -> Duration {
        self.threads
    }

    /// The share that [`crate::Builder::max_overhead`] allows, if it was set.
    pub const fn max(&self) -> Option<f64> {
        self.max
    }

    /// What one call costs on this machine, by what is on for it.
    pub const fn call_costs(&self) -> &'static CallCosts {
        self.call_costs
    }

    /// The functions whose calls cost most, at most twenty, the most costly first.
    pub fn hottest(&self) -> &[CallsiteCost] {
        &self.hottest
    }
}

/// What the calls of one function cost.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CallsiteCost {
    /// The function.
    pub callsite: &'static Callsite,
    /// Calls that ended.
    pub calls: u64,
    /// What recording them cost the threads that made them, estimated.
    pub cost: Duration,
    /// How far the governor has turned the function down now.
    pub turned_down: Option<TurnedDown>,
}

/// What recording cost in the last second or so, measured when the collector wakes up. `None` before the first second is
/// over, when no telemetry runs, and where a manual clock keeps the runtime from finding out what calls cost.
///
/// # Examples
/// ```
/// if let Some(overhead) = obs_runtime::overhead() {
///     println!("{:.2} % of the CPU time went into recording", 100.0 * overhead.ratio());
/// }
/// ```
pub fn overhead() -> Option<Overhead> {
    latest().as_deref().cloned()
}

/// The same, shared.
pub(crate) fn latest() -> Option<Arc<Overhead>> {
    lock(&LATEST).clone()
}

/// Tells everybody.
pub(crate) fn publish(overhead: Option<Overhead>) {
    *lock(&LATEST) = overhead.map(Arc::new);
}
