//! The report at exit: a table of every function that was called, on the terminal or in a file; and traces as they end.
//!
//! `table` aligns cells, `allocations` is the table of what functions allocate, `budgets` tells which limits were not kept,
//! `render` puts the report together as a pure function of a snapshot; `forest` waits until a trace is whole, `tree` writes
//! it; `target` is where all that goes, `exporter` sends it there.

mod table;

mod allocations;

mod budgets;

mod render;

mod forest;

mod tree;

mod target;

mod exporter;

use obs_runtime::text::{name, number};

pub use exporter::Console;
pub use render::render;
pub use table::Style;
