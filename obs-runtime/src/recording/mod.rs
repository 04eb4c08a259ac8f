//! What ran inside a piece of a test, whatever threads and tasks it went to.
//!
//! A recording has a number, which lies in the thread's place in the trace ([`crate::shard`]) and goes wherever a context
//! goes. While a thread has one, each call's end is handed to it, with all that is known then. Parallel tests have
//! different numbers, and do not see each other.
//!
//! Asked by [`crate::frame`] and [`crate::ledger`] when a call begins, told by [`crate::ended`] and [`crate::note`]; begun and read by
//! [`crate::testing`].

mod active;
mod call;

pub(crate) use active::{Recorded, Started, begin, call, end, event, fields, is_here, set_call, start};
pub(crate) use call::{CallEnd, RecordedCall, RecordedStart};
