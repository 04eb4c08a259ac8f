//! The file says what was measured, and can be shown.

use std::fs;

use crate::package::{Package, checkout};

#[test]
fn bless_writes_what_the_tests_measured() {
    let mut package = Package::new("bless_writes");
    let ran = package.measures(&[&checkout(3), &checkout(4), &checkout(2)]).obs("bless");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.starts_with("obs: wrote ") && ran.stdout.ends_with("obs-budgets.toml: 3 new\n"), "{ran:?}");
    insta::assert_snapshot!(fs::read_to_string(package.file("obs-budgets.toml")).unwrap());

    let shown = package.obs("show");
    assert_eq!(shown.code, Some(0), "{shown:?}");
    insta::assert_snapshot!(shown.stdout);
    assert!(shown.stderr.is_empty(), "nothing ran: {shown:?}");
}

#[test]
fn blessing_again_shows_what_changed_and_replaces_what_cannot_be_read() {
    let mut package = Package::new("bless_again");
    let ran = package.measures(&[&checkout(4)]).obs("bless --file other.toml");
    assert_eq!(ran.stdout, "obs: wrote other.toml: 3 new\n", "{ran:?}");
    let ran = package.measures(&[&checkout(5)]).obs("bless --file other.toml");
    assert!(ran.stdout.contains("↑ grew  allocs      4 -> 5"), "{ran:?}");
    assert!(ran.stdout.ends_with("obs: wrote other.toml: 1 grew, 2 same\n"), "{ran:?}");

    fs::write(package.file("other.toml"), "<<<<<<< HEAD\n").unwrap();
    let ran = package.obs("bless --file other.toml");
    assert_eq!(ran.stdout, "obs: wrote other.toml: 3 new\n", "{ran:?}");
    assert_eq!(package.obs("check --file other.toml").code, Some(0));
    assert!(!package.file("obs-budgets.toml").exists());
}

#[test]
fn the_directory_of_a_run_is_taken_away() {
    let mut package = Package::new("bless_tidies");
    package.measures(&[&checkout(4)]).obs("bless");
    package.fails().obs("check");
    let left = fs::read_dir(package.file("target/obs-budgets")).expect("it was there");
    assert_eq!(left.count(), 0);
}
