//! Lines compared as strings, and read back by a reader that is not ours.

use proptest::prelude::*;

use super::*;

#[path = "../../tests/push/line_protocol.rs"]
#[allow(dead_code, unreachable_pub, missing_docs, reason = "shared with the tests of the crate")]
mod line_protocol;

fn line(measurement: &str, tags: &[(&str, &str)], fields: &[(&str, Field)]) -> String {
    let mut out = String::new();
    write(&mut out, measurement, &tags.iter().copied().collect(), fields, 1_700_000_000_000_000_001);
    out
}

#[test]
fn a_line_is_exactly_this() {
    let fields = [("calls", Field::Int(7)), ("sum", Field::Float(0.5)), ("whole", Field::Float(2.0))];
    let want = "obs_function,a=1,b=2 calls=7i,sum=0.5,whole=2 1700000000000000001\n";
    assert_eq!(line("obs_function", &[("b", "2"), ("a", "1")], &fields), want);
    assert_eq!(line("m", &[], &[("v", Field::Int(u64::MAX))]), "m v=9223372036854775807i 1700000000000000001\n");
    assert_eq!(line("m", &[], &[("v", Field::Float(1e-9))]), "m v=1e-9 1700000000000000001\n");
}

#[test]
fn what_has_a_meaning_of_its_own_is_escaped() {
    let fields = [("f ,=", Field::Int(1))];
    let want = "a\\ \\,b=,t\\ \\,\\==\\ \\,\\=\\q\"␤␍⧵⧵ f\\ \\,\\==1i 1700000000000000001\n";
    assert_eq!(line("a ,b=", &[("t ,=", " ,=\\q\"\n\r\\\\")], &fields), want);
}

#[test]
fn what_is_not_a_number_is_left_out() {
    let odd = [("a", Field::Float(f64::NAN)), ("b", Field::Float(f64::INFINITY))];
    assert_eq!(line("m", &[], &odd), "");
    assert_eq!(line("m", &[], &[odd[0], ("c", Field::Int(0)), odd[1]]), "m c=0i 1700000000000000001\n");
}

/// What a reader gets for a text: the same, but for what cannot be written.
fn shown(text: &str) -> String {
    let body = text.trim_end_matches('\\');
    body.replace('\n', "␤").replace('\r', "␍") + &"⧵".repeat(text.len() - body.len())
}

/// Texts that are mostly made of what is difficult.
fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop_oneof![Just('\\'), Just(','), Just('='), Just(' '), Just('"'), Just('\n'), any::<char>()],
        1..12,
    )
    .prop_map(|chars| chars.into_iter().collect())
}

proptest! {
    #[test]
    fn every_line_is_read_back_as_it_was_meant(
        measurement in text(),
        tags in prop::collection::btree_map(text(), text(), 0..4),
        fields in prop::collection::btree_map(text(), prop::num::f64::NORMAL | prop::num::f64::ZERO, 1..4),
        count: u32,
    ) {
        prop_assume!(!measurement.starts_with('_') && !measurement.starts_with('#'));
        prop_assume!(tags.keys().all(|name| !name.starts_with('_')));
        let pairs: Vec<_> = tags.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let mut numbers: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), Field::Float(*value))).collect();
        numbers.push(("an integer", Field::Int(count.into())));
        let text = line(&measurement, &pairs, &numbers);
        prop_assert_eq!(text.matches('\n').count(), 1);

        let read = line_protocol::read(&text).pop().unwrap();
        prop_assert_eq!(read.measurement, shown(&measurement));
        let want: Vec<_> = tags.iter().map(|(name, value)| (shown(name), shown(value))).collect();
        prop_assert_eq!(read.tags, want);
        for (name, value) in &fields {
            let seen = &read.fields[&shown(name)];
            prop_assert!(matches!(seen, line_protocol::Field::Float(seen) if seen.to_bits() == value.to_bits()), "{seen:?} for {value}");
        }
        prop_assert_eq!(&read.fields["an integer"], &line_protocol::Field::Int(count.into()));
    }
}
