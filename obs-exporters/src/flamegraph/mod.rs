//! Self time by call path: folded stacks, and a flame graph.
//!
//! `tree` adds calls up by their path, `paths` finds the path of each span although children come before their parents,
//! `svg` draws, `exporter` writes the file.

mod tree;

mod paths;

mod svg;

mod exporter;

pub use exporter::{Flamegraph, FlamegraphError};
