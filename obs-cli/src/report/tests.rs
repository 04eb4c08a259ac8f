//! Each format of one comparison that has every verdict in it, read as text.

use std::path::Path;

use super::{Style, json, listing, markdown, plain};
use crate::baseline::Baseline;
use crate::compare::{Comparison, Rule};
use crate::figure::{Case, Figure};
use crate::measured::Measured;

const MEASURED: &str = r#"
{"test":"shop::tests::adds_up","function":"shop::cart::Cart::checkout","file":"src/cart.rs","line":12,"calls":3,"allocs":6,"bytes":96,"polls":null,"instructions":20100}
{"test":"shop::tests::adds_up","function":"shop::cart::total","file":"src/cart.rs","line":40,"calls":1,"allocs":1,"bytes":8,"polls":2,"instructions":null}
{"test":"shop::tests::pays","function":"<shop::Card as shop::Pay<\"a|b\">>::pay","file":"src/card.rs","line":7,"calls":2,"allocs":0,"bytes":null,"polls":null,"instructions":null}
"#;

fn baseline() -> Baseline {
    use Figure::{Allocs, Bytes, Calls, Instructions, Polls};

    let checkout = [(Calls, 3), (Allocs, 4), (Bytes, 96), (Instructions, 20_000)].into_iter().collect();
    let total = [(Calls, 1), (Allocs, 0), (Bytes, 16), (Polls, 2)].into_iter().collect();
    let refund = [(Calls, 5)].into_iter().collect();
    Baseline::from_iter([
        (Case::new("shop::tests::adds_up", "shop::cart::Cart::checkout"), checkout),
        (Case::new("shop::tests::adds_up", "shop::cart::total"), total),
        (Case::new("shop::tests::returns", "shop::cart::refund"), refund),
    ])
}

fn measured() -> Measured {
    let mut measured = Measured::default();
    measured.add_text(Path::new("1.jsonl"), MEASURED.trim_start()).unwrap();
    measured
}

fn comparison() -> Comparison {
    Comparison::new(&baseline(), &measured(), Rule { tolerance: "1.5".parse().unwrap(), strict: false })
}

/// Nothing changed.
fn settled() -> Comparison {
    Comparison::new(&Baseline::from(&measured()), &measured(), Rule::default())
}

#[test]
fn plain_has_a_column_for_each_thing() {
    insta::assert_snapshot!(plain(&comparison(), Style::default()));
}

#[test]
fn plain_in_colour_says_the_same() {
    let colored = plain(&comparison(), Style { color: true });
    let stripped =
        ["0", "1", "31", "32"].iter().fold(colored.clone(), |text, code| text.replace(&format!("\x1b[{code}m"), ""));
    assert_eq!(stripped, plain(&comparison(), Style::default()));
    assert!(colored.contains("\x1b[31m↑ grew"), "{colored:?}");
}

#[test]
fn markdown_is_a_table() {
    insta::assert_snapshot!(markdown(&comparison()));
}

#[test]
fn json_has_every_figure() {
    insta::assert_snapshot!(json(&comparison()).unwrap());
}

#[test]
fn nothing_changed_is_one_line() {
    assert_eq!(plain(&settled(), Style::default()), "obs: 10 same\n");
    assert_eq!(markdown(&settled()), "### cargo obs check passed: 10 same\n");
}

#[test]
fn a_file_is_one_line_for_each_case() {
    insta::assert_snapshot!(listing(&baseline(), Style::default()));
}

#[test]
fn advice_follows_from_the_worst() {
    let last = |old: &Baseline, strict| {
        let comparison = Comparison::new(old, &measured(), Rule { strict, tolerance: "1000".parse().unwrap() });
        plain(&comparison, Style::default()).lines().last().unwrap_or_default().to_owned()
    };
    let fewer: Baseline =
        Baseline::from(&measured()).iter().map(|(case, figures)| (case.clone(), figures.clone())).take(2).collect();
    assert!(last(&fewer, false).starts_with("Not what the file holds: run `cargo obs bless`"));
    let gone = Baseline::from_iter([(Case::new("t", "f"), [(Figure::Calls, 5)].into_iter().collect())]);
    assert!(last(&gone, false).starts_with("Not what the file holds"));
    assert!(last(&gone, true).starts_with("If this is wanted, run `cargo obs bless`"));
    let cart = Case::new("shop::tests::adds_up", "shop::cart::total");
    let more = Baseline::from_iter([(cart, [(Figure::Calls, 5)].into_iter().collect())]);
    assert!(last(&more, false).starts_with("Better than the file says: run `cargo obs bless`"));
}
