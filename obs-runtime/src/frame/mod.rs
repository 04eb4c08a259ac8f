//! Calls whose costs are told apart: a stack of frames on each thread, beside the calls themselves.
//!
//! Most calls keep none: a guard does only if its control word says so (`Control::FRAME`), because its function's
//! attributes or another function's budget ask for it, paths are profiled, or a test records. A frame is a reading of the
//! thread's counters at the call's beginning, and what its annotated children took, so that a call knows what it took
//! itself. A future's frame lies on the stack during each poll, and with the future in between.
//!
//! Pushed and popped by [`crate::guard`] and [`crate::task`]; read by [`crate::bounds`], [`crate::paths`] and
//! [`crate::recording`]. What happens here is on nobody's account.

mod costs;
mod stack;

pub(crate) use costs::{Costs, Own};
pub(crate) use stack::{Frame, begin, enter, pop, push};
