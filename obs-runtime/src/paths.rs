//! Call paths: which annotated calls ran inside which, and how much of their time and memory was their own.
//!
//! Kept while calls are profiled ([`crate::profile`]). A path is a number for its last function and the path before it,
//! the same on all threads; each shard has totals by that number. Asked when a frame is made ([`crate::frame`]), told when
//! its call has ended ([`crate::ended`]), read by [`crate::bottlenecks`].
//!
//! A function that calls itself stays on its path. One that comes back by way of others has a path of its own there, with
//! all its time: that this time is part of what it took already is for the reader to see, in the path.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::callsite::Callsite;
use crate::costs::{Costs, Own};
use crate::shard::{Local, MAX_PATHS, POOL, PathTotals, Shard, local, on_shard};
use crate::sync::{add, lock};

/// Paths that a thread remembers; it forgets all of them when there are more.
const MAX_MET: usize = 65_536;
/// In the place of the path before, where there was no room for it.
const NO_ROOM: u32 = u32::MAX;

/// One call tree in so many is kept; 0 keeps none.
static ONE_IN: AtomicU32 = AtomicU32::new(0);

static TABLE: Mutex<Option<Table>> = Mutex::new(None);

/// The path before, 0 for none, and the address of the function's callsite.
type Key = (u32, usize);

#[derive(Default)]
struct Table {
    /// By number, from 1: as many paths as there may be, and after them functions without one.
    nodes: Vec<Node>,
    known: HashMap<Key, u32>,
}

#[derive(Clone, Copy)]
struct Node {
    before: u32,
    callsite: &'static Callsite,
}

/// Where a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Path {
    /// Paths are not kept.
    None,
    /// It begins a tree that is not kept: calls inside have to find it.
    LeftOut,
    /// It runs inside such a tree.
    InsideLeftOut,
    /// Its costs go to this node.
    Kept {
        node: u32,
        /// It runs inside another call of its function, which has its costs already.
        is_again: bool,
    },
}

impl Path {
    /// Whether the call's costs go to a path.
    pub(crate) const fn is_kept(self) -> bool {
        matches!(self, Self::Kept { .. })
    }

    /// Whether the call, or one inside it, has to find this again.
    pub(crate) const fn needs_frame(self) -> bool {
        matches!(self, Self::Kept { .. } | Self::LeftOut)
    }
}

/// Keeps the paths of one call tree in `n` from now on; 0 keeps none. Trees that have begun end as they began.
pub(crate) fn keep_one_in(n: u32) {
    ONE_IN.store(n, Ordering::Relaxed);
}

/// Whether paths are kept: one tree in so many, 0 for none.
pub(crate) fn kept_one_in() -> u32 {
    ONE_IN.load(Ordering::Relaxed)
}

thread_local! {
    /// No tree is kept that begins on this thread.
    static LEAVES_OUT: Cell<bool> = const { Cell::new(false) };
    /// Paths this thread has met, and their number.
    static MET: RefCell<HashMap<Key, u32, BuildHasherDefault<KeyHasher>>> = RefCell::default();
}

/// Mixes the two numbers of a key by a multiplication: nobody from outside chooses them.
#[derive(Default)]
struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn write_u32(&mut self, before: u32) {
        self.0 ^= u64::from(before).rotate_left(32);
    }

    fn write_usize(&mut self, callsite_at: usize) {
        let mixed = (self.0 ^ callsite_at as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        // The table looks at both ends.
        self.0 = mixed ^ mixed >> 32;
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_usize(byte.into()));
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Runs with no tree kept that begins on this thread meanwhile.
pub(crate) fn leaving_out<R>(body: impl FnOnce() -> R) -> R {
    let before = LEAVES_OUT.replace(true);
    let result = body();
    LEAVES_OUT.set(before);
    result
}

/// Where a call stands that begins now; `around` are the calls that run on this thread, the innermost first.
pub(crate) fn enter<'a>(mut around: impl Iterator<Item = (Path, &'a Callsite)>, callsite: &'static Callsite) -> Path {
    let one_in = kept_one_in();
    if one_in == 0 || LEAVES_OUT.get() {
        return Path::None;
    }
    match around.next() {
        Some((Path::LeftOut | Path::InsideLeftOut, _)) => Path::InsideLeftOut,
        Some((Path::Kept { node, .. }, caller)) if std::ptr::eq(caller, callsite) => {
            Path::Kept { node, is_again: true }
        }
        Some((Path::Kept { node, .. }, _)) => below(node, around, callsite),
        _ if is_turn(one_in) => below(0, around, callsite),
        _ => Path::LeftOut,
    }
}

