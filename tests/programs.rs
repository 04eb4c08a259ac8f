//! Programs that cannot share a build with the other tests: other features, profiles, editions, names.
//!
//! Each is a package of its own in `tests/programs/`; they share one target directory, beside the root's.

#![cfg(feature = "enabled")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn target() -> PathBuf {
    let root_target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    root_target.join("programs")
}

/// Runs cargo on one of the programs.
fn cargo(program: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(root().join("tests/programs").join(program))
        .env("CARGO_TARGET_DIR", target())
        .env_remove("RUSTFLAGS")
        .output()
        .expect("cargo runs")
}

#[track_caller]
fn succeeds(output: &Output) -> String {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    out.into_owned()
}

#[track_caller]
fn runs(program: &str) {
    let out = succeeds(&cargo(program, &["run", "--quiet"]));
    assert_eq!(out.trim(), format!("{program}: ok"));
}

#[test]
fn a_renamed_dependency_is_named_with_crate() {
    runs("renamed");
}

#[test]
fn a_service_is_the_package_and_the_revision_it_was_built_from() {
    // `renamed` has a build script that names a revision.
    runs("renamed");
}

#[test]
fn the_expansion_needs_no_unsafe_code_and_warns_about_nothing() {
    runs("forbid_unsafe");
}

#[test]
fn clippy_finds_nothing_in_the_expansion() {
    let all = ["clippy", "--quiet", "--", "-Wclippy::pedantic", "-Wclippy::nursery"];
    let is_installed = Command::new(env!("CARGO")).args(["clippy", "--version"]).output();
    if is_installed.is_ok_and(|output| output.status.success()) {
        succeeds(&cargo("forbid_unsafe", &all));
    }
}

#[test]
fn temporaries_live_as_long_as_in_edition_2021() {
    runs("edition2021");
}

#[test]
fn a_panic_that_aborts_changes_nothing_else() {
    runs("panic_abort");
    let dies = cargo("panic_abort", &["run", "--quiet", "--", "now"]);
    assert!(!dies.status.success());
    assert!(String::from_utf8_lossy(&dies.stderr).contains("as asked"));
}

/// The assembly of the `off` program, without what names a build.
fn assembly(annotated: bool) -> String {
    let name = if annotated { "annotated.s" } else { "plain.s" };
    let file = target().join(name);
    let emit = format!("--emit=asm={}", file.display());
    let mut arguments = vec!["rustc", "--quiet", "--release", "--lib"];
    if annotated {
        arguments.extend(["--features", "annotated"]);
    }
    arguments.extend(["--", &emit, "-C", "metadata=same", "-C", "debuginfo=0"]);
    succeeds(&cargo("off", &arguments));
    let text = std::fs::read_to_string(&file).expect("the compiler wrote it");
    text.lines().map(str::trim).filter(|line| is_code(line)).map(unhashed).collect::<Vec<_>>().join("\n")
}

/// Not a comment, a line of debug information or the name of a file.
fn is_code(line: &str) -> bool {
    let notes = [".file", ".loc", ".ident", "#", ".section\t.debug", ".cfi"];
    !notes.iter().any(|note| line.starts_with(note))
}

/// Names of symbols without the hashes of the build: at least 16 hexadecimal digits.
fn unhashed(line: &str) -> String {
    let is_hash = |part: &str| part.trim_start_matches("17h").chars().take_while(char::is_ascii_hexdigit).count() >= 16;
    let mut text = line.to_owned();
    for at in (0..line.len()).rev().filter(|&at| line.is_char_boundary(at)) {
        let starts_a_part = line[..at].ends_with('.') || line[at..].starts_with("17h");
        if starts_a_part && is_hash(&line[at..]) {
            let start = if line[at..].starts_with("17h") { at + 3 } else { at };
            let digits = text[start..].chars().take_while(char::is_ascii_hexdigit).take(32).count();
            text.replace_range(start..start + digits, "");
        }
    }
    text
}

#[test]
fn with_the_feature_off_the_assembly_is_that_of_plain_functions() {
    let (plain, annotated) = (assembly(false), assembly(true));
    assert!(plain.lines().count() > 100, "there is something to compare:\n{plain}");
    let differs = plain.lines().zip(annotated.lines()).find(|(plain, annotated)| plain != annotated);
    assert_eq!(differs, None);
    assert_eq!(plain.lines().count(), annotated.lines().count());
}

/// The lines of the `off` program that a coverage report would have, as the compiler maps them.
fn covered_lines(features: &str) -> BTreeSet<u32> {
    let file = target().join(format!("covered{}.mir", features.len()));
    let emit = format!("--emit=mir={}", file.display());
    let arguments = ["rustc", "--quiet", "--lib", "--features", features, "--", &emit, "-Cinstrument-coverage"];
    succeeds(&cargo("off", &arguments));
    let text = std::fs::read_to_string(&file).expect("the compiler wrote it");
    let spans =
        text.lines().filter(|line| line.contains("coverage Code")).filter_map(|line| line.split_once("lib.rs:"));
    spans.filter_map(|(_, span)| span.split(':').next()?.parse().ok()).collect()
}

#[test]
fn line_coverage_of_the_bodies_is_that_of_plain_functions() {
    let plain = covered_lines("");
    assert!(plain.len() > 20, "{plain:?}");
    assert_eq!(covered_lines("annotated,on"), plain);
}

#[test]
fn with_the_feature_off_no_parser_is_built() {
    let tree = succeeds(&cargo("off", &["tree", "--edges", "normal,build", "--prefix", "none"]));
    for parser in ["syn ", "quote ", "proc-macro2 "] {
        assert!(!tree.lines().any(|line| line.starts_with(parser)), "{tree}");
    }
}

#[test]
fn the_same_annotations_work_with_the_feature_on() {
    succeeds(&cargo("off", &["check", "--quiet", "--features", "annotated,on"]));
}
