//! Prints the module graph of each crate and of the workspace, and fails on a loop.
//!
//! Reads the sources as text: `crate::name` and, inside a folder, `super::name`. Tests are left out, and so is what a
//! macro writes into other crates (`$crate::`).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::graph::Graph;

/// The crates, each with the ones it may name.
const CRATES: &[(&str, &[&str])] = &[
    ("obs-macros", &[]),
    ("obs-runtime", &[]),
    ("obs-exporters", &["obs_runtime"]),
    ("obs-bridges", &["obs_runtime"]),
    ("obs-cli", &[]),
    (".", &["obs_macros", "obs_runtime", "obs_exporters", "obs_bridges"]),
];

pub(crate) fn run() -> ExitCode {
    let mut sound = true;
    for (folder, may_name) in CRATES {
        match check(Path::new(folder), may_name) {
            Ok(fine) => sound &= fine,
            Err(error) => {
                eprintln!("{folder}: {error}");
                sound = false;
            }
        }
    }
    if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn check(folder: &Path, may_name: &[&str]) -> io::Result<bool> {
    let source = folder.join("src");
    let mut files = Vec::new();
    collect(&source, &mut files)?;
    println!("{}", folder.display());
    let mut sound = modules(&source, &files)?;
    for file in &files {
        for krate in ["obs_macros", "obs_runtime", "obs_exporters", "obs_bridges"] {
            let names = names_after(&code(&fs::read_to_string(file)?), &format!("{krate}::"));
            if !names.is_empty() && !may_name.contains(&krate) {
                eprintln!("{} names {krate}, which is not below it", file.display());
                sound = false;
            }
        }
    }
    Ok(sound)
}

/// The graph of a folder's modules, and of each folder in it.
fn modules(source: &Path, files: &[PathBuf]) -> io::Result<bool> {
    let mut graph = Graph::default();
    for file in files.iter().filter(|file| file.starts_with(source)) {
        let Some(module) = module_of(source, file) else { continue };
        graph.add_node(&module);
        let code = code(&fs::read_to_string(file)?);
        let prefixes = prefixes(source, file);
        let named = prefixes.iter().flat_map(|prefix| names_after(&code, prefix));
        for name in named.filter(|name| *name != module && is_module(source, name)) {
            graph.add_edge(&module, &name);
        }
    }
    for (module, named) in graph.edges() {
        println!("  {module} -> {}", named.iter().map(String::as_str).collect::<Vec<_>>().join(" "));
    }
    let found = graph.find_loop();
    if let Some(found) = &found {
        eprintln!("{}: these modules name each other in a loop: {}", source.display(), found.join(" -> "));
    }
    let mut sound = found.is_none();
    for entry in fs::read_dir(source)? {
        let path = entry?.path();
        if path.is_dir() {
            sound &= modules(&path, files)?;
        }
    }
    Ok(sound)
}

/// The module of `source` that a file belongs to; `None` for the file that only lists modules.
fn module_of(source: &Path, file: &Path) -> Option<String> {
    let first = file.strip_prefix(source).ok()?.components().next()?.as_os_str().to_str()?;
    let name = first.strip_suffix(".rs").unwrap_or(first);
    (!["lib", "main", "mod"].contains(&name)).then(|| name.to_owned())
}

/// How a file names its neighbours in `source`.
fn prefixes(source: &Path, file: &Path) -> Vec<String> {
    let inside: Vec<_> = source.components().skip_while(|part| part.as_os_str() != "src").skip(1).collect();
    let mut path = "crate::".to_owned();
    for part in &inside {
        path += &part.as_os_str().to_string_lossy();
        path += "::";
    }
    let mut prefixes = vec![path];
    let depth = file.strip_prefix(source).map_or(0, |rest| rest.components().count());
    if depth == 1 && !inside.is_empty() {
        prefixes.push("super::".to_owned());
    }
    prefixes
}

fn is_module(source: &Path, name: &str) -> bool {
    source.join(format!("{name}.rs")).is_file() || source.join(name).is_dir()
}

/// The names that follow a prefix: one, or those of a braced list.
fn names_after(code: &str, prefix: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in code.match_indices(prefix) {
        let before = code[..at].chars().next_back().unwrap_or(' ');
        if before.is_alphanumeric() || "_:$".contains(before) {
            continue;
        }
        let rest = &code[at + prefix.len()..];
        let list = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')).map(|(list, _)| list);
        for item in list.unwrap_or(rest).split(',').take(if list.is_some() { usize::MAX } else { 1 }) {
            let name: String = item.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            names.push(name);
        }
    }
    names
}

/// A file without its comments and its tests.
fn code(text: &str) -> String {
    let tests = ["\n#[cfg(test)]", "\n#[cfg(all(test"].iter().filter_map(|mark| text.find(mark)).min();
    let text = &text[..tests.unwrap_or(text.len())];
    text.lines().map(|line| line.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n")
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}
