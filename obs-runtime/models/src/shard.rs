//! Shards without what belongs to threads of the operating system.

#[path = "../../src/shard/details.rs"]
mod details;
#[path = "../../src/shard/live.rs"]
mod live;
#[path = "../../src/shard/pool.rs"]
mod pool;
#[path = "../../src/shard/slot.rs"]
mod slot;

pub(crate) use pool::Pool;
pub(crate) use slot::{MAX_SERIES, Slot};
