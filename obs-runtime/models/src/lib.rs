//! The concurrent parts of `obs-runtime`, run through every order of events by loom.
//!
//! The files are the runtime's own, with loom's atomics and locks in the place of std's; each model stands beside
//! the code it is about. `cargo test -p obs-models --release` runs them all.

#![expect(dead_code, unused_imports, reason = "only parts of the runtime are here")]
#![expect(unreachable_pub, reason = "what is public in the runtime has nobody to be public for here")]

#[path = "../../src/cache.rs"]
mod cache;
#[path = "../../src/callsite.rs"]
mod callsite;
#[path = "../../src/class_number.rs"]
mod class_number;
#[path = "../../src/control_word.rs"]
mod control_word;
#[path = "../../src/error_class.rs"]
mod error_class;
#[path = "../../src/failure_key.rs"]
mod failure_key;
#[path = "../../src/health.rs"]
mod health;
#[path = "../../src/health_counters.rs"]
mod health_counters;
#[path = "../../src/histogram/mod.rs"]
mod histogram;
#[path = "../../src/ids.rs"]
mod ids;
#[path = "../../src/level.rs"]
mod level;
#[path = "../../src/limit.rs"]
mod limit;
#[path = "../../src/name.rs"]
mod name;
#[path = "../../src/outcome.rs"]
mod outcome;
#[path = "../../src/policy.rs"]
mod policy;
#[path = "../../src/registry/mod.rs"]
mod registry;
#[path = "../../src/ring/mod.rs"]
mod ring;
mod shard;
#[expect(unsafe_code, reason = "null or a reference, behind an atomic")]
#[path = "../../src/static_ptr.rs"]
mod static_ptr;
#[path = "../../src/sync.rs"]
mod sync;

/// Nobody counts what is allocated.
mod alloc {
    pub(crate) fn unseen<R>(body: impl FnOnce() -> R) -> R {
        body()
    }
}

/// Time stands still.
mod clock {
    pub(crate) const fn now() -> u64 {
        0
    }
}
