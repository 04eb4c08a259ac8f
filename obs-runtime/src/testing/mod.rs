//! What ran inside a piece of a test: recorded, looked at, held against the budgets.
//!
//! [`record`] runs something and gives a [`Recording`] of every annotated call in it, on whatever thread or task: a
//! recording goes where the trace's context goes ([`crate::Context::bind`], [`crate::FutureExt::in_context`], annotated
//! futures). Tests that run at the same time do not see each other's calls. `#[obs::test]` records a whole test.
//!
//! # How time is judged
//! Allocations, bytes, polls and calls are the same in each run, and judged by one. Time is not: a busy machine takes
//! the processor away. So of a call's time only that counts in which it ran or waited of its own accord, and not how long
//! it was ready and had no processor (Linux tells, in `/proc/thread-self/schedstat`; elsewhere all of it counts); and
//! `#[obs::test]` runs a test that broke a limit on time again, up to five times, and fails it when every run broke the
//! same one. With a [`crate::ManualClock`] time is exact.
//! # Cost
//! Less than a microsecond to set up, the first one of a process some twenty. A quarter of a microsecond for each annotated
//! call; three for one that is timed, for which the system is asked how long its thread ran and waited. From the first
//! recording on, all annotated calls of the process ask whether they are in one, which takes ten nanoseconds
//! (`benches/kit.rs`).
//! # Examples
//! ```
//! let recording = obs_runtime::testing::record(|| 6 * 7);
//! assert_eq!(recording.calls().len(), 0, "nothing here is annotated");
//! recording.assert_budgets();
//! ```

mod broken;
mod call;
mod callgrind;
mod calls;
mod function;
mod judge;
mod measured;
mod record;
mod recording;
mod run;
mod tree;

pub use broken::BrokenBudget;
pub use call::Call;
pub use function::Function;
pub use judge::Time;
pub use record::{record, record_async, record_async_with, record_with};
pub use recording::Recording;
#[doc(hidden)]
pub use run::{__test, __test_with, Settings};
