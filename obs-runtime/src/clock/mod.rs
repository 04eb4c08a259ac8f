//! Nanoseconds that only go forward, since some moment before the first call.
//!
//! The invariant time stamp counter where the machine has one, the operating system's clock otherwise, or a
//! [`ManualClock`] in tests. Nothing waits at start: the counter is calibrated between the first use of the clock
//! and the first use at least 10 ms later; until then the operating system's clock is read. Both share one
//! time line. Wall time is the collector's business ([`Anchor`]).

mod anchor;
mod manual;
mod scale;
mod source;
#[expect(unsafe_code, reason = "a function of the C library")]
mod thread;
#[cfg(all(target_arch = "x86_64", not(miri)))]
#[expect(unsafe_code, reason = "one instruction")]
mod tsc;
#[cfg(any(not(target_arch = "x86_64"), miri))]
#[path = "no_tsc.rs"]
mod tsc;

pub(crate) use anchor::Anchor;
pub use manual::ManualClock;
pub(crate) use manual::is_read_here as is_manual;
pub use source::{ClockChoice, ClockSource};
pub(crate) use source::{choose, current, is_settled, now, quick};
pub(crate) use thread::{cpu_time, process_cpu_time, waited};
