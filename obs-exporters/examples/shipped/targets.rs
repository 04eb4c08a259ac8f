//! Where the program's telemetry goes, by the words of its command line.

use std::error::Error;

use obs_exporters::JsonLines;
use obs_runtime::{Builder, Value};

/// Adds what is called `what`, which sends to `at`.
pub(crate) fn add(builder: Builder, what: &str, at: &str) -> Result<Builder, Box<dyn Error>> {
    Ok(match what {
        // Phoenix keeps the spans of each project apart.
        "project" => builder.attribute("openinference.project.name", Value::Str(at.into())),
        "json" => builder.exporter(JsonLines::to_dir(at)),
        _ => return Err(format!("there is no exporter `{what}`").into()),
    })
}
