//! Whole outputs of the exporters of spans compared as strings, in a process whose every span is known.
//!
//! One test: the batch is that of the process. Ids are numbered in the order in which they appear, and what is of this run
//! is masked.

#![allow(missing_docs, unreachable_pub, reason = "a test")]

mod mask;
mod shop;

use std::path::PathBuf;

use obs_exporters::{Console, Flamegraph, chrome, json};
use obs_runtime::{Batch, Exporter};

/// What the facade is to a user of the attributes.
mod obs {
    pub use obs_macros::{Classify, traced};
    pub use obs_runtime::expand as __private;
}

/// Compares with a file in `golden`; `OBS_BLESS=1` writes it instead.
fn assert_golden(file: &str, seen: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file);
    if std::env::var_os("OBS_BLESS").is_some() {
        std::fs::write(&path, seen).unwrap();
    }
    let want = std::fs::read_to_string(&path).unwrap();
    assert_eq!(seen, want, "{file} (OBS_BLESS=1 takes the new one)");
}

fn folded(batch: &Batch, with: impl FnOnce(Flamegraph) -> Flamegraph) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.folded", std::process::id()));
    let mut graph = with(Flamegraph::to_file(&path));
    graph.export(batch).unwrap();
    graph.shutdown().unwrap();
    std::fs::read_to_string(&path).unwrap()
}

fn tree(batch: &Batch, color: bool) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.tree", std::process::id()));
    let mut console = Console::new().writer(std::fs::File::create(&path).unwrap()).color(color).tree();
    console.export(batch).unwrap();
    std::fs::read_to_string(&path).unwrap()
}

#[test]
fn files_and_trees_are_exactly_these() {
    let batch = shop::batch();
    assert_golden("traces.jsonl", &mask::json(&batch, &json::encode_traces(&batch)));
    assert_golden("chrome.json", &mask::chrome(&chrome::encode(&batch, mask::zero(&batch))));
    assert_golden("profile.folded", &folded(&batch, |graph| graph));
    assert_golden("profile_with_idle.folded", &folded(&batch, Flamegraph::with_idle));
    assert_golden("tree.txt", &mask::tree(&tree(&batch, false)));
    assert_golden("tree_in_colour.txt", &mask::tree(&tree(&batch, true).replace('\x1b', "^")));
    assert_golden("logs.jsonl", &mask::json(&batch, &json::encode_logs(&batch)));
}