/// Whether a call inside one of this path may be kept, as far as that is known beforehand.
pub(crate) fn may_keep(around: Option<Path>) -> bool {
    kept_one_in() > 0 && !matches!(around, Some(Path::LeftOut | Path::InsideLeftOut))
}

/// Whether the tree that begins now is kept.
fn is_turn(one_in: u32) -> bool {
    on_shard(|shard| shard.trees.is_turn(one_in, || local(Local::random)))
}

fn below<'a>(before: u32, mut around: impl Iterator<Item = (Path, &'a Callsite)>, callsite: &'static Callsite) -> Path {
    let node = number((before, std::ptr::from_ref(callsite).addr()), callsite);
    // Where the path does not tell, the thread does.
    let is_again = node > MAX_PATHS && around.any(|(path, running)| path.is_kept() && std::ptr::eq(running, callsite));
    Path::Kept { node, is_again }
}

fn number(key: Key, callsite: &'static Callsite) -> u32 {
    let met = MET.try_with(|met| {
        let mut met = met.borrow_mut();
        if met.len() >= MAX_MET {
            met.clear();
        }
        *met.entry(key).or_insert_with(|| find(key, callsite))
    });
    met.unwrap_or_else(|_| find(key, callsite))
}

fn find((before, callsite_at): Key, callsite: &'static Callsite) -> u32 {
    let mut table = lock(&TABLE);
    let Table { nodes, known } = table.get_or_insert_default();
    let is_full = nodes.len() >= MAX_PATHS as usize;
    let mut key = (before, callsite_at);
    if is_full && !known.contains_key(&key) {
        key = (NO_ROOM, callsite_at);
    }
    *known.entry(key).or_insert_with(|| {
        nodes.push(Node { before: key.0, callsite });
        // Paths are bounded, and so are functions.
        u32::try_from(nodes.len()).unwrap_or(NO_ROOM)
    })
}

/// Adds what a call took that has ended.
pub(crate) fn ended(path: Path, costs: Costs, own: Own) {
    let Path::Kept { node, is_again } = path else { return };
    let outer = |n: u64| if is_again { 0 } else { n };
    let totals = PathTotals {
        calls: 1,
        again: is_again.into(),
        nanos: outer(costs.nanos),
        allocs: outer(costs.asked.allocs),
        bytes: outer(costs.asked.bytes),
        own_nanos: own.nanos,
        own_allocs: own.allocs,
        own_bytes: own.bytes,
    };
    on_shard(|shard| {
        shard.paths().add(node as usize - 1, &totals);
        if node > MAX_PATHS {
            add(&shard.faults.paths_full, 1);
        }
    });
}

/// A path and what calls on it took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PathSnapshot {
    pub(crate) callsite: &'static Callsite,
    pub(crate) before: Before,
    pub(crate) totals: PathTotals,
}

/// What comes before the last function of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Before {
    /// No annotated function.
    Nothing,
    /// The path at this place of the list.
    Path(usize),
    /// There was no room for it.
    Unknown,
}

/// All paths so far; each comes after the one before it.
pub(crate) fn all() -> Vec<PathSnapshot> {
    let nodes = lock(&TABLE).as_ref().map(|table| table.nodes.clone()).unwrap_or_default();
    let before = |node: u32| match node {
        0 => Before::Nothing,
        NO_ROOM => Before::Unknown,
        node => Before::Path(node as usize - 1),
    };
    let totals = PathTotals::default();
    let path = |node: &Node| PathSnapshot { callsite: node.callsite, before: before(node.before), totals };
    let mut paths: Vec<_> = nodes.iter().map(path).collect();
    for table in POOL.all().into_iter().filter_map(Shard::paths_if_any) {
        for (at, totals) in table.read() {
            // One that was met after the nodes were read waits for the next reading.
            if let Some(path) = paths.get_mut(at) {
                path.totals.add(totals);
            }
        }
    }
    paths
}

/// Call trees that began while paths were kept, and those among them that were left out.
pub(crate) fn trees() -> [u64; 2] {
    let of = |shard: &'static Shard| [shard.trees.begun(), shard.trees.left_out()];
    POOL.all().into_iter().map(of).fold([0; 2], |[begun, left_out], [a, b]| [begun + a, left_out + b])
}
