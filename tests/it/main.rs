//! What the product promises, one module for each promise.
#![cfg(feature = "enabled")]

mod fusion;
mod outcomes;
mod shapes;
