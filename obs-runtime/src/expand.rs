//! What the attributes expand into. Not for use by hand: it changes with the macros.
//!
//! A function in place:
//! ```text
//! let guard = Guard::<Time>::enter(callsite!(..), NoLabels, NoFields);
//! let value: R = if true { body } else { absent() };
//! guard.finish_ok();
//! value
//! ```
//! A function whose value is looked at (it may be a `Result`, whatever its name):
//! ```text
//! let guard = Guard::<Time>::enter(callsite!(..), NoLabels, NoFields);
//! let value = call_with((a, b), move |(a, b)| -> R { body });
//! finish!(guard, value)
//! ```
//! The same under `#[track_caller]`, at the tail, at `return` and at `?`, where the type is not known yet:
//! ```text
//! match typed::<R>(tail) { value => { guard.observe(seen!(&value)); value } }
//! (match value { value => { guard.observe(seen_without_class!(&value)); value } })?
//! ```
//! A function whose span hangs elsewhere:
//! ```text
//! let guard = Guard::<Trace>::enter_at(callsite!(..), NoLabels, NoFields, || Start::under(&(context)).linked(links));
//! ```
//! A future:
//! ```text
//! let task = Task::<Trace>::new(callsite!(..), NoLabels, WithFields(|fields| fields.debug("k", &v)));
//! task.drive::<R, _, _>(async move { body }, |task, value| finish!(task, value)).await
//! ```

pub use std::boxed::Box;

pub use crate::call::{Count, Time, Trace};
pub use crate::callees::{Callee, callee, named, with_callees};
pub use crate::callsite::{Budget, Callsite, Meta, Name, OnExceed, Violation};
pub use crate::driven::Driven;
pub use crate::error_class::{Classify, ErrorClass, Severity};
pub use crate::event_site::EventSite;
pub use crate::field_set::{NoFields, WithFields};
pub use crate::fields::Fields;
pub use crate::guard::Guard;
pub use crate::labels::{Labels, NoLabels, WithLabels};
pub use crate::level::{Level, SpanKind};
pub use crate::limit::{Limit, LimitKind};
pub use crate::note::event;
pub use crate::probe;
pub use crate::scoped_span::ScopedSpan;
pub use crate::section::Entry;
pub use crate::start::Start;
pub use crate::task::Task;
pub use crate::watched::Watched;
pub use crate::{
    __callsite as callsite, __finish as finish, __seen as seen, __seen_without_class as seen_without_class,
};

/// Calls a closure once.
///
/// Passing the body through here tells the compiler that it runs once, so that it may give back what it took:
/// `&mut` arguments can be returned from it.
#[inline(always)]
pub fn call<R>(body: impl FnOnce() -> R) -> R {
    body()
}

/// Calls a closure once, with the function's arguments.
///
/// A closure's arguments are dropped as a function's are: in reverse, after the temporaries of the body's tail.
#[inline(always)]
pub fn call_with<A, R>(arguments: A, body: impl FnOnce(A) -> R) -> R {
    body(arguments)
}

/// Calls a closure that makes a future whose output is known, which the compiler would not see through a `let`.
#[inline(always)]
pub fn future<T, F: Future<Output = T>>(body: impl FnOnce() -> F) -> F {
    body()
}

/// Its argument, of a type that is named: where a value would be coerced on its way out of the function.
#[inline(always)]
pub const fn typed<T>(value: T) -> T {
    value
}

/// The value of a branch that is never taken.
#[cold]
pub fn absent<T>() -> T {
    unreachable!("a branch that is never taken")
}

/// What comes after a future that never is ready.
#[cold]
pub fn never() -> ! {
    unreachable!("a future without a value was ready")
}
