//! The report at exit: a table of every function that was called, on the terminal or in a file.
//!
//! `number` writes durations and shares in few columns, `name` shortens paths, `table` aligns cells, `render` puts
//! the report together as a pure function of a snapshot, `exporter` writes it out.

mod number;

mod name;

mod table;

mod render;

mod exporter;

pub use exporter::Console;
pub use render::render;
pub use table::Style;
