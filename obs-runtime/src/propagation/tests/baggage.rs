//! W3C Baggage.

use super::{extracted, injected};
use crate::baggage::Baggage;
use crate::context::Context;
use crate::propagation::Propagator;

/// A name, headers, and the members in them.
type Case<'a> = (&'a str, &'a [&'a str], &'a [(&'a str, &'a str, &'a str)]);

fn read(headers: &[&str]) -> Vec<(String, String, String)> {
    let headers: Vec<_> = headers.iter().map(|value| ("baggage", *value)).collect();
    let context = extracted(Propagator::Baggage, &headers);
    let owned = |(key, value, metadata): (&str, &str, &str)| (key.to_owned(), value.to_owned(), metadata.to_owned());
    context.baggage().iter().map(owned).collect()
}

fn written(baggage: Baggage) -> Option<String> {
    injected(Propagator::Baggage, &Context::NONE.with_baggage(baggage)).pop().map(|(_, value)| value)
}

#[test]
fn members_are_read_whole_or_not_at_all() {
    let long = format!("a={}", "v".repeat(8190));
    let too_long = format!("a={},b=1", "v".repeat(8191));
    let cases: &[Case<'_>] = &[
        ("one", &["a=1"], &[("a", "1", "")]),
        ("several headers", &["a=1,b=2", "c=3"], &[("a", "1", ""), ("b", "2", ""), ("c", "3", "")]),
        ("space around", &[" a \t=\t 1 , b = 2 "], &[("a", "1", ""), ("b", "2", "")]),
        ("an empty value", &["a="], &[("a", "", "")]),
        ("a sign inside the value", &["a=b=c"], &[("a", "b=c", "")]),
        ("encoded", &["a=x%20y%2C%c3%A9"], &[("a", "x y,é", "")]),
        ("not UTF-8", &["a=%C3%28"], &[("a", "\u{fffd}(", "")]),
        ("an encoding that is none", &["a=100%"], &[("a", "100%", "")]),
        ("properties", &["a=1 ; ttl=30;private, b=2"], &[("a", "1", "ttl=30;private"), ("b", "2", "")]),
        ("no name", &["=1,b=2"], &[("b", "2", "")]),
        ("no sign", &["a,b=2"], &[("b", "2", "")]),
        ("a space inside", &["a=x y,b=2"], &[("b", "2", "")]),
        ("a name that is no token", &["a(=1,b=2"], &[("b", "2", "")]),
        ("a broken property", &["a=1;(,b=2"], &[("b", "2", "")]),
        ("not ASCII", &["a=é,b=2"], &[("b", "2", "")]),
        ("the last of one name counts", &["a=1,b=2,a=3"], &[("b", "2", ""), ("a", "3", "")]),
        ("8192 bytes", &[&long], &[("a", &long[2..], "")]),
        ("8193 bytes, and none of what follows", &[&too_long], &[]),
    ];
    for (case, headers, expected) in cases {
        let expected: Vec<_> =
            expected.iter().map(|(k, v, m)| ((*k).to_owned(), (*v).to_owned(), (*m).to_owned())).collect();
        assert_eq!(read(headers), expected, "{case}");
    }
    let many: Vec<_> = (0..70).map(|i| format!("k{i}=v")).collect();
    assert_eq!(read(&[&many.join(",")]).len(), 64);
}

#[test]
fn values_are_encoded_outside_the_signs_that_are_allowed() {
    let mut baggage = Baggage::default();
    baggage.set("plain", "!#$&'()*+-./:<=>?@[]^_`{|}~");
    baggage.set("coded", "a b\"c,d;e\\f%g\u{7f}é\r\n");
    baggage.set_with_metadata("with", "1", "ttl=30;private");
    let expected =
        "plain=!#$&'()*+-./:<=>?@[]^_`{|}~,coded=a%20b%22c%2Cd%3Be%5Cf%25g%7F%C3%A9%0D%0A,with=1;ttl=30;private";
    assert_eq!(written(baggage).as_deref(), Some(expected));
}

#[test]
fn what_cannot_be_written_is_left_out_whole() {
    let mut baggage = Baggage::default();
    baggage.set("na me", "1");
    baggage.set_with_metadata("header", "1", "a\r\nevil: 1");
    baggage.set("", "1");
    baggage.set("kept", "1");
    assert_eq!(written(baggage).as_deref(), Some("kept=1"));
    assert_eq!(written(Baggage::default()), None);
}

#[test]
fn as_many_whole_members_are_written_as_fit() {
    let mut baggage = Baggage::default();
    (0..70).for_each(|i| baggage.set(&format!("k{i}"), "v"));
    assert_eq!(written(baggage).unwrap().split(',').count(), 64);
    let mut baggage = Baggage::default();
    baggage.set("a", &"v".repeat(5000));
    baggage.set("b", &"v".repeat(5000));
    baggage.set("c", "1");
    let text = written(baggage).unwrap();
    assert_eq!((text.len(), &text[5002..]), (5006, ",c=1"));
}
