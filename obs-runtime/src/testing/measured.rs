//! What a test measured that does not depend on how busy the machine is, as lines that `cargo obs` reads.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;

use super::call::Call;
use super::function::Function;
use super::recording::Recording;
use crate::alloc;

/// Adds a line for each function that a test called to the files in `OBS_BUDGETS_OUT`, if that is set.
pub(super) fn write(test: &str, recording: &Recording, instructions: &BTreeMap<String, u64>) {
    let Some(directory) = std::env::var_os("OBS_BUDGETS_OUT") else { return };
    let lines: String = recording.callsites().map(|function| line(test, &function, instructions)).collect();
    let path = PathBuf::from(directory).join(format!("{}.jsonl", std::process::id()));
    let written =
        OpenOptions::new().create(true).append(true).open(&path).and_then(|mut file| file.write_all(lines.as_bytes()));
    if let Err(error) = written {
        panic!("what {test} measured cannot be written to {}, which OBS_BUDGETS_OUT asks for: {error}", path.display());
    }
}

fn line(test: &str, function: &Function<'_>, instructions: &BTreeMap<String, u64>) -> String {
    let (callsite, meta) = (function.callsite(), function.callsite().meta());
    let each = function.each().collect::<Vec<_>>();
    let memory = |most: Option<u64>| most.filter(|_| alloc::is_installed());
    let polls = each.iter().filter_map(Call::polls).map(|polls| polls.count).max();
    let numbers = [
        ("calls", Some(function.calls())),
        ("allocs", memory(each.iter().map(Call::allocs).max())),
        ("bytes", memory(each.iter().map(Call::bytes).max())),
        ("polls", polls),
        ("instructions", instructions.get(callsite.name()).copied()),
    ];
    let mut line = format!(
        "{{\"test\":{},\"function\":{},\"file\":{},\"line\":{}",
        quoted(test),
        quoted(callsite.name()),
        quoted(meta.file),
        meta.line
    );
    for (key, number) in numbers {
        let number = number.map_or("null".to_owned(), |number| number.to_string());
        let _ = write!(line, ",\"{key}\":{number}");
    }
    line + "}\n"
}

/// A text as JSON has it: names and paths of files, which have little that needs care.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted + "\""
}
