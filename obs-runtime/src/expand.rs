//! What the attributes expand into. Not for use by hand: it changes with the macros.
//!
//! A function in place:
//! ```text
//! let guard = Guard::<Time>::enter(callsite!(..), NoLabels, NoFields);
//! { body }
//! ```
//! A function whose value is looked at (it may be a `Result`, whatever its name):
//! ```text
//! let guard = Guard::<Time>::enter(callsite!(..), NoLabels, NoFields);
//! let value = call(move || -> R { body });
//! finish!(guard, value)
//! ```
//! A future:
//! ```text
//! let task = Task::<Trace>::new(callsite!(..), NoLabels, WithFields(|fields| fields.debug("k", &v)));
//! let (value, task) = task.run(async move { body }).await;
//! finish!(task, value)
//! ```

pub use crate::callsite::{Budget, Callsite, Meta, Name, OnExceed, Violation};
pub use crate::fields::{Fields, NoFields, WithFields};
pub use crate::guard::{Count, Guard, Time, Trace};
pub use crate::labels::{Labels, NoLabels, WithLabels};
pub use crate::level::{Level, SpanKind};
pub use crate::probe;
pub use crate::task::Task;
pub use crate::section::Entry;
pub use crate::{__callsite as callsite, __finish as finish, __seen as seen};

/// Calls a closure once.
///
/// Passing the body through here tells the compiler that it runs once, so that it may give back what it took:
/// `&mut` arguments can be returned from it.
#[inline(always)]
pub fn call<R>(body: impl FnOnce() -> R) -> R {
    body()
}
