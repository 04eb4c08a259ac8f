//! Call paths: which annotated calls ran inside which, and how much of their time and memory was their own.
//!
//! Kept while paths are profiled ([`crate::Builder::profile`]). A path is a number for its last function and the path
//! before it, the same on all threads; each shard has totals by that number. Asked when a frame is made, added to when
//! its call ends, read by [`crate::bottlenecks`].

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::callsite::Callsite;
use crate::costs::{Costs, Own};
use crate::health_counters::PATHS_FULL;
use crate::shard::{Local, POOL, PathTotals, Shard, local, with_shard};
use crate::sync::lock;

/// Paths of the program; calls on further ones are counted in `Health::paths_full`, and left out.
const MAX_PATHS: usize = 16_384;

/// One call tree in so many is kept; 0 keeps none.
static ONE_IN: AtomicU32 = AtomicU32::new(0);

static TABLE: Mutex<Option<Table>> = Mutex::new(None);

#[derive(Default)]
struct Table {
    nodes: Vec<Node>,
    known: HashMap<(u32, u32), u32>,
}

/// One path: its last function, and the path before; 0 for none.
#[derive(Clone, Copy)]
struct Node {
    parent: u32,
    callsite: &'static Callsite,
}

/// Where a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Path {
    /// The number of the node, from 1.
    node: u32,
    /// The function called itself: its time is in that of the call around it.
    is_again: bool,
}

impl Path {
    /// Paths are not kept.
    const NONE: Self = Self { node: 0, is_again: false };
    /// This tree is not kept, and neither is what runs inside.
    const LEFT_OUT: Self = Self { node: u32::MAX, is_again: false };

    /// Whether the call's costs go to a path.
    pub(crate) const fn is_kept(self) -> bool {
        self.node != 0 && self.node != u32::MAX
    }

    /// Whether it was decided about the call's tree, which calls inside have to find.
    pub(crate) const fn is_chosen(self) -> bool {
        self.node != 0
    }
}

/// Keeps the paths of one call tree in `n` from now on; 0 keeps none.
pub(crate) fn keep_one_in(n: u32) {
    ONE_IN.store(n, Ordering::Relaxed);
}

/// Whether paths are kept: one tree in so many, 0 for none.
pub(crate) fn kept_one_in() -> u32 {
    ONE_IN.load(Ordering::Relaxed)
}

thread_local! {
    /// Trees until the next one that is kept.
    static UNTIL: Cell<u32> = const { Cell::new(0) };
    /// Paths this thread has met: what they are, and their number.
    static MET: RefCell<HashMap<(u32, u32), u32>> = RefCell::default();
}

/// Where a call stands that begins now, inside the call of `parent`'s frame.
pub(crate) fn enter(parent: Option<(Path, &Callsite)>, callsite: &'static Callsite) -> Path {
    match (kept_one_in(), parent) {
        (0, _) => Path::NONE,
        (_, Some((Path::LEFT_OUT, _))) => Path::LEFT_OUT,
        (_, Some((path, parent))) if path.is_kept() && std::ptr::eq(parent, callsite) => {
            Path { is_again: true, ..path }
        }
        (_, Some((path, _))) if path.is_kept() => inside(path.node, callsite),
        (n, _) if is_turn(n) => inside(0, callsite),
        _ => Path::LEFT_OUT,
    }
}

/// Runs with no tree kept that begins on this thread meanwhile.
pub(crate) fn leaving_out<R>(body: impl FnOnce() -> R) -> R {
    let before = UNTIL.replace(u32::MAX);
    let result = body();
    UNTIL.set(before);
    result
}

fn is_turn(n: u32) -> bool {
    UNTIL
        .try_with(|until| {
            let left = until.get();
            until.set(if left == 0 { n - 1 } else { left - 1 });
            left == 0
        })
        .unwrap_or(false)
}

fn inside(parent: u32, callsite: &'static Callsite) -> Path {
    let key = (parent, callsite.series());
    let met = MET.try_with(|met| *met.borrow_mut().entry(key).or_insert_with(|| find(key, callsite)));
    Path { node: met.unwrap_or(u32::MAX), is_again: false }
}

#[expect(clippy::cast_possible_truncation, reason = "bounded by `MAX_PATHS`")]
fn find(key: (u32, u32), callsite: &'static Callsite) -> u32 {
    let mut table = lock(&TABLE);
    let Table { nodes, known } = table.get_or_insert_default();
    if let Some(&node) = known.get(&key) {
        return node;
    }
    if nodes.len() >= MAX_PATHS {
        return u32::MAX;
    }
    nodes.push(Node { parent: key.0, callsite });
    let node = nodes.len() as u32;
    known.insert(key, node);
    node
}

/// Adds what a call took that has ended.
pub(crate) fn ended(path: Path, costs: Costs, own: Own) {
    let Path { node, is_again } = path;
    if !path.is_kept() {
        if path == Path::LEFT_OUT && lock(&TABLE).as_ref().is_some_and(|table| table.nodes.len() >= MAX_PATHS) {
            PATHS_FULL.add(1);
        }
        return;
    }
    let outer = |n: u64| if is_again { 0 } else { n };
    let totals = PathTotals {
        calls: 1,
        nanos: outer(costs.nanos),
        allocs: outer(costs.asked.allocs),
        bytes: outer(costs.asked.bytes),
        own_nanos: own.nanos,
        own_allocs: own.allocs,
        own_bytes: own.bytes,
    };
    let add = |shard: &'static Shard| shard.paths.add(node as usize - 1, totals);
    match local(Local::shard) {
        Some(shard) => add(shard),
        None => with_shard(add),
    }
}

/// A path and what calls on it took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PathSnapshot {
    pub(crate) callsite: &'static Callsite,
    /// The place in the list of the path before; `None` at the root.
    pub(crate) parent: Option<usize>,
    pub(crate) totals: PathTotals,
}

/// All paths so far; each comes after the one before it.
pub(crate) fn all() -> Vec<PathSnapshot> {
    let nodes = lock(&TABLE).as_ref().map(|table| table.nodes.clone()).unwrap_or_default();
    let place = |node: u32| (node as usize).checked_sub(1);
    let mut paths: Vec<_> = nodes
        .iter()
        .map(|node| PathSnapshot { callsite: node.callsite, parent: place(node.parent), totals: PathTotals::default() })
        .collect();
    for shard in POOL.all() {
        shard.paths.read(|at, totals| {
            // One that was met after the nodes were read waits for the next reading.
            if let Some(path) = paths.get_mut(at) {
                path.totals.add(totals);
            }
        });
    }
    paths
}
