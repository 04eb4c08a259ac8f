//! Budgets of every kind and the test kit, in a process whose allocator counts.

mod support;

mod allocations;
mod attribute;
mod calls;
mod instructions;
mod kinds;
mod recordings;
mod summary;

#[global_allocator]
static ALLOCATOR: obs::Alloc = obs::Alloc::system();
