//! What the product promises, one module for each promise.
#![cfg(feature = "enabled")]

mod budgets;
mod by_hand;
mod fusion;
mod in_flight;
mod labels;
mod listener;
mod outcomes;
mod shapes;
mod spans;
mod starts;
mod support;
mod switches;
mod tail;
mod threads;
