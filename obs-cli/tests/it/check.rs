//! A figure that grows fails the check; all else is shown.

use serde_json::{Value, json};

use crate::package::{Package, checkout};

fn blessed(test: &str) -> Package {
    let mut package = Package::new(test);
    let ran = package.measures(&[&checkout(4)]).obs("bless");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    package
}

#[test]
fn the_same_figures_pass_and_only_the_report_is_on_stdout() {
    let package = blessed("check_same");
    let ran = package.obs("check -- --lib -- --nocapture");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "obs: 3 same\n"), "{ran:?}");
    assert!(ran.stderr.contains("printed by the test"), "{ran:?}");
}

#[test]
fn growth_fails_in_every_format() {
    let mut package = blessed("check_growth");
    let ran = package.measures(&[&checkout(6)]).obs("check");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    insta::assert_snapshot!(ran.stdout);

    let ran = package.obs("check --format markdown");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let row = "| ↑ grew | allocs | 4 → 6 | +50.0% | `shop::checkout` (`src/lib.rs:12`) | `shop::adds_up` |";
    assert!(ran.stdout.lines().any(|line| line == row), "{ran:?}");

    let ran = package.obs("check --format json");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let report: Value = serde_json::from_str(&ran.stdout).expect("one object and nothing else");
    assert_eq!(report["failed"], json!(true));
    assert_eq!(report["rows"][0]["change_percent"], json!(50.0));
    assert_eq!(report["rows"][0]["line"], json!(12));
}

#[test]
fn growth_within_the_tolerance_passes() {
    let mut package = blessed("check_tolerance");
    let ran = package.measures(&[&checkout(6)]).obs("check --tolerance 50");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.ends_with("obs: 1 within 50%, 2 same\n"), "{ran:?}");
}

#[test]
fn an_improvement_passes_and_says_how_to_keep_it() {
    let mut package = blessed("check_improvement");
    let ran = package.measures(&[&checkout(2)]).obs("check");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("↓ shrank") && ran.stdout.contains("run `cargo obs bless`"), "{ran:?}");
}

#[test]
fn what_is_new_passes_and_what_is_gone_fails_strictly() {
    let mut package = blessed("check_new_and_gone");
    package.measures(&[&checkout(4).replace("shop::checkout", "shop::pay")]);
    let ran = package.obs("check");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("obs: 3 gone, 3 new\n"), "{ran:?}");
    let ran = package.obs("check --strict");
    assert_eq!(ran.code, Some(1), "{ran:?}");
}
