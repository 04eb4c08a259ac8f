//! What the product promises, one module for each promise.
#![cfg(feature = "enabled")]

mod baggage;
mod budgets;
mod by_hand;
mod classify;
mod context;
mod conventions;
mod fusion;
mod in_flight;
mod labels;
mod listener;
mod notes;
mod order;
mod outcomes;
mod resource;
mod sampling;
mod shapes;
mod spans;
mod starts;
mod support;
mod switches;
mod tail;
mod threads;
