//! One call as a recording keeps it.

use crate::callsite::Callsite;
use crate::costs::{Costs, Own};
use crate::outcome::Outcome;
use crate::value::Value;

/// What is known of a recorded call when it begins.
#[derive(Debug)]
pub(crate) struct RecordedStart {
    /// The recording's number.
    pub(crate) number: u16,
    /// Names the call in the process.
    pub(crate) id: u64,
    /// The call it began in: on its thread, or where the context of the thread was taken; 0 for none.
    pub(crate) parent: u64,
    /// The one that ran on the thread before, while this one does.
    pub(crate) around: u64,
    /// The span that was the running one: the call's own, if it has one.
    pub(crate) span: u64,
}

/// What a call's end knows.
pub(crate) struct CallEnd<'a> {
    pub(crate) callsite: &'static Callsite,
    pub(crate) outcome: Outcome,
    /// Why it failed, as its series says.
    pub(crate) error_type: Option<String>,
    pub(crate) nanos: Option<u64>,
    pub(crate) polls: Option<[u64; 3]>,
    /// Its span and that one's parent, if it has one.
    pub(crate) ids: Option<[u64; 2]>,
    /// What it took of each limit, in their order.
    pub(crate) took: Vec<Option<u64>>,
    pub(crate) costs: Costs,
    pub(crate) own: Own,
    pub(crate) fields: &'a [&'a [u64]],
}

/// A call that has ended.
#[derive(Clone, Debug)]
pub(crate) struct RecordedCall {
    pub(crate) id: u64,
    /// 0 for none.
    pub(crate) parent: u64,
    /// The call's span, and where it is known the one it hangs on; 0 for none.
    pub(crate) span: u64,
    pub(crate) parent_span: u64,
    pub(crate) callsite: &'static Callsite,
    pub(crate) outcome: Outcome,
    pub(crate) error_type: Option<String>,
    pub(crate) nanos: Option<u64>,
    pub(crate) polls: Option<[u64; 3]>,
    pub(crate) took: Vec<Option<u64>>,
    pub(crate) costs: Costs,
    pub(crate) own: Own,
    pub(crate) fields: Vec<(&'static str, Value)>,
}
