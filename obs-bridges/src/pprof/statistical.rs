//! Begins and ends statistical profiling.

use std::fmt;

use ::pprof::{ProfilerGuard, ProfilerGuardBuilder};
use obs_runtime::IS_ENABLED;

use super::error::StatisticalError;
use super::samples::Samples;

/// Samples a second that the timers of no system exceed.
const MAX_HZ: u32 = 1_000;

/// Statistical profiling that runs: of all threads of the process, by the processor time they take.
///
/// # Shape
/// The kernel sends `SIGPROF` to a thread that runs, so many times in a second of processor time; many kernels have a tick
/// of 250 a second and send no more. What waits is not seen. While the thread is in `libc`, `libgcc`, `libpthread` or the
/// `vdso` no sample is taken: walking the stack from there may wait for a lock that the very thread holds. So what
/// allocating and copying memory takes inside these is missing.
///
/// Functions are found by their symbols: a release build needs at least `debug = 1` to tell functions that were inlined,
/// and shows without it the function that they were inlined into.
/// # Cost
/// Some microseconds for each sample; nothing between samples. Memory that does not grow with time, and a temporary file.
/// # Examples
/// ```no_run
/// let running = obs_bridges::pprof::Statistical::start(99)?;
/// # Ok::<(), obs_bridges::pprof::StatisticalError>(())
/// ```
#[must_use = "sampling ends when it is dropped"]
pub struct Statistical {
    /// `None` with the feature `enabled` off.
    guard: Option<ProfilerGuard<'static>>,
}

impl Statistical {
    /// Begins to take `hz` samples for each second of processor time, 1 to 1,000. A number that divides nothing, such as
    /// 99, does not beat with what the program does in turns.
    ///
    /// With the feature `enabled` off nothing begins, and there are no samples.
    /// # Errors
    /// [`StatisticalError`] when the rate is none, it runs already, or `pprof` cannot begin.
    pub fn start(hz: u32) -> Result<Self, StatisticalError> {
        let rate = i32::try_from(hz).ok().filter(|_| (1..=MAX_HZ).contains(&hz));
        let rate = rate.ok_or(StatisticalError::Rate { hz })?;
        if !IS_ENABLED {
            return Ok(Self { guard: None });
        }
        let builder = without_libraries(ProfilerGuardBuilder::default().frequency(rate));
        Ok(Self { guard: Some(builder.build()?) })
    }

    /// Ends it, and tells what was seen.
    ///
    /// # Cost
    /// Reads the program's symbols, which takes some hundred milliseconds where there are many.
    /// # Errors
    /// [`StatisticalError::Profiler`] when the samples cannot be read.
    pub fn finish(self) -> Result<Samples, StatisticalError> {
        match self.guard {
            Some(guard) => Ok(Samples::new(&guard.report().build()?)),
            None => Ok(Samples::default()),
        }
    }
}

impl fmt::Debug for Statistical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Statistical").field("is_running", &self.guard.is_some()).finish()
    }
}

/// Takes no sample where walking the stack is not safe; `pprof` knows how on these processors.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64", target_arch = "loongarch64"))]
fn without_libraries(builder: ProfilerGuardBuilder) -> ProfilerGuardBuilder {
    builder.blocklist(&["libc", "libgcc", "pthread", "vdso"])
}

#[cfg(not(any(
    target_arch = "x86_64",
    target_arch = "aarch64",
    target_arch = "riscv64",
    target_arch = "loongarch64"
)))]
fn without_libraries(builder: ProfilerGuardBuilder) -> ProfilerGuardBuilder {
    builder
}
