//! What ends with 2, and what it says to do.

use crate::package::{Package, Ran, checkout};

fn says(ran: &Ran, parts: &[&str]) {
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stdout.is_empty(), "{ran:?}");
    parts.iter().for_each(|part| assert!(ran.stderr.contains(part), "{part}: {ran:?}"));
}

#[test]
fn a_missing_file_is_said_before_the_tests_run() {
    let mut package = Package::new("missing_file");
    package.measures(&[&checkout(4)]);
    for words in ["check", "show"] {
        let ran = package.obs(words);
        says(&ran, &["error: there is no ", "obs-budgets.toml; run `cargo obs bless`"]);
        assert!(!ran.stderr.contains("running 1 test"), "{ran:?}");
    }
}

#[test]
fn a_failing_test_gives_no_figures() {
    let mut package = Package::new("failing_test");
    package.measures(&[&checkout(4)]).obs("bless");
    package.fails();
    for words in ["check", "bless"] {
        says(&package.obs(words), &["told to fail", "error: `cargo test` failed", "make it pass"]);
    }
}

#[test]
fn a_suite_that_measures_nothing_leaves_the_file_alone() {
    let package = Package::new("nothing_measured");
    says(&package.obs("bless"), &["error: `cargo test` passed, and no test in it measured"]);
    assert!(!package.file("obs-budgets.toml").exists());
}

#[test]
fn a_line_that_is_none_is_named() {
    let mut package = Package::new("bad_line");
    package.measures(&[&checkout(4), "{}"]);
    says(&package.obs("bless"), &[".jsonl:2: expected one object with `test`", "missing field `test`"]);
}

#[test]
fn no_package_and_no_such_option_are_failures() {
    let package = Package::new("no_package");
    says(&package.obs("bless --manifest-path nowhere/Cargo.toml"), &["error: `cargo metadata` failed"]);
    says(&package.obs("check --tolerance much"), &["write `5` or `2.5`"]);
}
