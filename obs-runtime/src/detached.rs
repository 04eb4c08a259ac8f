//! A running span that is no guard on a stack: for bridges, whose spans begin, are entered and end where others say.
//!
//! A [`crate::task`] without a future: opened in one place, made the running span of a thread as often as needed, closed
//! from any thread.

use std::fmt;

use crate::call::Trace;
use crate::callsite::Callsite;
use crate::field_set::WithFields;
use crate::fields::Fields;
use crate::labels::NoLabels;
use crate::note;
use crate::outcome::Outcome;
use crate::place::Place;
use crate::start::Start;
use crate::task::Task;

/// A running span that is entered and left by hand, on any thread. It ends with [`DetachedSpan::close`]; dropped before
/// that, it was cancelled.
pub struct DetachedSpan {
    task: Task<Trace, Fields>,
    outcome: Outcome,
}

impl DetachedSpan {
    /// Opens a span under the running one, or where `start` says. It is not entered yet.
    ///
    /// The closure adds the first fields; it runs only when the span is recorded.
    ///
    /// # Cost
    /// That of `#[traced]`; where `start` says something, one allocation more.
    pub fn open(callsite: &'static Callsite, start: Option<Start>, fields: impl FnOnce(&mut Fields)) -> Self {
        let mut task = Task::<Trace>::new(callsite, NoLabels, WithFields(|_: &mut Fields| {}));
        task.begin_now(start);
        let mut span = Self { task, outcome: Outcome::Ok };
        span.set_fields(fields);
        span
    }

    /// Where it is in its trace; where it was opened, when its callsite is not traced.
    pub fn place(&self) -> Place {
        Place::at(self.task.place())
    }

    /// Makes it the running span of the calling thread, and gives what ran there before: put that back to leave the span.
    ///
    /// `None`, and nothing is done, when its callsite is not traced.
    #[inline]
    pub fn enter(&self) -> Option<Place> {
        self.task.is_traced().then(|| self.place().swap_in())
    }

    /// Adds fields, if the span is recorded.
    #[inline]
    pub fn set_fields(&mut self, add: impl FnOnce(&mut Fields)) {
        if let Some(fields) = self.task.recorded_fields() {
            add(fields);
        }
    }

    /// Ties the span to another, which is not its parent.
    pub fn link(&self, to: Place) {
        note::link(self.task.place(), &to.context());
    }

    /// Says how the span will have ended, if it is not [`Outcome::Ok`]. The first word counts, but a panic is the last.
    pub fn ends_with(&mut self, outcome: Outcome) {
        if self.outcome == Outcome::Ok || outcome == Outcome::Panic {
            self.outcome = outcome;
        }
    }

    /// Ends the span. Later calls do nothing.
    pub fn close(&mut self) {
        self.task.end_now(self.outcome);
    }
}

impl fmt::Debug for DetachedSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DetachedSpan")
            .field("place", &self.place())
            .field("outcome", &self.outcome)
            .finish_non_exhaustive()
    }
}
