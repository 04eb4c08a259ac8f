//! What a report says of where time and memory went: a binary of its own, because it switches everybody's profiling.
#![cfg(feature = "enabled")]

mod exact;
mod oracle;
mod support;

#[global_allocator]
static ALLOCATOR: obs::Alloc = obs::Alloc::system();
